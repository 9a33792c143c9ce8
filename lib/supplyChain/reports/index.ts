export {
  type AttachedReport,
  type ReportedSubject,
  SARIF_TYPE,
  SPDX_TYPE,
  attachReport,
  findReports,
  readReport,
} from "./attach";
export { type AttachedScan, attachScan } from "./attachScan";
export { type ReportKind, reportFolder, reportName, writeReport } from "./folder";
export { type FindingsReport, type ReportSubject, findingsReport } from "./model";
export { newestScan, scanAnnotations } from "./scanAnnotations";
export { SUMMARY_HTML, SUMMARY_MARKDOWN, writeSummary } from "./summary";
