import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

const FIXTURES = "test/fixtures/supplyChain";

export interface FakeCall {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly config?: unknown;
}

/** A `trivy` at the front of PATH, until it is removed. */
export class FakeTrivy {
  public readonly folder = mkdtempSync(join(tmpdir(), "bot-core-fake-trivy-"));
  private readonly before = { ...process.env };

  public constructor() {
    symlinkSync(resolve(FIXTURES, "fakeTrivy.mjs"), join(this.folder, "trivy"));
    for (const end of ["json", "sarif"]) {
      copyFileSync(
        `${FIXTURES}/trivy-0.69.3-constructed.${end}`,
        join(this.folder, `report.${end}`),
      );
    }
    process.env["PATH"] = [this.folder, process.env["PATH"]].join(delimiter);
    process.env["FAKE_TRIVY"] = this.folder;
  }

  /** Ends the next calls of a kind with these messages, one each. */
  public fail(what: "image" | "convert" | "database" | "version", ...messages: string[]): void {
    writeFileSync(join(this.folder, `fail-${what}`), messages.join("\n"));
  }

  /** What the next scans find. */
  public answer(end: "json" | "sarif", text: string): void {
    writeFileSync(join(this.folder, `report.${end}`), text);
  }

  public get calls(): FakeCall[] {
    const file = join(this.folder, "calls.jsonl");
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, "utf8").trim().split("\n");
    return lines.map((line) => JSON.parse(line) as FakeCall);
  }

  public remove(): void {
    for (const name of Object.keys(process.env)) {
      if (!(name in this.before)) Reflect.deleteProperty(process.env, name);
    }
    Object.assign(process.env, this.before);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
