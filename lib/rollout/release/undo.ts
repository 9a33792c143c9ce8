import { messageOf } from "../../errors";
import type { Report } from "../report";

/** Undoing must end too, also over a slow line. */
const UNDO_LIMIT_MS = 60_000;

interface Step {
  readonly what: string;
  readonly undo: (signal: AbortSignal) => Promise<void>;
}

/**
 * What has to be done to be back where the release began. Each step pushes its own way back before it
 * acts, so that a failure at any point, an interruption included, leads back.
 */
export class UndoStack {
  private steps: Step[] = [];

  /** @param what a short phrase for the progress, e.g. `removing web-green` */
  public push(what: string, undo: Step["undo"]): void {
    this.steps.push({ what, undo });
  }

  /** The release is good: there is no way back but a new release. */
  public clear(): void {
    this.steps = [];
  }

  /** Undoes everything, newest first; goes on after a failure and returns the faults. */
  public async run(report: Report): Promise<readonly string[]> {
    const faults: string[] = [];
    const signal = AbortSignal.timeout(UNDO_LIMIT_MS);
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      report(`undoing: ${step.what}`, true);
      try {
        await step.undo(signal);
      } catch (error) {
        faults.push(`${step.what}: ${messageOf(error)}`);
      }
    }
    return faults;
  }
}
