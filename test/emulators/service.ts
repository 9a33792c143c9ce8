import type { handleUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { decode, encode } from "../../provider/secrets";
import { hasUnknown, type Properties, sameValue, toWire } from "../../provider/values";
import { fromStruct, toServiceError, toStruct } from "../../provider/wire";
import type { Cloud } from "./cloud";
import type { PackageSchema } from "./schema";

export interface Emulator {
  readonly version: string;
  readonly schema: PackageSchema;
  readonly cloud: Cloud;
}

/** The engine's calls, answered as a cloud's plugin does. */
export function emulatorService(emulator: Emulator): UntypedServiceImplementation {
  return { ...pluginCalls(emulator), ...planCalls(emulator), ...changeCalls(emulator) };
}

function call<Q, R>(work: (request: Q) => R | Promise<R>): handleUnaryCall<Q, R> {
  return ({ request }, callback) => {
    Promise.resolve(request)
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

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME` */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").pop() ?? "";
}

function nameOf(urn: string): string {
  return urn.split("::")[3] ?? "";
}

/** Secrets unwrapped, absent properties left out; unknowns stay as the engine writes them. */
function plain(properties: Properties): Properties {
  // Decoded properties are an object again.
  return toWire(decode(properties)) as Properties;
}

function pluginCalls({ version, schema, cloud }: Emulator): UntypedServiceImplementation {
  return {
    getPluginInfo: call(() => new PluginInfo().setVersion(version)),
    attach: call(() => new Empty()),
    cancel: call(() => new Empty()),
    checkConfig: call((request: rpc.CheckRequest) =>
      checked(schema, typeOf(request.getUrn()), fromStruct(request.getNews())),
    ),
    diffConfig: call((request: rpc.DiffRequest) =>
      difference(fromStruct(request.getOldInputs()), fromStruct(request.getNews()), []),
    ),
    configure: call(() =>
      new rpc.ConfigureResponse()
        .setAcceptsecrets(true)
        .setAcceptresources(false)
        .setSupportspreview(true),
    ),
    invoke: call(async (request: rpc.InvokeRequest) => {
      const token = request.getTok();
      const args = plain(fromStruct(request.getArgs()));
      const allowed = schema.argumentsOf(token);
      const unknown = Object.keys(args).filter((name) => !allowed.has(name));
      if (unknown.length > 0) throw new Error(`${token} has no argument ${unknown.join(", ")}`);
      return new rpc.InvokeResponse().setReturn(toStruct(await cloud.invoke(token, args)));
    }),
  };
}

function planCalls({ schema, cloud }: Emulator): UntypedServiceImplementation {
  return {
    check: call((request: rpc.CheckRequest) =>
      checked(schema, typeOf(request.getUrn()), fromStruct(request.getNews())),
    ),
    diff: call(async (request: rpc.DiffRequest) =>
      difference(
        fromStruct(request.getOldInputs()),
        fromStruct(request.getNews()),
        await cloud.replaces(typeOf(request.getUrn())),
      ),
    ),
  };
}

function checked(schema: PackageSchema, type: string, inputs: Properties): rpc.CheckResponse {
  const known = schema.inputsOf(type);
  const failures = Object.keys(inputs)
    // The engine's own.
    .filter((name) => !known.has(name) && !name.startsWith("__") && name !== "version")
    .map((name) =>
      new rpc.CheckFailure().setProperty("").setReason(`${type} has no input ${name}`),
    );
  return new rpc.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(failures);
}

function difference(
  old: Properties,
  news: Properties,
  replaces: readonly string[],
): rpc.DiffResponse {
  const [before, after] = [plain(old), plain(news)];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter((name) => !sameValue(before[name], after[name]));
  const { DIFF_SOME, DIFF_NONE } = rpc.DiffResponse.DiffChanges;
  const reply = new rpc.DiffResponse()
    .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList(changed)
    .setReplacesList(changed.filter((name) => replaces.includes(name)));
  for (const name of changed) {
    const kind = replaces.includes(name)
      ? rpc.PropertyDiff.Kind.UPDATE_REPLACE
      : rpc.PropertyDiff.Kind.UPDATE;
    reply.getDetaileddiffMap().set(name, new rpc.PropertyDiff().setKind(kind).setInputdiff(true));
  }
  return reply.setHasdetaileddiff(changed.length > 0);
}

function changeCalls({ cloud }: Emulator): UntypedServiceImplementation {
  return {
    create: call(async (request: rpc.CreateRequest) => {
      const [urn, inputs] = [request.getUrn(), fromStruct(request.getProperties())];
      // What only the cloud gives is left out, and so is unknown to what depends on it.
      if (request.getPreview()) return new rpc.CreateResponse().setProperties(toStruct(inputs));
      const { id, outputs } = await cloud.create(typeOf(urn), nameOf(urn), settled(inputs));
      return new rpc.CreateResponse().setId(id).setProperties(toStruct(encode(outputs, inputs)));
    }),
    read: call(async (request: rpc.ReadRequest) => {
      const found = await cloud.read(typeOf(request.getUrn()), request.getId());
      if (found === undefined) return new rpc.ReadResponse();
      const inputs = fromStruct(request.getInputs());
      return new rpc.ReadResponse()
        .setId(found.id)
        .setInputs(toStruct(encode(found.inputs, inputs)))
        .setProperties(toStruct(encode(found.outputs, inputs)));
    }),
    update: call(async (request: rpc.UpdateRequest) => {
      const news = fromStruct(request.getNews());
      const reply = new rpc.UpdateResponse();
      if (request.getPreview()) {
        return reply.setProperties(toStruct({ ...fromStruct(request.getOlds()), ...news }));
      }
      const type = typeOf(request.getUrn());
      const { outputs } = await cloud.update(type, request.getId(), settled(news));
      return reply.setProperties(toStruct(encode(outputs, news)));
    }),
    delete: call(async (request: rpc.DeleteRequest) => {
      await cloud.delete(typeOf(request.getUrn()), request.getId());
      return new Empty();
    }),
  };
}

/** Outside a preview the engine sends nothing unknown. */
function settled(inputs: Properties): Properties {
  if (hasUnknown(decode(inputs))) throw new Error("an update was given an unknown value");
  return plain(inputs);
}
