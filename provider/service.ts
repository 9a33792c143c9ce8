import type { handleUnaryCall, ServerUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import type { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { EngineLog } from "./progress";
import type { Operations } from "./operations";
import type { CheckFailure, DiffKind, DiffReply, Plugin, PluginContext } from "./plugin";
import { redact, secretTexts } from "./secrets";
import type { Properties } from "./values";
import { fromStruct, toServiceError, toStruct } from "./wire";

const DETAIL_KIND = {
  add: rpc.PropertyDiff.Kind.ADD,
  delete: rpc.PropertyDiff.Kind.DELETE,
  update: rpc.PropertyDiff.Kind.UPDATE,
} as const;

/** The parts that every call needs. */
export interface Service {
  readonly plugin: Plugin;
  readonly operations: Operations;
  readonly log: () => EngineLog;
  readonly attach: (address: string) => void;
}

/** Maps the engine's calls to a plugin. A call that is not here is answered as not implemented. */
export function serviceOf(service: Service): UntypedServiceImplementation {
  return { ...pluginCalls(service), ...planCalls(service), ...changeCalls(service) };
}

/** A call that works on no resource. */
function plain<Q, R>(work: (request: Q) => R | Promise<R>): handleUnaryCall<Q, R> {
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

interface ResourceRequest {
  getUrn(): string;
}

/** A call that works on one resource: with a signal, a log, and secrets kept out of both. */
function onResource<Q extends ResourceRequest, R>(
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

function pluginCalls({ plugin, operations, attach }: Service): UntypedServiceImplementation {
  return {
    getPluginInfo: plain(() => new PluginInfo().setVersion(plugin.version)),
    getSchema: plain(() => new rpc.GetSchemaResponse().setSchema("{}")),
    attach: plain((request: PluginAttach) => {
      attach(request.getAddress());
      return new Empty();
    }),
    cancel: plain(async () => {
      await operations.cancel();
      return new Empty();
    }),
    checkConfig: plain((request: rpc.CheckRequest) => {
      const inputs = fromStruct(request.getNews());
      return checkResponse(inputs, plugin.checkConfig?.(inputs) ?? []);
    }),
    diffConfig: plain((request: rpc.DiffRequest) => {
      const same =
        JSON.stringify(fromStruct(request.getOldInputs())) ===
        JSON.stringify(fromStruct(request.getNews()));
      return diffResponse({ changes: !same });
    }),
    configure: plain((request: rpc.ConfigureRequest) => {
      plugin.configure?.(fromStruct(request.getArgs()));
      return new rpc.ConfigureResponse()
        .setAcceptsecrets(true)
        .setSupportspreview(plugin.supportsPreview);
    }),
  };
}

function planCalls(service: Service): UntypedServiceImplementation {
  const { plugin } = service;
  return {
    check: onResource(
      service,
      (request: rpc.CheckRequest) => [fromStruct(request.getNews())],
      async (request, type, context) => {
        const olds = request.hasOlds() ? fromStruct(request.getOlds()) : {};
        const was = Object.keys(olds).length === 0 ? undefined : olds;
        const reply = await plugin.check(type, fromStruct(request.getNews()), context, was);
        return checkResponse(reply.inputs, reply.failures);
      },
    ),
    diff: onResource(
      service,
      (request: rpc.DiffRequest) => [
        fromStruct(request.getOldInputs()),
        fromStruct(request.getNews()),
      ],
      async (request, type, context) => {
        const old = {
          id: request.getId(),
          state: fromStruct(request.getOlds()),
          inputs: fromStruct(request.getOldInputs()),
        };
        return diffResponse(await plugin.diff(type, old, fromStruct(request.getNews()), context));
      },
    ),
  };
}

function changeCalls(service: Service): UntypedServiceImplementation {
  const { plugin } = service;
  return {
    create: onResource(
      service,
      (request: rpc.CreateRequest) => [fromStruct(request.getProperties())],
      async (request, type, context) => {
        const inputs = fromStruct(request.getProperties());
        const made = await plugin.create(type, inputs, request.getPreview(), context);
        return new rpc.CreateResponse().setId(made.id).setProperties(toStruct(made.state));
      },
    ),
    update: onResource(
      service,
      (request: rpc.UpdateRequest) => [
        fromStruct(request.getOldInputs()),
        fromStruct(request.getNews()),
      ],
      async (request, type, context) => {
        const old = {
          id: request.getId(),
          state: fromStruct(request.getOlds()),
          inputs: fromStruct(request.getOldInputs()),
        };
        const news = fromStruct(request.getNews());
        const state = await plugin.update(type, old, news, request.getPreview(), context);
        return new rpc.UpdateResponse().setProperties(toStruct(state));
      },
    ),
    read: onResource(
      service,
      (request: rpc.ReadRequest) => [fromStruct(request.getInputs())],
      async (request, type, context) => {
        const inputs = fromStruct(request.getInputs());
        const old = { id: request.getId(), state: fromStruct(request.getProperties()), inputs };
        const state = await plugin.read(type, old, context);
        if (state === undefined) return new rpc.ReadResponse();
        return new rpc.ReadResponse()
          .setId(old.id)
          .setProperties(toStruct(state))
          .setInputs(toStruct(inputs));
      },
    ),
    delete: onResource(
      service,
      (request: rpc.DeleteRequest) => [fromStruct(request.getOldInputs())],
      async (request, type, context) => {
        const old = {
          id: request.getId(),
          state: fromStruct(request.getProperties()),
          inputs: fromStruct(request.getOldInputs()),
        };
        await plugin.delete(type, old, context);
        return new Empty();
      },
    ),
  };
}

function checkResponse(inputs: Properties, failures: readonly CheckFailure[]): rpc.CheckResponse {
  const list = failures.map(({ property, reason }) =>
    new rpc.CheckFailure().setProperty(property).setReason(reason),
  );
  return new rpc.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(list);
}

function diffResponse({ changes, details = {}, replaces = [] }: DiffReply): rpc.DiffResponse {
  const { DIFF_SOME, DIFF_NONE } = rpc.DiffResponse.DiffChanges;
  const response = new rpc.DiffResponse()
    .setChanges(changes ? DIFF_SOME : DIFF_NONE)
    .setReplacesList([...replaces]);
  for (const [path, kind] of Object.entries(details)) {
    response.getDetaileddiffMap().set(path, detail(kind));
  }
  return response.setHasdetaileddiff(Object.keys(details).length > 0);
}

function detail(kind: DiffKind): rpc.PropertyDiff {
  return new rpc.PropertyDiff().setKind(DETAIL_KIND[kind]).setInputdiff(true);
}
