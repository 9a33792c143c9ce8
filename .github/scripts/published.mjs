// Reads `bot-core images list --json` and prints the versions as a Markdown table. With a version as
// argument it fails where that one is not published for every service.
import { readFileSync } from "node:fs";

const [wanted] = process.argv.slice(2);
const { services } = JSON.parse(readFileSync(0, "utf8"));
const names = services.map(({ service }) => service);
const seen = new Map();
for (const { service, versions } of services) {
  for (const { version, created, runsIn } of versions) {
    const known = seen.get(version) ?? { created, services: [], runsIn: new Set() };
    known.services.push(service);
    for (const stack of runsIn) known.runsIn.add(stack);
    seen.set(version, known);
  }
}
const complete = [...seen].filter(([, one]) => one.services.length === names.length);
console.log("| version | created | runs in |\n| --- | --- | --- |");
for (const [version, { created, runsIn }] of complete) {
  console.log(`| \`${version}\` | ${created?.slice(0, 10) ?? ""} | ${[...runsIn].join(" ")} |`);
}
if (complete.length === 0) console.log("\nNo version is published for all services.");
if (wanted && !complete.some(([version]) => version === wanted)) {
  const some = seen.get(wanted)?.services;
  const what = some === undefined ? "is not published" : `is published for ${some.join(", ")} only`;
  const known = complete.map(([version]) => version).join(", ");
  console.error(`::error::version ${wanted} ${what}; there are: ${known || "none"}`);
  process.exitCode = 1;
}
