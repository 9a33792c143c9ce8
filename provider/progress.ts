import { connectivityState, credentials, Metadata } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { LineKind } from "./plugin";

const SEVERITY = {
  ephemeral: LogSeverity.INFO,
  info: LogSeverity.INFO,
  warning: LogSeverity.WARNING,
  debug: LogSeverity.DEBUG,
} as const;

/** The engine's log. The only way to the user: stderr of a plugin is not shown. */
export interface EngineLog {
  /** Shows one line at a resource, after those reported before. */
  report(urn: string, line: string, kind: LineKind): void;
  /** Returns when every reported line has arrived, or could not. */
  flush(): Promise<void>;
  /** false: the connection is broken at this moment. */
  reachable(): boolean;
}

/** Connects to the engine at `address`; without one nothing is shown. */
export function connectEngineLog(address: string | undefined): EngineLog {
  if (address === undefined || address === "") return silentLog();
  const client = new EngineClient(address, credentials.createInsecure());
  // One after the other: lines that are sent at once may arrive in another order.
  let last: Promise<void> = Promise.resolve();
  return {
    report: (urn, line, kind) => {
      last = last.then(() => send(client, urn, line, kind));
    },
    flush: () => last,
    reachable: () =>
      client.getChannel().getConnectivityState(true) !== connectivityState.TRANSIENT_FAILURE,
  };
}

function silentLog(): EngineLog {
  return { report: () => undefined, flush: () => Promise.resolve(), reachable: () => true };
}

const SEND_TIMEOUT_MS = 5_000;

function send(client: EngineClient, urn: string, line: string, kind: LineKind): Promise<void> {
  const request = new LogRequest();
  request.setSeverity(SEVERITY[kind]);
  request.setUrn(urn);
  request.setMessage(line);
  request.setEphemeral(kind === "ephemeral");
  const deadline = Date.now() + SEND_TIMEOUT_MS;
  return new Promise((resolve) => {
    // A line that cannot be shown must not fail the work it tells of.
    client.log(request, new Metadata(), { deadline }, () => {
      resolve();
    });
  });
}
