import type { handleUnaryCall, ServerUnaryCall } from "@grpc/grpc-js";
import type { EngineLog } from "./progress";
import type { Operations } from "./operations";
import type { Plugin, PluginContext, ResourceState } from "./plugin";
import { redact, secretTexts } from "./secrets";
import type { Properties } from "./values";
import { fromStruct, toServiceError } from "./wire";

/** The parts that every call needs. */
export interface Service {
  readonly plugin: Plugin;
  readonly operations: Operations;
  readonly log: () => EngineLog;
  readonly attach: (address: string) => void;
}

/** A call that works on no resource. */
export function plain<Q, R>(work: (request: Q) => R | Promise<R>): handleUnaryCall<Q, R> {
  return (call, callback) => {
    Promise.resolve(call.request)
      .then(work)
      .then(
        (reply) => {
          callback(null, reply);
        },
        (error: unknown) => {
          callback(toServiceError(error));
        },
      );
  };
}

/** What diff and update carry alike: a resource as it is in state, and as it is to be. */
interface ChangeRequest {
  getId(): string;
  getOlds(): Parameters<typeof fromStruct>[0];
  getOldInputs(): Parameters<typeof fromStruct>[0];
  getNews(): Parameters<typeof fromStruct>[0];
}

export function oldOf(request: ChangeRequest): ResourceState {
  return {
    id: request.getId(),
    state: fromStruct(request.getOlds()),
    inputs: fromStruct(request.getOldInputs()),
  };
}

/** All properties of a change in which secrets may stand. */
export function carriedByChange(request: ChangeRequest): readonly Properties[] {
  return [fromStruct(request.getOldInputs()), fromStruct(request.getNews())];
}

interface ResourceRequest {
  getUrn(): string;
}

/** A call that works on one resource: with a signal, a log, and secrets kept out of both. */
export function onResource<Q extends ResourceRequest, R>(
  { operations, log }: Service,
  carried: (request: Q) => readonly Properties[],
  work: (request: Q, type: string, context: PluginContext) => Promise<R>,
): handleUnaryCall<Q, R> {
  return ({ request }: ServerUnaryCall<Q, R>, callback) => {
    const urn = request.getUrn();
    const secrets = secretTexts(carried(request));
    const report: PluginContext["report"] = (line, kind = "ephemeral") => {
      log().report(urn, redact(line, secrets), kind);
    };
    operations
      .run((signal) => work(request, typeOf(urn), { urn, report, signal }))
      .then(
        async (reply) => {
          await log().flush();
          callback(null, reply);
        },
        async (error: unknown) => {
          const told = toServiceError(error);
          const message = redact(told.message ?? "", secrets);
          if (error instanceof Error) report(error.stack ?? message, "debug");
          await log().flush();
          callback({ ...told, message, details: message });
        },
      )
      .catch((error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
      });
  };
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME` names its type third, behind its parents'. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").pop() ?? "";
}
