import { registeredControls } from "../../cli/evidence/controls.ts";
import type { Settings } from "../../config/settings.ts";
import { type Decision, decide } from "../../evidence/decide.ts";
import { EvidenceFolder } from "../../evidence/folder.ts";
import type { EvidenceRecord } from "../../evidence/record.ts";
import type { RegisteredControl } from "../../evidence/registered.ts";
import { reportDocument } from "../../evidence/report/document.ts";
import { htmlReport } from "../../evidence/report/html.ts";
import { type RunKind, runKinds } from "../../evidence/statement.ts";
import { verifyEvidence } from "../../evidence/verify.ts";
import { releaseControls } from "../../operations/release/steps/controls.ts";
import { rollbackControls } from "../../operations/rollback/controls.ts";
import { watchControls } from "../../operations/watch/controls.ts";

export interface EvidenceOptions {
  readonly root: string;
  readonly settings: Settings;
  readonly commit: string;
}

const project = "optropic";
const stack = "production";
const tool = { name: "optropic", version: "rehearsal" };

/**
 * The evidence of a rehearsal: what the release records stands in a folder, and is decided on as ever. What a rehearsal
 * has no means to show, such as signatures, drills and policies, is given as shown, and counted.
 */
export class RehearsalEvidence {
  readonly folder: EvidenceFolder;
  readonly #options: EvidenceOptions;
  readonly #controls: readonly RegisteredControl[];
  /** Probes that the rehearsal measured itself. */
  readonly #measured = new Set<string>();

  constructor(options: EvidenceOptions) {
    this.#options = options;
    this.folder = new EvidenceFolder(options.root, stack);
    this.#controls = registeredControls();
  }

  /** From now on these probes are measured, and no longer given. */
  measures(names: readonly string[]): void {
    for (const name of names) this.#measured.add(name);
  }

  /** Names of the controls that are given. */
  get given(): string[] {
    return this.#given().map(({ name }) => name);
  }

  /** Names of the controls that the release itself shows. */
  get shown(): string[] {
    return [
      ...releaseControls.map(({ name }) => name),
      ...watchControls.map(({ name }) => name),
      ...this.#measured,
    ];
  }

  decide(phase: Decision["phase"], at: Date): Decision {
    const { settings, commit } = this.#options;
    const { loadTest, ...hours } = settings.evidence.validHours;
    return decide({
      ...{ project, stack, at, commit, phase, controls: this.#controls, signedOnly: false, waivers: [] },
      records: [...this.folder.read([]).records, ...this.#records(at)],
      validHours: {
        ...{ ...hours, "load-test": loadTest, migration: hours.release, rollback: hours.release },
        attestation: (settings.evidence.attestationDays + 1) * 24,
      },
    });
  }

  /** The report of a decision, as `optropic report` has it. */
  report(decision: Decision): string {
    const { settings } = this.#options;
    const kept = this.folder.read([]);
    return htmlReport(
      reportDocument({
        ...{ tool, release: settings.release, decision, contacts: settings.contacts, links: [] },
        ...{ repository: settings.project.repository, settings: new Map() },
        records: kept.records,
        verification: verifyEvidence(kept, [], new Date(decision.at)),
      }),
    );
  }

  #given(): RegisteredControl[] {
    const own = new Set<string>([...this.shown, ...Object.values(rollbackControls).map(({ name }) => name)]);
    return this.#controls.filter(({ name, run }) => run !== "decision" && !own.has(name));
  }

  #records(at: Date): EvidenceRecord[] {
    const moment = at.toISOString();
    return runKinds.map(
      (kind: RunKind): EvidenceRecord => ({
        ...{ name: `given-${kind}`, digest: "0".repeat(64), signed: { state: "unsigned" } },
        run: {
          ...{ kind, project, stack, commit: this.#options.commit, tool, parents: [] },
          ...{ startedAt: moment, finishedAt: moment },
          results: this.#given()
            .filter(({ run }) => run === kind)
            .map(({ kind: control, name, items }) => ({
              ...{ control: { kind: control, name }, items: [...items], state: "holds", at: moment },
              summary: "Given: a rehearsal on loopback cannot show this",
              // Of a signature somebody answers for it, and something shows it.
              ...(kind === "attestation" && {
                by: this.#options.settings.contacts.technicalLead,
                url: "https://optropic.example/rehearsal",
              }),
            })),
        },
      }),
    );
  }
}
