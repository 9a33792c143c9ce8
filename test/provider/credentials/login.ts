/**
 * Prints the login of a source as JSON. A process of its own, because Node reads the authorities of
 * NODE_EXTRA_CA_CERTS when it starts.
 */
import { inspect } from "node:util";
import { resolveCredentials } from "../../../lib/credentials";
import { UserError } from "../../../lib/errors";
import type { CredentialSource } from "../../../lib/resources/registry";

const [source = "", server = ""] = process.argv.slice(2);

/** A call that was given up may hold its connection open for longer. */
function tell(outcome: object): void {
  process.stdout.write(JSON.stringify(outcome), () => process.exit(0));
}

// The test that starts this writes the source as JSON.
resolveCredentials(JSON.parse(source) as CredentialSource, server).then(
  (credentials) => {
    tell({ credentials });
  },
  (error: unknown) => {
    const code = error instanceof UserError ? error.code : "defect";
    const whole = inspect(error, { depth: 10, showHidden: true });
    tell({ code, message: String(error), whole });
  },
);
