import { resolve } from "node:path";
import { previewResults } from "../../evidence/preview-results.ts";
import type { EvidenceRecord } from "../../evidence/record.ts";
import type { PreviewDocument } from "../../preview/index.ts";
import { repositoryRoot } from "../../project/sources.ts";
import { defaultFolder } from "./options.ts";
import { recordRun } from "./record.ts";

/** Records what a preview found, by default in the repository's own folder for evidence. */
export function recordPreview(
  folder: string | undefined,
  run: { cwd: string; stack: string; startedAt: Date; document: PreviewDocument },
): Promise<EvidenceRecord> {
  const { cwd, stack, startedAt, document } = run;
  return recordRun(folder === undefined ? resolve(repositoryRoot(cwd), defaultFolder) : resolve(folder), {
    kind: "preview",
    cwd,
    project: document.project,
    stack,
    startedAt,
    results: previewResults(document.policies, new Date()),
  });
}
