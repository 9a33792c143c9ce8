import { isDeepStrictEqual } from "node:util";
import { Server, ServerCredentials, type handleUnaryCall } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { fromStruct, toServiceError, toStruct } from "../../../../provider/wire";
import { type Kind, KINDS } from "./resources";
import { type GithubState, type Inputs, readState, restAnswer, textOf, writeState } from "./state";

/**
 * A double of GitHub and its Pulumi plugin for acme/shop: what the engine asks of the real plugin,
 * with that plugin's ids, on a file instead of GitHub.
 */
const STATE = process.env["GITHUB_DOUBLE_STATE"] ?? "";
const REPOSITORY = "repos/acme/shop";

/** Runs `work` on the state and keeps what it changed. */
function withState<T>(change: string | undefined, work: (state: GithubState) => T): T {
  const state = readState(STATE);
  const result = work(state);
  if (change !== undefined) {
    state.changes.push(change);
    writeState(STATE, state);
  }
  return result;
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

function kindOf(urn: string): Kind {
  const type = urn.split("::")[2]?.split("$").pop() ?? "";
  const kind = KINDS[type];
  if (kind === undefined) throw new Error(`unknown resource type ${type}`);
  return kind;
}

function checked(request: rpc.CheckRequest): rpc.CheckResponse {
  return new rpc.CheckResponse().setInputs(request.getNews());
}

function diff(request: rpc.DiffRequest): rpc.DiffResponse {
  const { DIFF_SOME, DIFF_NONE } = rpc.DiffResponse.DiffChanges;
  const was = fromStruct(request.getOldInputs());
  const same = isDeepStrictEqual(was, fromStruct(request.getNews()));
  return new rpc.DiffResponse().setChanges(same ? DIFF_NONE : DIFF_SOME);
}

function read(request: rpc.ReadRequest): rpc.ReadResponse {
  const found = withState(undefined, (state) =>
    kindOf(request.getUrn()).read(state, request.getId()),
  );
  if (found === undefined) return new rpc.ReadResponse();
  const inputs = toStruct(found.inputs);
  return new rpc.ReadResponse().setId(found.id).setInputs(inputs).setProperties(inputs);
}

function invoke(request: rpc.InvokeRequest): rpc.InvokeResponse {
  const { endpoint } = fromStruct(request.getArgs());
  const [path = ""] = textOf(endpoint).split("?");
  if (request.getTok() !== "github:index/getRestApi:getRestApi" || !path.startsWith(REPOSITORY)) {
    throw new Error(`unknown function ${request.getTok()} ${path}`);
  }
  const body = withState(undefined, (state) => restAnswer(state, path.slice(REPOSITORY.length)));
  const code = body === undefined ? 404 : 200;
  const answer: Inputs = { code, body: JSON.stringify(body ?? {}), headers: "{}", status: "" };
  return new rpc.InvokeResponse().setReturn(toStruct(answer));
}

const server = new Server();
server.addService(ResourceProviderService, {
  getPluginInfo: call(() => new PluginInfo().setVersion("6.15.0")),
  getSchema: call(() => new rpc.GetSchemaResponse().setSchema("{}")),
  attach: call(() => new Empty()),
  cancel: call(() => new Empty()),
  checkConfig: call(checked),
  diffConfig: call(diff),
  configure: call(() => new rpc.ConfigureResponse()),
  check: call(checked),
  diff: call(diff),
  read: call(read),
  invoke: call(invoke),
  create: call((request: rpc.CreateRequest) => {
    const inputs = fromStruct(request.getProperties());
    const name = textOf(inputs["variableName"] ?? inputs["name"] ?? inputs["environment"]);
    const id = withState(`create ${name}`, (state) =>
      kindOf(request.getUrn()).create(state, inputs),
    );
    return new rpc.CreateResponse().setId(id).setProperties(request.getProperties());
  }),
  update: call((request: rpc.UpdateRequest) => {
    const inputs = fromStruct(request.getNews());
    withState(`update ${request.getId()}`, (state) => {
      kindOf(request.getUrn()).update(state, request.getId(), inputs);
    });
    return new rpc.UpdateResponse().setProperties(request.getNews());
  }),
  delete: call((request: rpc.DeleteRequest) => {
    withState(`delete ${request.getId()}`, (state) => {
      kindOf(request.getUrn()).remove(state, request.getId());
    });
    return new Empty();
  }),
});
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.stdout.write(`${port.toString()}\n`);
});
