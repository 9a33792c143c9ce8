import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, UserError } from "../../errors";
import { run as runProgram } from "../../process/run";
import { type ImageAccess, type ToolOptions, imageName } from "../image";
import { withheldFrom } from "../tools/environment";
import { findTool } from "../tools/findTool";
import { toolError } from "../tools/output";
import { withRegistryLogin } from "../tools/registryLogin";
import { readSpdx } from "./spdx";
import { assertSbomSubject } from "./subject";

/** A bill of materials. */
export interface Sbom {
  /** SPDX 2 in JSON, as syft wrote it. */
  readonly document: Buffer;
  /** Packages that it lists. */
  readonly packages: number;
  /** Version of syft. */
  readonly tool: string;
}

/** Reading an image of a few GiB takes minutes. */
const LIMIT_MS = 900_000;

/** The arguments of syft; the digest is that of the platform's manifest. */
function syftArgs(image: ImageAccess, platform: string, folder: string): string[] {
  // Given a file, syft reads none of the user's own, which may leave packages out.
  const config = join(folder, "syft.yaml");
  writeFileSync(config, "check-for-app-update: false\n");
  return [
    ...["scan", `registry:${imageName(image)}`, "--config", config],
    ...["--platform", platform, "-o", "spdx-json"],
  ];
}

/**
 * Lists what is in one platform's image, by syft.
 * @param image the platform's manifest, not the index
 * @param platform `os/arch[/variant]`
 * @throws UserError `sbom-tool` with syft's last lines, `sbom-subject`, those of `findTool`
 */
export async function makeSbom(
  image: ImageAccess,
  platform: string,
  options: ToolOptions = {},
): Promise<Sbom> {
  const { program, version } = await findTool("syft", options);
  const { run = runProgram, signal, report } = options;
  report?.(`syft lists what is in ${imageName(image)}`);
  const result = await withRegistryLogin(image, ({ env, folder }) =>
    run(program, syftArgs(image, platform, folder), {
      // Nobody reads its progress, and its question for a newer version takes seconds without a network.
      env: {
        ...withheldFrom("syft"),
        ...env,
        SYFT_CHECK_FOR_APP_UPDATE: "false",
        SYFT_QUIET: "true",
      },
      timeoutMs: LIMIT_MS,
      ...(signal === undefined ? {} : { signal }),
    }),
  );
  if (result.code !== 0) {
    const what = `syft could not read \`${imageName(image)}\` for ${platform}`;
    throw toolError(what, "sbom-tool", result, image.credentials);
  }
  const document = Buffer.from(result.stdout);
  try {
    assertSbomSubject(document, image);
    return { document, packages: readSpdx(document).packages, tool: version };
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== "sbom-invalid") throw error;
    const text = `syft ${version} printed no SPDX document for \`${imageName(image)}\`: ${messageOf(error)}`;
    throw new UserError(text, "sbom-tool");
  }
}
