import assert from "node:assert/strict";
import { withSecrets } from "../../../../../lib/oci/credentials";
import { lastLines } from "../../../../../lib/supplyChain/tools/output";

const said = (stderr: string) => ({ stdout: "", stderr });
const lined = (...lines: string[]): string => lines.map((line) => `  ${line}`).join("\n");
const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);

describe("what a failed tool said", () => {
  const variables = { AWS_SESSION_TOKEN: "session-abc-1", VAULT_TOKEN: "", COSIGN_PASSWORD: "abc" };
  const before_ = { ...process.env };
  before(() => Object.assign(process.env, variables));
  after(() => {
    for (const name of Object.keys(variables)) {
      const value = before_[name];
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });

  it("is its last lines, each once, without what it says beside", () => {
    const text = [...numbers(1, 9), "", "WARNING: old", "line 9"].join("\n");
    assert.equal(lastLines(said(text)), lined(...numbers(4, 9)));
    assert.equal(lastLines({ stdout: "only this\n", stderr: "\n" }), lined("only this"));
    assert.equal(lastLines(said("Error: \n")), "");
  });

  it("begins with the reason where the error is longer", () => {
    const error = ["no", ...numbers(1, 9)].join("\n");
    const text = `working…\nError: ${error}\nerror during command execution: ${error}\n`;
    assert.equal(lastLines(said(text)), lined("no", ...numbers(1, 5)));
    assert.equal(lastLines(said("first\nError: no\nmore")), lined("first", "no", "more"));
  });

  it("has neither the registry's secrets nor those of the environment, whole", () => {
    const credentials = { username: "push", password: "pw-2" };
    const login = withSecrets(credentials, ["token-3"]);
    const text = "x-amz-security-token:session-abc-1 abc pw-2 token-3 plain";
    const shown = "x-amz-security-token:[secret] [secret] [secret] [secret] plain";
    assert.equal(lastLines(said(text), login), lined(shown));
    assert.equal(lastLines(said("abc")), lined("[secret]"));
  });
});
