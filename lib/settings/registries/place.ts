import { detectKind, splitReference, type RegistryKind } from "../../registries/detect";
import type { RegistryReference } from "../../registries/detect";
import type { Rule } from "../rules";
import type { RegistryInput } from "./input";

type Texts = Readonly<Record<string, string | undefined>>;

/** What a reference like `ghcr.io/owner/shop` says, by the keys of the `registry` object. */
export interface Said {
  /** Which registry it is. */
  readonly registry: Texts;
  /** Where in that registry. */
  readonly path: Texts;
}

/** How DOCKER_REGISTRY is read for one kind of registry. */
export interface ReferenceGrammar {
  /** Absent: servers of every kind will do. */
  readonly kind?: RegistryKind;
  /** Keys that the `registry` object must have to name a registry without DOCKER_REGISTRY. */
  readonly required: readonly string[];
  readonly allowed: string;
  readonly example: string;
  /** What it says; undefined where it is not legal. */
  readonly parse: (reference: RegistryReference) => Said | undefined;
}

/**
 * Which registry the configuration and DOCKER_REGISTRY name together. The configuration comes first:
 * where it names a registry by itself, DOCKER_REGISTRY adds at most what names the same registry
 * more fully (ECR's account, a host of another form), and never a path. Otherwise it must be there,
 * legal, of this kind and about no other registry than the configuration.
 */
export class Place {
  private constructor(
    private readonly input: RegistryInput,
    private readonly given: Texts,
    private readonly said: Said,
    /** Why DOCKER_REGISTRY does not help. */
    private readonly note: string,
    /** An illegal DOCKER_REGISTRY is one fault, not one for every key that it does not give. */
    public readonly isReported: boolean,
  ) {}

  /** @param given what the `registry` object says of which registry it is, by key */
  public static read(input: RegistryInput, grammar: ReferenceGrammar, given: Texts): Place {
    const at = (said: Said, note = "", isReported = false): Place =>
      new Place(input, given, said, note, isReported);
    const isNeeded = grammar.required.some((key) => !input.reader.has(key));
    const value = input.environment["DOCKER_REGISTRY"] ?? "";
    if (value === "") return at(NOTHING, "DOCKER_REGISTRY of the environment neither");
    const kind = detectKind(value);
    if (grammar.kind !== undefined && kind !== grammar.kind) {
      return at(NOTHING, `DOCKER_REGISTRY of the environment belongs to provider ${kind}`);
    }
    const reference = splitReference(value);
    const said = reference.hasScheme ? undefined : grammar.parse(reference);
    if (said === undefined) {
      if (isNeeded) input.faults.variable("DOCKER_REGISTRY", value, shownSafely(grammar));
      return at(NOTHING, "", isNeeded);
    }
    if (isAnother(said.registry, given)) {
      return at(NOTHING, "DOCKER_REGISTRY of the environment names another registry");
    }
    return at(isNeeded ? said : { registry: said.registry, path: {} });
  }

  /** Which registry it is: a key that both may give. Its absence is a fault. */
  public require(key: string, rule: Rule<string>): string | undefined {
    const known = this.registry(key);
    const { reader, faults } = this.input;
    if (known === undefined && !reader.has(key) && !this.isReported) {
      faults.missing(reader.path(key), rule, this.note);
    }
    return known;
  }

  /** As `require`, where absence is none. */
  public registry(key: string): string | undefined {
    return this.given[key] ?? this.said.registry[key];
  }

  /** Where in the registry: the configuration's key, else DOCKER_REGISTRY's, else undefined. */
  public path(key: string, rule: Rule<string>): string | undefined {
    return this.input.reader.read(key, rule) ?? this.said.path[key];
  }
}

const NOTHING: Said = { registry: {}, path: {} };

/** Registries' names do not differ by case. */
function isAnother(said: Texts, given: Texts): boolean {
  return Object.entries(said).some(([key, value]) => {
    const other = given[key];
    return other !== undefined && other.toLowerCase() !== value?.toLowerCase();
  });
}

/** user:password@host */
function shownSafely({ allowed, example }: ReferenceGrammar): Omit<Rule<unknown>, "parse"> {
  const hidden = (value: unknown): boolean => typeof value === "string" && value.includes("@");
  return { allowed, example, hidden };
}
