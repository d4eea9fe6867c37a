import { previewResults } from "../../evidence/preview-results.ts";
import type { EvidenceRecord } from "../../evidence/record.ts";
import type { PreviewDocument } from "../../preview/index.ts";
import { recordRun, recordsFolder } from "./record.ts";

/** Records what a preview found, by default in the repository's own folder for evidence. */
export function recordPreview(
  folder: string | true,
  run: { cwd: string; stack: string; startedAt: Date; document: PreviewDocument },
): Promise<EvidenceRecord> {
  const { cwd, stack, startedAt, document } = run;
  return recordRun(recordsFolder(cwd, folder), {
    kind: "preview",
    cwd,
    project: document.project,
    stack,
    startedAt,
    results: previewResults(document.policies, new Date()),
  });
}
