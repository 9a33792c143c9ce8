import type { Command } from "../command";
import { copy } from "./images/copy";
import { inspect } from "./images/inspect";
import { list } from "./images/list";
import { prune } from "./images/prune";
import { rebuild } from "./images/rebuild";
import { verify } from "./images/verify";

/** The commands of `bot-core images`. */
export const images: Readonly<Record<string, Command>> = {
  "images list": list,
  "images inspect": inspect,
  "images verify": verify,
  "images copy": copy,
  "images prune": prune,
  "images rebuild": rebuild,
};
