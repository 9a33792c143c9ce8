/** The work that is going on, so that it can be ended in order. */
export class Operations {
  readonly #running = new Map<AbortController, Promise<unknown>>();
  #closed = false;

  /** Runs one piece of work with a signal of its own. */
  public async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    if (this.#closed) controller.abort();
    const done = work(controller.signal);
    this.#running.set(controller, done);
    try {
      return await done;
    } finally {
      this.#running.delete(controller);
    }
  }

  /**
   * Aborts what is running and returns when all of it has undone itself. Does nothing when
   * nothing runs: the engine calls it at the normal end of every run too.
   */
  public async cancel(): Promise<void> {
    const running = [...this.#running.entries()];
    for (const [controller] of running) controller.abort();
    await Promise.allSettled(running.map(([, done]) => done));
  }

  /** Like cancel, and whatever is asked for later starts aborted. */
  public async close(): Promise<void> {
    this.#closed = true;
    await this.cancel();
  }
}
