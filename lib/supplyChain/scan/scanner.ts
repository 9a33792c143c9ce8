import type { ScannerName } from "../../resources/supplyChain";
import type { ImageAccess, ToolOptions } from "../image";
import type { Tool } from "../tools/findTool";
import type { ToolEnvironment } from "../tools/registryLogin";
import type { ScanReport } from "./findings";

/** One call of a scanner. */
export interface ScanJob {
  readonly tool: Tool;
  readonly image: ImageAccess;
  /** `os/arch[/variant]` */
  readonly platform: string;
  /** How the image's registry is reached. */
  readonly environment: ToolEnvironment;
  /** An empty folder for its files, removed afterwards. */
  readonly folder: string;
  readonly options: ToolOptions;
}

/** What the program asks of a scanner. Each fault is a `ScanFault`; findings are none. */
export interface Scanner {
  readonly name: ScannerName;
  /** true: the user's environment says that the database is used as it is. */
  databaseIsFixed(): boolean;
  /** Brings the vulnerability database of this machine up to date. */
  updateDatabase(job: Pick<ScanJob, "tool" | "folder" | "options">): Promise<void>;
  /** Scans an image by its digest, with the database as it is. */
  scan(job: ScanJob): Promise<ScanReport>;
}
