import { messageOf, UserError } from "../errors";
import type { PublishedVersion } from "../images";
import type { SourceFacts } from "../resources/imageIndex";
import type { CheckoutInputs, ReleaseInquiry, ServiceInquiry } from "./plan";

/** What the inquiry asks of the registry and the checkout; lib/images answers. */
export interface Sources {
  /** The version's index, or undefined where the registry does not have it. */
  readonly lookUpVersion: (
    repository: string,
    version: string,
  ) => Promise<PublishedVersion | undefined>;
  /** The digest of an image by its build tag, or undefined. */
  readonly findBuilt: (repository: string, tag: string) => Promise<string | undefined>;
  /** What the checkout would build for the service. */
  readonly readInputs: (service: string) => Promise<StagedInputs>;
}

export interface StagedInputs {
  readonly inputsDigest: string;
  readonly platforms: readonly {
    readonly platform: string;
    readonly inputs: string;
    /** `pb-<12 hex>-<arch>` */
    readonly tag: string;
  }[];
}

export interface InquiryOptions {
  readonly version: string;
  readonly kind: ReleaseInquiry["kind"];
  readonly policy: ReleaseInquiry["policy"];
  readonly source: SourceFacts;
  readonly allowDirty: boolean;
  readonly push: boolean;
  readonly services: readonly { readonly service: string; readonly repository: string }[];
  /** true: an unreachable registry counts as "not published" and `warn` says so; false: it is an error. */
  readonly preview: boolean;
  readonly warn: (message: string) => void;
}

/**
 * Asks registry and checkout everything that decides the resource graph, all services at once.
 * A checkout that cannot be read is no error here: a published version is deployed all the same.
 * @throws UserError from the registry, except in a preview
 */
export async function inquire(options: InquiryOptions, sources: Sources): Promise<ReleaseInquiry> {
  const { version, kind, policy, source, allowDirty, push } = options;
  const tolerant = options.preview ? tolerate(sources, options.warn) : sources;
  const services = await Promise.all(
    options.services.map((one) => inquireService(one, version, tolerant)),
  );
  return { version, kind, policy, source, allowDirty, push, services };
}

async function inquireService(
  { service, repository }: InquiryOptions["services"][number],
  version: string,
  sources: Sources,
): Promise<ServiceInquiry> {
  const [published, inputs] = await Promise.all([
    sources.lookUpVersion(repository, version),
    sources.readInputs(service).catch((error: unknown) => toFault(error)),
  ]);
  const found = { service, repository, ...(published === undefined ? {} : { published }) };
  if (inputs instanceof UserError) return { ...found, fault: inputs };
  return { ...found, checkout: await findImages(repository, inputs, sources) };
}

async function findImages(
  repository: string,
  inputs: StagedInputs,
  sources: Sources,
): Promise<CheckoutInputs> {
  const platforms = await Promise.all(
    inputs.platforms.map(async ({ platform, inputs: digest, tag }) => {
      const found = await sources.findBuilt(repository, tag);
      return { platform, inputs: digest, ...(found === undefined ? {} : { found }) };
    }),
  );
  return { inputsDigest: inputs.inputsDigest, platforms };
}

function tolerate(sources: Sources, warn: (message: string) => void): Sources {
  let warned = false;
  const unknown = (error: unknown): undefined => {
    if (!warned) {
      warn(`${messageOf(error)}; this preview goes on as if nothing were published`);
      warned = true;
    }
    return undefined;
  };
  return {
    ...sources,
    lookUpVersion: (...asked) => sources.lookUpVersion(...asked).catch(unknown),
    findBuilt: (...asked) => sources.findBuilt(...asked).catch(unknown),
  };
}

function toFault(error: unknown): UserError {
  if (error instanceof UserError) return error;
  throw error;
}
