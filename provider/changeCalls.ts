import type { handleUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { carriedByChange, oldOf, onResource, type Service } from "./calls";
import { fromStruct, toStruct } from "./wire";

/** The calls that change a resource, and the one that looks whether somebody else did. */
export function changeCalls(service: Service): UntypedServiceImplementation {
  return {
    create: createCall(service),
    update: updateCall(service),
    read: readCall(service),
    delete: deleteCall(service),
  };
}

function createCall(service: Service): handleUnaryCall<rpc.CreateRequest, rpc.CreateResponse> {
  return onResource(
    service,
    (request: rpc.CreateRequest) => [fromStruct(request.getProperties())],
    async (request, type, context) => {
      const inputs = fromStruct(request.getProperties());
      const made = await service.plugin.create(type, inputs, request.getPreview(), context);
      return new rpc.CreateResponse().setId(made.id).setProperties(toStruct(made.state));
    },
  );
}

function updateCall(service: Service): handleUnaryCall<rpc.UpdateRequest, rpc.UpdateResponse> {
  return onResource(
    service,
    (request: rpc.UpdateRequest) => carriedByChange(request),
    async (request, type, context) => {
      const [old, news] = [oldOf(request), fromStruct(request.getNews())];
      const state = await service.plugin.update(type, old, news, request.getPreview(), context);
      return new rpc.UpdateResponse().setProperties(toStruct(state));
    },
  );
}

function readCall(service: Service): handleUnaryCall<rpc.ReadRequest, rpc.ReadResponse> {
  return onResource(
    service,
    (request: rpc.ReadRequest) => [fromStruct(request.getInputs())],
    async (request, type, context) => {
      const inputs = fromStruct(request.getInputs());
      const old = { id: request.getId(), state: fromStruct(request.getProperties()), inputs };
      const state = await service.plugin.read(type, old, context);
      if (state === undefined) return new rpc.ReadResponse();
      return new rpc.ReadResponse()
        .setId(old.id)
        .setProperties(toStruct(state))
        .setInputs(toStruct(inputs));
    },
  );
}

function deleteCall(service: Service): handleUnaryCall<rpc.DeleteRequest, Empty> {
  return onResource(
    service,
    (request: rpc.DeleteRequest) => [fromStruct(request.getOldInputs())],
    async (request, type, context) => {
      const old = {
        id: request.getId(),
        state: fromStruct(request.getProperties()),
        inputs: fromStruct(request.getOldInputs()),
      };
      await service.plugin.delete(type, old, context);
      return new Empty();
    },
  );
}
