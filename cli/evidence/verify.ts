import type { EvidenceRecord } from "../../evidence/record.ts";
import { driftOfRows, verifyResults } from "../../evidence/verify-results.ts";
import { projectNameOf } from "../../project/project.ts";
import type { Verification } from "../../verify/document.ts";
import { recordRun, recordsFolder } from "./record.ts";

/** Records what a verification measured, by default in the repository's own folder for evidence. */
export function recordVerification(
  folder: string | true,
  cwd: string,
  { stack, at, probes, drift }: Verification,
): Promise<EvidenceRecord> {
  return recordRun(recordsFolder(cwd, folder), {
    kind: "verify",
    cwd,
    project: projectNameOf(cwd),
    stack,
    startedAt: new Date(at),
    results: verifyResults(probes),
    ...(drift.length > 0 && { drift: driftOfRows(drift) }),
  });
}
