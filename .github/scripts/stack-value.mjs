// Reads the file of a stack's configuration on standard input, and prints what stands there at the keys
// that are its arguments: a list an item a line, nothing where there is nothing. It asks no backend.
import { readFileSync } from "node:fs";
import { parse } from "yaml";

const found = process.argv
  .slice(2)
  .reduce((value, key) => value?.[key], parse(readFileSync(0, "utf8")));
for (const one of [found ?? []].flat()) {
  console.log(typeof one === "object" ? JSON.stringify(one) : String(one));
}
