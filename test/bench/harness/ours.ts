import type { ComposeHostInputs, ReleaseImage } from "../../../lib/resources/composeHost";
import { deployRelease, type Credentials } from "../../../lib/rollout";
import { ADDRESS, type Bench } from "./bench";
import { baseImage } from "./docker";
import { modelOf, type Services } from "./services";

export interface ReleaseOptions {
  /** Seconds. Default: 0, no wait beyond what the release itself needs. */
  readonly drainSeconds?: number;
  /** Images of our own, by service; the others are named by their definitions. */
  readonly images?: Readonly<Record<string, ReleaseImage>>;
  readonly registry?: string;
  readonly credentials?: Credentials;
  /** Called with each line that the release reports. */
  readonly onLine?: (line: string) => void;
}

/** What a release is given, as the program would give it to the plugin. */
export async function inputsOf(
  project: string,
  version: string,
  services: Services,
  options: ReleaseOptions = {},
): Promise<ComposeHostInputs> {
  const own = Object.keys(options.images ?? {}).length > 0;
  return {
    host: { address: ADDRESS, engine: "compose", project },
    registry: {
      endpoint: { server: options.registry ?? "localhost:1", insecure: true },
      push: { kind: "anonymous" },
      pull: { kind: "anonymous" },
    },
    version,
    model: JSON.stringify(modelOf(project, services, own)),
    images: options.images ?? {},
    switchImage: await baseImage("haproxy"),
    rollout: {
      drainSeconds: options.drainSeconds ?? 0,
      soakSeconds: 0,
      // Nothing of a run may be pruned: a later change goes back to it.
      keepReleases: 100,
      allowVolumeOverlap: true,
    },
  };
}

/** One release by lib/rollout, exactly as the plugin makes it. */
export async function release(
  { connection, signal }: Bench,
  project: string,
  version: string,
  services: Services,
  options: ReleaseOptions = {},
): Promise<void> {
  const inputs = await inputsOf(project, version, services, options);
  await deployRelease(inputs, connection, {
    report: (line) => options.onLine?.(line),
    signal,
    credentials: options.credentials ?? (() => Promise.resolve(undefined)),
  });
}
