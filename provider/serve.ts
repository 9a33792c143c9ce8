import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { messageOf } from "../lib/errors";
import { Operations } from "./operations";
import type { Plugin } from "./plugin";
import { connectEngineLog } from "./progress";
import { serviceOf } from "./service";
import { watch } from "./watchdog";

/** The engine's own limit; a resolved Compose model with its files is larger than gRPC's 4 MiB. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/** With the half second until it is noticed this stays below 5 s after the CLI's end. */
const GRACE_MS = 2_000;

/**
 * Serves a plugin to the engine until its process is ended, and ends it when the engine is gone.
 * Not `pulumi.provider.main`: that drops the provider's own configuration, the old inputs and the
 * details of a diff, and prints stacks (pulumi/pulumi sdk/nodejs/provider/server.ts, #10915).
 * @param args what the engine gave: its address comes first
 */
export async function serve(plugin: Plugin, args: readonly string[]): Promise<void> {
  // The engine reads the port from the first line; nothing else may stand on standard output.
  console.log = console.error;
  const operations = new Operations();
  let log = connectEngineLog(engineAddress(args));
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  const attach = (address: string): void => {
    log = connectEngineLog(address);
  };
  server.addService(
    ResourceProviderService,
    serviceOf({ plugin, operations, log: () => log, attach }),
  );
  const port = await bind(server);
  endInOrder(operations, () => log.reachable());
  process.stdout.write(`${port}\n`);
}

function engineAddress(args: readonly string[]): string | undefined {
  return args.find((argument) => !argument.startsWith("-"));
}

function bind(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

/** Ends the process after what is running has undone itself. */
function endInOrder(operations: Operations, engineReachable: () => boolean): void {
  // With the CLI gone its end of the pipes is closed; that is the watchdog's to deal with.
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  const end = (): void => {
    void operations.close().finally(() => process.exit());
  };
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  watch({ parent: () => process.ppid, engineReachable }, () => {
    // What cannot be undone in time is finished or undone by the next run.
    setTimeout(() => process.exit(1), GRACE_MS);
    end();
  });
  const fail = (error: unknown): void => {
    process.stderr.write(`the plugin failed: ${messageOf(error)}\n`);
    process.exitCode = 1;
    end();
  };
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
}
