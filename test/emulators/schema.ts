import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * What a cloud's npm package knows, read out of its generated files: nothing else may be declared, so
 * that a test cannot pass with a resource or an input that the cloud has not.
 */
export class PackageSchema {
  /** @param folder of the npm package; @param name its own, e.g. `aws` */
  public constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {}

  /**
   * Names of a resource's inputs.
   * @throws Error for a type that the package has not
   */
  public inputsOf(type: string): ReadonlySet<string> {
    if (type === `pulumi:providers:${this.name}`) return inputsIn(this.read("provider.js") ?? "");
    const file = this.fileOf(type);
    const text = file === undefined ? undefined : this.read(file);
    if (text?.includes(`__pulumiType = '${type}'`) !== true) {
      throw new Error(`@pulumi/${this.name} has no resource ${type}`);
    }
    return inputsIn(text);
  }

  /**
   * Names of a function's arguments.
   * @throws Error for a function that the package has not
   */
  public argumentsOf(token: string): ReadonlySet<string> {
    const file = this.fileOf(token);
    const text = file === undefined ? undefined : this.read(file);
    const [, call] = new RegExp(`invoke\\("${token}", \\{([^}]*)\\}`).exec(text ?? "") ?? [];
    if (call === undefined) throw new Error(`@pulumi/${this.name} has no function ${token}`);
    return new Set([...call.matchAll(/^\s*"(\w+)":/gm)].map(([, name = ""]) => name));
  }

  /** `aws:ecr/repository:Repository` and `azure-native:containerregistry:Registry` name their files. */
  private fileOf(token: string): string | undefined {
    const [name, place = "", type = ""] = token.split(":");
    if (name !== this.name || !/^[\w/-]+$/.test(place) || !/^\w+$/.test(type)) return undefined;
    const file = type.charAt(0).toLowerCase() + type.slice(1);
    const whole = place.endsWith(`/${file}`) ? place : `${place}/${file}`;
    return `${whole.replace(/^index\//, "")}.js`;
  }

  /** In file names `IAMMember` is `iammember`. */
  private read(file: string): string | undefined {
    const folder = join(this.folder, dirname(file));
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const wanted = basename(file).toLowerCase();
    const name = names.find((one) => one.toLowerCase() === wanted);
    return name === undefined ? undefined : readFileSync(join(folder, name), "utf8");
  }
}

/** Lines like `resourceInputs["name"] = args?.name;` in the constructor. */
function inputsIn(text: string): ReadonlySet<string> {
  const lines = text.matchAll(/resourceInputs\["(\w+)"\] = (.*\bargs\b.*);/g);
  return new Set([...lines].map(([, name = ""]) => name));
}
