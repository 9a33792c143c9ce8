/**
 * The web address of a git remote: https, without login, port, query and `.git`.
 * @returns undefined for local paths and what is no address
 */
export function webUrl(remote: string): string | undefined {
  const text = remote.trim();
  // scp's form, `git@github.com:owner/name.git`; a Windows path has one letter before the colon.
  const scp = /^(?:[^@/:]+@)?([a-zA-Z0-9.-]{2,}):(?!\/\/)(.+)$/.exec(text);
  if (scp?.[1] !== undefined && scp[2] !== undefined) return address(scp[1], scp[2]);
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const web = ["https:", "http:", "ssh:", "git:", "git+ssh:"].includes(url.protocol);
  return web && url.hostname !== "" ? address(url.hostname, url.pathname) : undefined;
}

function address(host: string, path: string): string {
  const clean = path.replace(/^\/+|\/+$/g, "").replace(/\.git$/, "");
  return `https://${host.toLowerCase()}/${clean}`;
}
