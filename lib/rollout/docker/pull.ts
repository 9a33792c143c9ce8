import type Docker from "dockerode";
import { messageOf, UserError } from "../../errors";
import type { Conduct } from "../report";
import { interrupted } from "../wait";

/** A registry login for one pull. It goes in that call's header and is kept nowhere. */
export interface PullLogin {
  readonly username: string;
  readonly password: string;
}

export interface PullRequest {
  /** `server/path@sha256:…`, or any reference for images of others. */
  readonly reference: string;
  /** `os/arch`. */
  readonly platform: string;
  /** The registry, for the login. */
  readonly server: string;
  readonly login: PullLogin | undefined;
}

/** No pull may hang for ever: this long without any progress ends it. */
const SILENCE_LIMIT_MS = 120_000;
const TELL_EVERY_MS = 1_000;

/**
 * Pulls one image onto the host.
 * @throws UserError `pull-failed` with what the registry said
 */
export async function pullImage(
  docker: Docker,
  { reference, platform, server, login }: PullRequest,
  { report, signal }: Conduct,
): Promise<void> {
  const authconfig = login === undefined ? {} : { authconfig: { ...login, serveraddress: server } };
  const limit = new PullLimit(signal);
  const progress = new PullProgress();
  let told = 0;
  try {
    const stream = await docker.pull(reference, {
      ...authconfig,
      platform,
      abortSignal: limit.reached,
    });
    for await (const chunk of stream) {
      limit.heard();
      progress.add(String(chunk));
      if (Date.now() - told > TELL_EVERY_MS) {
        told = Date.now();
        report(`pulling ${reference.replace(/@sha256:.*/, "")}: ${progress.text()}`, true);
      }
    }
    progress.end();
  } catch (error) {
    if (signal.aborted) throw interrupted();
    const silent = limit.reached.aborted;
    throw pullError(
      reference,
      silent ? `no progress for ${SILENCE_LIMIT_MS / 1000} s` : messageOf(error),
    );
  } finally {
    limit.lift();
  }
  if (progress.error !== undefined) throw pullError(reference, progress.error);
}

/** Whether a pull failed because the registry does not know the image, or its repository. */
export function isUnknownImage(error: unknown): boolean {
  return (
    error instanceof UserError &&
    error.code === "pull-failed" &&
    /not found|(manifest|name) unknown|does not exist/i.test(error.message)
  );
}

/** Ends a pull that says nothing for too long, or that is interrupted. */
class PullLimit {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout;

  public constructor(private readonly interruption: AbortSignal) {
    interruption.addEventListener("abort", this.end, { once: true });
    this.timer = setTimeout(this.end, SILENCE_LIMIT_MS);
  }

  /** Aborted where the pull has to end. */
  public get reached(): AbortSignal {
    return this.controller.signal;
  }

  /** The time of silence begins anew. */
  public heard(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.end, SILENCE_LIMIT_MS);
  }

  public lift(): void {
    clearTimeout(this.timer);
    this.interruption.removeEventListener("abort", this.end);
  }

  private readonly end = (): void => {
    this.controller.abort();
  };
}

/** What Docker tells of a pull, a JSON object on each line. */
class PullProgress {
  public error: string | undefined;
  /** A line that has not ended yet. */
  private rest = "";
  private readonly layers = new Map<string, { current: number; total: number }>();

  public add(chunk: string): void {
    const lines = (this.rest + chunk).split("\n");
    this.rest = lines.pop() ?? "";
    lines.forEach((line) => {
      this.read(line);
    });
  }

  /** Takes a last line without an end. */
  public end(): void {
    this.read(this.rest);
  }

  public text(): string {
    const layers = [...this.layers.values()];
    const sum = (key: "current" | "total"): string =>
      (layers.reduce((bytes, layer) => bytes + layer[key], 0) / 1e6).toFixed(0);
    return layers.length === 0 ? "asking" : `${sum("current")} of ${sum("total")} MB`;
  }

  private read(line: string): void {
    if (line.trim() === "") return;
    const event = JSON.parse(line) as {
      id?: string;
      error?: string;
      progressDetail?: { current?: number; total?: number };
    };
    this.error ??= event.error;
    const { current, total } = event.progressDetail ?? {};
    if (event.id !== undefined && current !== undefined && total !== undefined) {
      this.layers.set(event.id, { current, total });
    }
  }
}

function pullError(reference: string, reason: string): UserError {
  const hint = /unauthorized|denied|authentication/i.test(reason)
    ? "see that the pull identity may read this repository"
    : "see that the host reaches the registry and the image is there";
  return new UserError(
    `${reference} cannot be pulled to the host: ${reason}; ${hint}`,
    "pull-failed",
  );
}
