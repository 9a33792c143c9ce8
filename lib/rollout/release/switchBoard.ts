import type Docker from "dockerode";
import type { ObservedSwitch } from "../state/observed";
import type { SwitchConfig } from "../switch/config";
import { writeSwitchConfig } from "../switch/file";
import { openRuntime, type SwitchRuntime } from "../switch/runtime";

interface Place {
  readonly id: string;
  readonly config: SwitchConfig;
}

/** The switches of a release: where each runs, what its file says, and one held line to each. */
export class SwitchBoard {
  private readonly places = new Map<string, Place>();
  private readonly lines = new Map<string, Promise<SwitchRuntime>>();

  public constructor(
    private readonly docker: Docker,
    private readonly project: string,
    observed: Readonly<Record<string, ObservedSwitch>>,
  ) {
    for (const [service, { container, config }] of Object.entries(observed)) {
      if (config !== undefined) this.places.set(service, { id: container.id, config });
    }
  }

  public has(service: string): boolean {
    return this.places.has(service);
  }

  public id(service: string): string {
    return this.place(service).id;
  }

  public config(service: string): SwitchConfig {
    return this.place(service).config;
  }

  /** A switch runs in this container from now on, with this file. */
  public async put(service: string, id: string, config: SwitchConfig): Promise<void> {
    await this.drop(service);
    this.places.set(service, { id, config });
  }

  /** The line to a switch, opened at its first use. */
  public line(service: string): Promise<SwitchRuntime> {
    let line = this.lines.get(service);
    if (line === undefined) {
      line = openRuntime(this.docker, this.id(service));
      this.lines.set(service, line);
      line.catch(() => this.lines.delete(service));
    }
    return line;
  }

  /** Rewrites the file on disk; the running switch is not told. */
  public async write(service: string, change: Partial<SwitchConfig>): Promise<void> {
    const { id, config } = this.place(service);
    const next = { ...config, ...change };
    await writeSwitchConfig(this.docker, id, this.project, next);
    this.places.set(service, { id, config: next });
  }

  /** Lets go of a switch that goes away. */
  public async drop(service: string): Promise<void> {
    const line = this.lines.get(service);
    this.lines.delete(service);
    this.places.delete(service);
    (await line?.catch(() => undefined))?.close();
  }

  public async close(): Promise<void> {
    const lines = [...this.lines.values()];
    this.lines.clear();
    for (const line of lines) (await line.catch(() => undefined))?.close();
  }

  private place(service: string): Place {
    const place = this.places.get(service);
    if (place === undefined) throw new Error(`${service} has no switch`);
    return place;
  }
}
