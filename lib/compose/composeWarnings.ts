/** A warning of Compose's log; `unsetVariable` where it is about `${NAME}` without a value. */
export interface ComposeWarning {
  readonly message: string;
  readonly unsetVariable?: string;
}

/** The warnings that Compose logs beside its result, each once. */
export function composeWarnings(stderr: string): ComposeWarning[] {
  const texts = stderr.split("\n").filter(isLogLine).map(textOfLogLine);
  return [...new Set(texts)].filter((text) => !IGNORED_WARNING.test(text)).map(explainWarning);
}

/** `version:` at the top was required once; users can do nothing wrong with it. */
const IGNORED_WARNING = /(?:attribute )?`version` is obsolete/;

function explainWarning(text: string): ComposeWarning {
  const name = /^The "?(\w+)"? variable is not set/.exec(text)?.[1];
  if (name === undefined) return { message: oneLine(text) };
  return {
    message: `\`${name}\` is not set and counts as empty; set it in .env, in config \`environment\` or in the shell, or write \${${name}:-}`,
    unsetVariable: name,
  };
}

/** true: a line of Compose's log, which it writes beside its result and its errors. */
export function isLogLine(line: string): boolean {
  return /^time="[^"]*" level=\w+ msg=/.test(line);
}

/** Text without line breaks. */
export function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").trim();
}

function textOfLogLine(line: string): string {
  const quoted = /msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
  if (quoted !== undefined) return quoted.replace(/\\(.)/g, "$1");
  return /msg=(\S+)/.exec(line)?.[1] ?? line;
}
