import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import type { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { carriedByChange, oldOf, onResource, plain, type Service } from "./calls";
import { changeCalls } from "./changeCalls";
import type { CheckFailure, DiffKind, DiffReply } from "./plugin";
import type { Properties } from "./values";
import { fromStruct, toStruct } from "./wire";

const DETAIL_KIND = {
  add: rpc.PropertyDiff.Kind.ADD,
  delete: rpc.PropertyDiff.Kind.DELETE,
  update: rpc.PropertyDiff.Kind.UPDATE,
} as const;

/** Maps the engine's calls to a plugin. A call that is not here is answered as not implemented. */
export function serviceOf(service: Service): UntypedServiceImplementation {
  return { ...pluginCalls(service), ...planCalls(service), ...changeCalls(service) };
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
      (request: rpc.DiffRequest) => carriedByChange(request),
      async (request, type, context) => {
        const news = fromStruct(request.getNews());
        return diffResponse(await plugin.diff(type, oldOf(request), news, context));
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
