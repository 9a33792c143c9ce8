import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { z } from "zod";
import { type KeyStoreDouble, KeyRing, bodyOf, listen } from "./keyStoreDouble";

const TOKEN = "hvs.right-token-5b20";
const WRONG_TOKEN = "hvs.wrong-token-91cd";

/** `keys/NAME`, `sign/NAME/HASH`, `verify/NAME/HASH` of the transit engine. */
const PATH = /^\/v1\/transit\/(keys|sign|verify)\/([\w.-]+)(\/sha2-256)?$/;
const SIGNATURE = /^vault:v(\d+):(.*)$/s;
const Input = z.object({
  input: z.string(),
  prehashed: z.literal(true),
  signature: z.string().optional(),
});

interface Answer {
  readonly status: number;
  readonly body: object;
}

const data = (content: object): Answer => ({ status: 200, body: { data: content } });
const errors = (status: number, ...texts: string[]): Answer => ({
  status,
  body: { errors: texts },
});

/** HashiCorp Vault's transit engine, as far as cosign asks it; `asked` has its paths' first words. */
export class VaultDouble implements KeyStoreDouble {
  public readonly secrets = [TOKEN, WRONG_TOKEN];
  public readonly asked: string[] = [];
  public readonly forbidden = new Set<string>();
  private readonly ring: KeyRing;
  /** Latest version of each key. */
  private readonly versions = new Map<string, number>();
  private readonly server = createServer((incoming, response) => {
    void this.respond(incoming, response);
  });
  private port = 0;

  private constructor(keys: readonly string[]) {
    this.ring = new KeyRing([]);
    for (const key of keys) this.rotate(key);
  }

  public static async start(keys: readonly string[]): Promise<VaultDouble> {
    const vault = new VaultDouble(keys);
    vault.port = await listen(vault.server);
    return vault;
  }

  /** Makes the key's next version, which signs from then on; earlier ones still verify. */
  public rotate(key: string): void {
    const version = (this.versions.get(key) ?? 0) + 1;
    this.versions.set(key, version);
    this.ring.make(`${key}/${version}`);
  }

  public reference(key: string): string {
    return `hashivault://${key}`;
  }

  public get env(): Record<string, string | undefined> {
    const unset = { VAULT_NAMESPACE: undefined, TRANSIT_SECRET_ENGINE_PATH: undefined };
    const address = `http://localhost:${this.port}`;
    return { ...unset, VAULT_KEY_PREFIX: undefined, VAULT_ADDR: address, VAULT_TOKEN: TOKEN };
  }

  public get wrongEnv(): Record<string, string | undefined> {
    return { ...this.env, VAULT_TOKEN: WRONG_TOKEN };
  }

  public close(): void {
    this.server.closeAllConnections();
    this.server.close();
    this.ring.close();
  }

  private async respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body } = this.answer(incoming, await bodyOf(incoming));
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  private answer({ url = "", method, headers }: IncomingMessage, body: string): Answer {
    const token = String(headers["x-vault-token"]);
    const [, operation = "", key = ""] = PATH.exec(url) ?? [];
    if (token !== TOKEN || this.forbidden.has(operation)) {
      // A Vault would not repeat the token; a proxy before it may.
      return errors(403, `permission denied: ${operation} ${key} with ${token}`);
    }
    const latest = this.versions.get(key);
    if (latest === undefined) return errors(404);
    if ((operation === "keys") !== (method === "GET")) return errors(405, "unsupported operation");
    this.asked.push(`${operation} ${key}`);
    return operation === "keys"
      ? this.describe(key, latest)
      : this.compute(key, latest, Input.safeParse(JSON.parse(body)).data);
  }

  private describe(key: string, latest: number): Answer {
    const versions = Array.from({ length: latest }, (_, index) => index + 1);
    const keys = versions.map((version) => [
      version,
      { name: "P-256", public_key: this.ring.publicKey(`${key}/${version}`) },
    ]);
    return data({
      type: "ecdsa-p256",
      latest_version: latest,
      keys: Object.fromEntries(keys) as object,
    });
  }

  private compute(key: string, latest: number, asked: z.infer<typeof Input> | undefined): Answer {
    if (asked === undefined) return errors(400, "a digest was expected");
    const digest = Buffer.from(asked.input, "base64");
    if (asked.signature === undefined) {
      const signature = this.ring.sign(`${key}/${latest}`, digest).toString("base64");
      return data({ signature: `vault:v${latest}:${signature}`, key_version: latest });
    }
    const [, version = "", encoded = ""] = SIGNATURE.exec(asked.signature) ?? [];
    if (this.ring.publicKey(`${key}/${version}`) === undefined) {
      return errors(400, "invalid signature: no such version of the key");
    }
    const signature = Buffer.from(encoded, "base64");
    return data({ valid: this.ring.verify(`${key}/${version}`, digest, signature) });
  }
}
