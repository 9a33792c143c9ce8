import { readFileSync } from "node:fs";
import { startTokenServer } from "./server";
import type { TokenServerOptions } from "./server";

/** The program in the token server's container: `node server.js SETTINGS.json`. */
async function main(file: string): Promise<void> {
  // The dev environment writes this file itself, from a value of this very type.
  const options = JSON.parse(readFileSync(file, "utf8")) as TokenServerOptions;
  const server = await startTokenServer(options);
  console.log(`token server for ${options.service} on port ${server.port}`);
  for (const signal of ["SIGTERM", "SIGINT"]) {
    process.once(signal, () => {
      void server.close();
    });
  }
}

void main(process.argv[2] ?? "");
