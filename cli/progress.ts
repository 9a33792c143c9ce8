import { widthOf } from "./terminal";

/** Shows what a command is waiting for. */
export interface Progress {
  /** Replaces the line that stands there. */
  readonly show: (line: string) => void;
  /** Takes the line away. */
  readonly clear: () => void;
}

/** One line on a terminal's standard error that is gone at the end; elsewhere nothing at all. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { show: () => undefined, clear: () => undefined };
  const clear = (): void => {
    stream.write("\r\u001b[2K");
  };
  return {
    show: (line) => {
      clear();
      stream.write(`… ${line}`.slice(0, widthOf(stream.columns) - 1));
    },
    clear,
  };
}
