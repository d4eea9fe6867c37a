import { apiDocumentation } from "./api-documentation.ts";
import { auditReport } from "./audit-report.ts";
import { documents } from "./documents.ts";
import { envFile } from "./env-file.ts";
import type { Gate } from "./gate.ts";
import { releaseBranch, releaseMerged } from "./release-branch.ts";

/** Every gate that needs the repository alone. */
export const gates: readonly Gate[] = [
  envFile,
  releaseBranch,
  releaseMerged,
  ...documents,
  auditReport,
  apiDocumentation,
];
