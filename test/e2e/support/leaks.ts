import { readdirSync, readFileSync } from "node:fs";

/** Secrets to look for, by a name that a failed test may show. */
export type Secrets = Readonly<Record<string, string>>;

/** Names of the secrets that a text holds: as they are, or somewhere inside base64. */
export function leaksIn(text: string, secrets: Secrets): readonly string[] {
  return Object.entries(secrets)
    .filter(([, secret]) => formsOf(secret).some((form) => text.includes(form)))
    .map(([name]) => name);
}

/** Bytes that base64 takes together; a text inside another one may begin at any of them. */
const GROUP = 3;

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const encoded = Array.from({ length: GROUP }, (_, from) => {
    const whole = Math.floor((bytes.length - from) / GROUP) * GROUP;
    return bytes.subarray(from, from + whole).toString("base64");
  });
  return [secret, ...encoded, ...encoded.map((text) => base64Url(text))];
}

function base64Url(text: string): string {
  return text.replaceAll("+", "-").replaceAll("/", "_");
}

/** Command lines of all processes of the machine, looked at again and again. */
export interface ArgumentSampler {
  /** Ends it. Every command line that was seen, arguments separated by spaces. */
  readonly stop: () => readonly string[];
}

const SAMPLE_EVERY_MS = 50;

export function sampleArguments(): ArgumentSampler {
  const seen = new Set<string>();
  const look = (): void => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const line = commandLine(pid);
      if (line !== "") seen.add(line);
    }
  };
  look();
  const timer = setInterval(look, SAMPLE_EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return [...seen];
    },
  };
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    // It has ended.
    return "";
  }
}
