import { isDeepStrictEqual } from "node:util";
import { Server, ServerCredentials, type handleUnaryCall } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { fromStruct, toServiceError, toStruct } from "../../../../provider/wire";
import { type AwsState, type Inputs, readState, writeState } from "./state";

/**
 * A double of AWS and its Pulumi plugin, and of ours: what the engine asks of them, with the real
 * plugin's ids, what it replaces and what it cannot read back, on a file instead of AWS.
 */
const FILE = process.env["AWS_DOUBLE_STATE"] ?? "";
const ACCOUNT = "123456789012";
let region = "";

interface Kind {
  readonly id: (inputs: Inputs) => string;
  /** Inputs whose change is another resource to the provider. */
  readonly replacing: readonly string[];
  /** Inputs that no read gives back. */
  readonly unread?: readonly string[];
  /** true: AWS refuses to make it a second time; else it is put. */
  readonly once?: true;
}

const text = (inputs: Inputs, key: string): string => String(inputs[key]);

const KINDS: Readonly<Record<string, Kind>> = {
  "aws:ecr/repository:Repository": {
    id: (inputs) => text(inputs, "name"),
    replacing: ["name", "encryptionConfigurations"],
    unread: ["forceDelete"],
    once: true,
  },
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
    id: (inputs) => text(inputs, "repository"),
    replacing: ["repository", "policy"],
  },
  "aws:ecr/accountSetting:AccountSetting": {
    id: (inputs) => text(inputs, "name"),
    replacing: ["name"],
  },
  "aws:iam/role:Role": { id: (inputs) => text(inputs, "name"), replacing: ["name"], once: true },
  "aws:iam/rolePolicy:RolePolicy": {
    id: (inputs) => `${text(inputs, "role")}:${text(inputs, "name")}`,
    replacing: ["name", "role"],
  },
  "botcore:index:RegistryAccess": { id: () => "access", replacing: [] },
};

/** Everything here is JSON, from the engine or from the file. */
function struct(inputs: Inputs): ReturnType<typeof toStruct> {
  return toStruct(inputs as Parameters<typeof toStruct>[0]);
}

function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").pop() ?? "";
}

function kindOf(urn: string): Kind {
  const kind = KINDS[typeOf(urn)];
  if (kind === undefined) throw new Error(`unknown resource type ${typeOf(urn)}`);
  return kind;
}

function keyOf(urn: string, id: string): string {
  return `${typeOf(urn)} ${region} ${id}`;
}

function change<T>(work: (state: AwsState) => T): T {
  const state = readState(FILE);
  const result = work(state);
  writeState(FILE, state);
  return result;
}

function outputs(urn: string, inputs: Inputs): Inputs {
  const arns: Readonly<Record<string, string>> = {
    "aws:ecr/repository:Repository": `arn:aws:ecr:${region}:${ACCOUNT}:repository/`,
    "aws:iam/role:Role": `arn:aws:iam::${ACCOUNT}:role/`,
  };
  const arn = arns[typeOf(urn)];
  return arn === undefined ? inputs : { ...inputs, arn: arn + text(inputs, "name") };
}

function put(verb: string, urn: string, id: string, inputs: Inputs): rpc.CreateResponse {
  return change(({ things, changes }) => {
    const key = keyOf(urn, id);
    if (verb === "create" && kindOf(urn).once === true && things[key] !== undefined) {
      throw new Error(`${key}: AlreadyExistsException`);
    }
    things[key] = inputs;
    changes.push(`${verb} ${key}`);
    return new rpc.CreateResponse().setId(id).setProperties(struct(outputs(urn, inputs)));
  });
}

function call<Q, R>(work: (request: Q) => R): handleUnaryCall<Q, R> {
  return ({ request }, callback) => {
    try {
      callback(null, work(request));
    } catch (error) {
      callback(toServiceError(error));
    }
  };
}

function checked(request: rpc.CheckRequest): rpc.CheckResponse {
  return new rpc.CheckResponse().setInputs(request.getNews());
}

function diff(request: rpc.DiffRequest): rpc.DiffResponse {
  const { DIFF_SOME, DIFF_NONE } = rpc.DiffResponse.DiffChanges;
  const was = fromStruct(request.getOldInputs());
  const is = fromStruct(request.getNews());
  const changed = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
    (key) => !isDeepStrictEqual(was[key], is[key]),
  );
  const { replacing } = kindOf(request.getUrn());
  return new rpc.DiffResponse()
    .setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME)
    .setReplacesList(changed.filter((key) => replacing.includes(key)));
}

function read(request: rpc.ReadRequest): rpc.ReadResponse {
  const found = readState(FILE).things[keyOf(request.getUrn(), request.getId())];
  if (found === undefined) return new rpc.ReadResponse();
  const unread = kindOf(request.getUrn()).unread ?? [];
  const inputs = Object.fromEntries(Object.entries(found).filter(([key]) => !unread.includes(key)));
  return new rpc.ReadResponse()
    .setId(request.getId())
    .setInputs(struct(inputs))
    .setProperties(struct(outputs(request.getUrn(), inputs)));
}

function invoke(request: rpc.InvokeRequest): rpc.InvokeResponse {
  const { things } = readState(FILE);
  const prefix = `aws:ecr/repository:Repository ${region} `;
  const answer = (): Inputs => {
    switch (request.getTok()) {
      case "aws:ecr/getRepositories:getRepositories": {
        const keys = Object.keys(things).filter((key) => key.startsWith(prefix));
        return { names: keys.map((key) => key.slice(prefix.length)) };
      }
      case "aws:ecr/getRepository:getRepository":
        return things[prefix + text(fromStruct(request.getArgs()), "name")] ?? {};
      default:
        throw new Error(`unknown function ${request.getTok()}`);
    }
  };
  return new rpc.InvokeResponse().setReturn(struct(answer()));
}

const server = new Server();
server.addService(ResourceProviderService, {
  getPluginInfo: call(() => new PluginInfo().setVersion("7.48.0")),
  getSchema: call(() => new rpc.GetSchemaResponse().setSchema("{}")),
  attach: call(() => new Empty()),
  cancel: call(() => new Empty()),
  checkConfig: call(checked),
  diffConfig: call(() => new rpc.DiffResponse()),
  configure: call((request: rpc.ConfigureRequest) => {
    region = text(fromStruct(request.getArgs()), "region");
    return new rpc.ConfigureResponse();
  }),
  check: call(checked),
  diff: call(diff),
  read: call(read),
  invoke: call(invoke),
  create: call((request: rpc.CreateRequest) => {
    const inputs = fromStruct(request.getProperties());
    return put("create", request.getUrn(), kindOf(request.getUrn()).id(inputs), inputs);
  }),
  update: call((request: rpc.UpdateRequest) => {
    const made = put("update", request.getUrn(), request.getId(), fromStruct(request.getNews()));
    return new rpc.UpdateResponse().setProperties(made.getProperties());
  }),
  delete: call((request: rpc.DeleteRequest) =>
    change(({ things, changes }) => {
      const key = keyOf(request.getUrn(), request.getId());
      Reflect.deleteProperty(things, key);
      changes.push(`delete ${key}`);
      return new Empty();
    }),
  ),
});
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${port.toString()}\n`);
});
