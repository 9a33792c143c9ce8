import { Metadata, status } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { messageOf } from "../lib/errors";
import { HalfMadeError } from "./plugin";
import type { Properties } from "./values";

/** The properties that a message carries; a message without them has none. */
export function fromStruct(struct: Struct | undefined): Properties {
  // A Struct holds JSON and nothing else.
  return struct?.toJavaScript() ?? {};
}

/** The message form of properties. */
export function toStruct(properties: Properties): Struct {
  // The library's own type of JSON has mutable lists and objects; it only reads them.
  return Struct.fromJavaScript(properties);
}

/**
 * What the engine is told of an error: its message and never its stack. A HalfMadeError keeps the
 * resource in state, with its reasons.
 */
export function toServiceError(error: unknown): Partial<ServiceError> {
  const message = messageOf(error);
  const metadata = new Metadata();
  if (error instanceof HalfMadeError) {
    metadata.add("grpc-status-details-bin", Buffer.from(initFailed(error).serializeBinary()));
  }
  return { code: status.UNKNOWN, message, details: message, metadata };
}

function initFailed(error: HalfMadeError): Status {
  const detail = new ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(toStruct(error.state));
  detail.setReasonsList([...error.reasons]);
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const reply = new Status();
  reply.setCode(status.UNKNOWN);
  reply.setMessage(error.message);
  reply.addDetails(packed);
  return reply;
}
