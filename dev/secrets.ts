import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { writeWhole } from "./cache";
import { cached } from "./paths";

const OWNER_ONLY = 0o600;

/** The secret of this name, made at random once a machine and kept where only its owner reads it. */
export function machineSecret(name: string): string {
  const file = cached("secrets", name);
  if (!existsSync(file)) writeWhole(file, randomBytes(24).toString("base64url"), OWNER_ONLY);
  return readFileSync(file, "utf8");
}
