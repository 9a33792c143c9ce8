/** Not there yet. */
export function writeSummary(folder: string): Promise<void> {
  return folder === "" ? Promise.reject(new Error("no folder")) : Promise.resolve();
}
