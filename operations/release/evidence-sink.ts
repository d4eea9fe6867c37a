import { canonicalBytes } from "../../evidence/canonical.ts";
import { sha256 } from "../../evidence/digest.ts";
import type { SigningKey } from "../../evidence/keys.ts";
import type { Run, RunKind } from "../../evidence/statement.ts";
import type { EvidenceStore } from "../../evidence/store.ts";
import type { EvidenceSink, StepRecord } from "./options.ts";

export interface SinkOptions {
  /** Opened when something is recorded, so that what records nothing needs no credential. */
  open: () => Promise<EvidenceStore>;
  project: string;
  stack: string;
  kind: RunKind;
  tool: Run["tool"];
  /** SHA-256 of the stack's settings. */
  settings?: string | undefined;
  key: SigningKey | undefined;
}

/** The evidence of a stack, in which each end of a step stands once. */
export class StoreSink implements EvidenceSink {
  #options: SinkOptions;

  constructor(options: SinkOptions) {
    this.#options = options;
  }

  async record({ commit, startedAt, finishedAt, results, ...given }: StepRecord): Promise<string> {
    const { open, stack, project, tool, settings, key } = this.#options;
    const kind = given.kind ?? this.#options.kind;
    const store = await open();
    const { records } = await store.readAll([]);
    const digest = digestOf(results);
    const present = records.find(
      ({ run }) =>
        run.kind === kind &&
        run.finishedAt === finishedAt &&
        run.commit === commit &&
        digestOf(run.results) === digest,
    );
    if (present !== undefined) return present.name;
    const record = await store.add(
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
    );
    return record.name;
  }
}

function digestOf(results: StepRecord["results"]): string {
  return sha256(canonicalBytes(results));
}
