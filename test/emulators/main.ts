import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { controlOf } from "../e2e/world/control";
import { cloudBehind } from "./cloud";
import { PackageSchema } from "./schema";
import { emulatorService } from "./service";

/** What `install` writes beside the executable. */
export interface EmulatorSettings {
  /** Folder of the cloud's npm package. */
  readonly folder: string;
  readonly version: string;
}

/** `pulumi-resource-CLOUD`: a cloud's plugin whose cloud is a world's router (WORLD_CONTROL). */
function main(): void {
  const program = process.argv[1] ?? "";
  const name = basename(program).replace(/^pulumi-resource-/, "");
  const file = join(dirname(program), "emulator.json");
  // Only `install` writes this file.
  const { folder, version } = JSON.parse(readFileSync(file, "utf8")) as EmulatorSettings;
  const socket = process.env["WORLD_CONTROL"] ?? "";
  const server = new Server();
  server.addService(
    ResourceProviderService,
    emulatorService({
      version,
      schema: new PackageSchema(folder, name),
      cloud: cloudBehind(
        controlOf(() => socket),
        name,
      ),
    }),
  );
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    process.stdout.write(`${port}\n`);
  });
  // The engine ends a plugin by a signal; with the world every process ends.
  process.once("SIGINT", () => process.exit(0));
}

main();
