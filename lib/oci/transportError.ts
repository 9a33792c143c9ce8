/** A failed exchange; `code` is Node's (`ECONNREFUSED`, `CERT_HAS_EXPIRED`) or one of ours. */
export class TransportError extends Error {
  public constructor(
    message: string,
    public readonly code: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "TransportError";
  }
}

/** The stream that was to be sent broke; `cause` is its own error. */
export class BodyError extends Error {
  public constructor(cause: unknown) {
    super("the body to send could not be read", { cause });
    this.name = "BodyError";
  }
}
