import { canonicalBytes } from "../../evidence/canonical.ts";
import { sha256 } from "../../evidence/digest.ts";
import { EvidenceFolder } from "../../evidence/folder.ts";
import type { SigningKey } from "../../evidence/keys.ts";
import type { Run, RunKind } from "../../evidence/statement.ts";
import type { EvidenceSink, StepRecord } from "./options.ts";

export interface SinkOptions {
  /** Folder with the evidence of all stacks. */
  root: string;
  project: string;
  stack: string;
  kind: RunKind;
  tool: Run["tool"];
  /** SHA-256 of the stack's settings. */
  settings?: string | undefined;
  key: SigningKey | undefined;
}

/** The folder of a stack's evidence, in which each end of a step stands once. */
export class FolderSink implements EvidenceSink {
  #options: SinkOptions;

  constructor(options: SinkOptions) {
    this.#options = options;
  }

  async record({ commit, startedAt, finishedAt, results }: StepRecord): Promise<string> {
    const { root, stack, project, kind, tool, settings, key } = this.#options;
    const folder = new EvidenceFolder(root, stack);
    const { records } = folder.read([]);
    const digest = digestOf(results);
    const present = records.find(
      ({ run }) =>
        run.kind === kind &&
        run.finishedAt === finishedAt &&
        run.commit === commit &&
        digestOf(run.results) === digest,
    );
    if (present !== undefined) return present.name;
    return folder.add(
      {
        kind,
        project,
        stack,
        commit,
        ...(settings !== undefined && { settings }),
        tool,
        startedAt,
        finishedAt,
        results,
      },
      key,
    ).name;
  }
}

function digestOf(results: StepRecord["results"]): string {
  return sha256(canonicalBytes(results));
}
