import { resolve } from "node:path";
import type { EvidenceRecord } from "../../evidence/record.ts";
import { verifyResults } from "../../evidence/verify-results.ts";
import { projectNameOf } from "../../project/project.ts";
import { repositoryRoot } from "../../project/sources.ts";
import type { Verification } from "../../verify/document.ts";
import { defaultFolder } from "./options.ts";
import { recordRun } from "./record.ts";

/** Records what a verification measured, by default in the repository's own folder for evidence. */
export function recordVerification(
  folder: string | undefined,
  cwd: string,
  { stack, at, probes }: Verification,
): Promise<EvidenceRecord> {
  return recordRun(folder === undefined ? resolve(repositoryRoot(cwd), defaultFolder) : resolve(folder), {
    kind: "verify",
    cwd,
    project: projectNameOf(cwd),
    stack,
    startedAt: new Date(at),
    results: verifyResults(probes),
  });
}
