import type { ItemId } from "../checklist/items.ts";
import { formatMoment } from "../lib/units.ts";
import type { Moment } from "./phases.ts";
import type { EvidenceRecord } from "./record.ts";
import { controlKey, type RegisteredControl } from "./registered.ts";
import { type Authors, refusalOfSignature } from "./signer.ts";
import type { Result, Run, RunKind } from "./statement.ts";
import { severity } from "./states.ts";
import { recordsUntil } from "./verify.ts";

/** What a decision is made of. The same evidence at the same moment gives the same decision. */
export interface DecisionInput {
  project: string;
  stack: string;
  at: Date;
  /** The commit that is to go live; where nobody knows it, what says something of one commit alone does not count. */
  commit?: string | undefined;
  records: readonly EvidenceRecord[];
  /** Every control that the code registers. */
  controls: readonly RegisteredControl[];
  /** Hours that evidence of each kind counts; an attestation may itself say that it counts for less. */
  validHours: Readonly<Record<RunKind, number>>;
  /**
   * SHA-256 of the settings of each project, by its name: what was made with others does not count. None where they
   * are not known.
   */
  settings?: ReadonlyMap<string, string>;
  /** Evidence that no trusted key signed does not count. */
  signedOnly: boolean;
  /** What the settings accept: a waiver that only a record knows accepts nothing. */
  waivers: readonly AcceptedWaiver[];
  /** Who wrote what goes live, whose signatures do not count; none where they do. */
  authors?: Authors;
  /** At the stage `staging` a policy that only production needs may advise; elsewhere only one that is registered so. */
  stage?: "production" | "staging";
  /** How far the release is: items of a later phase are not due yet. */
  phase: Moment;
}

/** A waiver of the settings, and the policy or probe that it is for. */
export interface AcceptedWaiver {
  control: string;
  until: string;
  approver: string;
}

/** The newest that is known of a control. */
export interface Found {
  result: Result;
  record: EvidenceRecord;
  /** The last moment at which it counts. */
  until: Date;
  /** Why it counts no longer, or not for this commit. */
  stale?: string;
  /** Why it does not count at all. */
  refusal?: string;
  /** Its waiver has ended or is not in the settings, so it does not hold. */
  lapsed?: string;
}

/** What is known of an item by a control; undefined where no record has the control. */
export type Latest = (control: string, id: ItemId) => Found | undefined;

const hour = 3_600_000;

/**
 * The newest result of each control that was there at the moment of the decision. A control may be asked in
 * several programs, the platform and its delivery: what applies in one of them counts, and the worse of two.
 */
export function latestResults(input: DecisionInput): Latest {
  const registered = new Map(input.controls.map((control) => [controlKey(control), control.run]));
  const newest = new Map<string, Map<string, Told>>();
  for (const record of recordsUntil(input.records, input.at)) {
    const { run } = record;
    if (run.stack !== input.stack) continue;
    for (const result of run.results) {
      const key = controlKey(result.control);
      // A run of another kind cannot speak for it: a person's signature is no measurement.
      if (registered.get(key) !== run.kind) continue;
      const byProject = newest.get(key) ?? new Map<string, Told>();
      newest.set(key, byProject);
      const before = byProject.get(run.project);
      const refusal = refusalOf(result, run, input.authors ?? []);
      const found = { result, record, ...(refusal !== undefined && { refusal }) };
      byProject.set(run.project, {
        newest: later(found, before?.newest),
        told: toldWith(before?.told ?? new Map(), found, input),
      });
    }
  }
  return (control, id) => {
    const byProject = newest.get(control);
    if (byProject === undefined) return undefined;
    return joined(
      [...byProject.values()].map((each) => counting(each, id, input)),
      input,
    );
  };
}

type Newest = Pick<Found, "result" | "record" | "refusal">;

/** The newest result and, by the items that they speak of, by the settings that they were made with, those that could tell and count. */
interface Told {
  newest: Newest;
  told: Map<string, Map<string, Newest>>;
}

/** Runs that only a platform that runs makes possible. */
export const ofRunning: ReadonlySet<RegisteredControl["run"]> = new Set<RegisteredControl["run"]>([
  ...(["verify", "drill", "backup", "release", "rollback", "watch"] as const),
]);

/** What was found with the settings that go live, or whatever the settings are. */
const ours = "ours";

function toldWith(told: Told["told"], found: Newest, input: DecisionInput): Told["told"] {
  const { result, record } = found;
  if (result.state === "unknown" || refusedIn(found, input) !== undefined) return told;
  const settings = input.settings?.get(record.run.project);
  const isOurs =
    settings === undefined || record.run.settings === settings || !bySettings.has(record.run.kind);
  const key = isOurs ? ours : (record.run.settings ?? "");
  const items = result.items.join();
  const alike = told.get(items) ?? new Map<string, Newest>();
  return told.set(items, alike.set(key, later(found, alike.get(key))));
}

/**
 * The newest; but what was measured as wrong and still counts is hidden neither by a look that could not tell, counts for
 * nothing or leaves the item out nor by one with settings that are neither those that go live nor those that it was
 * measured with.
 */
function counting({ newest, told }: Told, id: ItemId, input: DecisionInput): Found {
  const { result, record } = newest;
  const found = result.items.includes(id) ? foundIn(newest, input) : silent(newest, id, input);
  const isTold =
    result.state !== "unknown" &&
    found.refusal === undefined &&
    !isByOtherSettings(result, record.run, input);
  if (isTold || !ofRunning.has(record.run.kind)) return found;
  const toldOfItem = toldOf(told, id);
  const last = toldOfItem.get(ours);
  const wrong = [...toldOfItem.values()]
    .filter((each) => each.result.state === "does-not-hold")
    .filter((each) => each === last || last === undefined || supersedes(each, last))
    .reduce<Newest | undefined>((before, each) => later(each, before), undefined);
  if (wrong === undefined) return found;
  const known = foundIn(wrong, input);
  return known.refusal === undefined && known.stale === undefined ? known : found;
}

/** By the settings that it was made with, the newest that could tell of an item. */
function toldOf(told: Told["told"], id: ItemId): ReadonlyMap<string, Newest> {
  const found = new Map<string, Newest>();
  for (const alike of told.values()) {
    for (const [settings, each] of alike) {
      if (each.result.items.includes(id)) found.set(settings, later(each, found.get(settings)));
    }
  }
  return found;
}

/** A result that leaves an item out says nothing of it. */
function silent({ result, record }: Newest, id: ItemId, { validHours }: DecisionInput): Found {
  return {
    ...{ result, record, until: endOf(result, record.run, validHours) },
    refusal: `The evidence of ${result.control.name} does not speak of ${id}`,
  };
}

function later(found: Newest, before: Newest | undefined): Newest {
  return before === undefined || supersedes(found, before) ? found : before;
}

/** Why a result counts for nothing, by what it says itself. */
function refusalOf(result: Result, { kind }: Run, authors: Authors): string | undefined {
  if (result.state === "not-applicable" && !/[\p{L}\p{N}]/u.test(result.summary)) {
    return "It says that it does not apply, and not why";
  }
  return kind === "attestation" ? refusalOfSignature(result, authors) : undefined;
}

/** What counts for nothing does not hide what counts, such as the signature of somebody else before. */
function supersedes(found: Newest, before: Newest): boolean {
  if ((found.refusal === undefined) !== (before.refusal === undefined)) return found.refusal === undefined;
  return isNewer(found.result, found.record, before);
}

/**
 * Of two at the same moment the worse, which nobody can choose by the digest of what they write; of two alike the one
 * with the greater digest, so that the order of files does not count.
 */
function isNewer(result: Result, record: EvidenceRecord, before: Newest): boolean {
  const difference = Date.parse(result.at) - Date.parse(before.result.at);
  if (difference !== 0) return difference > 0;
  const worse = rankOf(before.result) - rankOf(result);
  return worse === 0 ? record.digest > before.record.digest : worse > 0;
}

/** The worse a result, the smaller. To wait for a value of the deployment is less bad than to be unknown otherwise. */
function rankOf({ state, deferred }: Result): number {
  return severity.indexOf(state) + (deferred === true ? 0.5 : 0);
}

/** Why a result counts for nothing, by itself or by who signed its record. */
function refusedIn({ record, refusal }: Newest, { signedOnly }: DecisionInput): string | undefined {
  const isUnsigned = signedOnly && record.signed.state !== "signed";
  return refusal ?? (isUnsigned ? "Its evidence is not signed by a trusted key" : undefined);
}

function foundIn(newest: Newest, input: DecisionInput): Found {
  const { result, record } = newest;
  const until = endOf(result, record.run, input.validHours);
  const found = { result, record, until };
  const refusal = refusedIn(newest, input);
  if (refusal !== undefined) return { ...found, refusal };
  if (until.getTime() < input.at.getTime()) {
    return {
      ...found,
      stale: `It was shown at ${formatMoment(result.at)} and counted until ${formatMoment(until.toISOString())}`,
    };
  }
  const lapsed = lapsedOf(result, input);
  if (lapsed !== undefined) return { ...found, lapsed: `${lapsed}: ${result.summary}` };
  const { commit } = record.run;
  if (ofOneCommit.has(record.run.kind) && input.commit === undefined) {
    return { ...found, stale: "Nobody knows which commit is to go live: name it with --commit" };
  }
  if (input.commit !== undefined && ofOneCommit.has(record.run.kind) && commit !== input.commit) {
    const of = commit === undefined ? "no commit that is known" : commit.slice(0, 12);
    return { ...found, stale: `It was shown for ${of}, and ${input.commit.slice(0, 12)} is to go live` };
  }
  if (isByOtherSettings(result, record.run, input)) {
    return { ...found, stale: "It was shown with other settings than those that are to go live" };
  }
  return found;
}

/** Whether something good was found with other settings. What is known to be wrong stays so until it is measured again. */
function isByOtherSettings(result: Result, run: Run, input: DecisionInput): boolean {
  const settings = input.settings?.get(run.project);
  const isGood = result.deferred === true || (result.state !== "does-not-hold" && result.state !== "unknown");
  return settings !== undefined && isGood && bySettings.has(run.kind) && run.settings !== settings;
}

/** Why a waiver accepts nothing at that moment; undefined where it does, or where nothing is waived. */
function lapsedOf({ state, control, waiver }: Result, { at, waivers }: DecisionInput): string | undefined {
  if (state !== "waived") return undefined;
  if (waiver === undefined) return "Nobody approved its waiver";
  if (hasEnded(waiver.until, at)) return `Its waiver ended on ${waiver.until}`;
  const isAccepted = waivers.some(
    ({ control: name, until, approver }) =>
      name === control.name && until === waiver.until && approver === waiver.approver,
  );
  return isAccepted ? undefined : `Its waiver until ${waiver.until} is not in the settings`;
}

/** What says something of one commit alone. */
const ofOneCommit: ReadonlySet<RunKind> = new Set<RunKind>([
  "preview",
  "gate",
  "load-test",
  "migration",
  "release",
]);

/** What judges or measures against the settings. A drill, whose restore takes hours, names its objectives itself. */
const bySettings: ReadonlySet<RunKind> = new Set<RunKind>([...ofOneCommit, "verify", "watch"]);

function endOf(result: Result, run: Run, validHours: DecisionInput["validHours"]): Date {
  const own = result.until === undefined ? undefined : Date.parse(result.until);
  const byKind = Date.parse(result.at) + validHours[run.kind] * hour;
  return new Date(Math.min(own ?? byKind, byKind));
}

/** What applies in one program counts; of two that apply, the worse. */
function joined(all: readonly Found[], { stage }: DecisionInput): Found {
  const rank = (found: Found): number =>
    found.refusal !== undefined || found.stale !== undefined
      ? severity.indexOf("unknown")
      : found.lapsed !== undefined
        ? severity.indexOf("does-not-hold")
        : rankOf(found.result);
  const [worst] = all.toSorted((one, other) => rank(one) - rank(other));
  if (worst === undefined) throw new RangeError("There is nothing to join");
  // A policy does not apply where the scope of a program asks for others: then another program must be asked. The
  // delivery is declared once, with production.
  return stage !== "staging" &&
    worst.record.run.kind === "preview" &&
    rank(worst) === severity.indexOf("not-applicable")
    ? { ...worst, refusal: "No program was asked: each says that it does not apply, by its setting scope" }
    : worst;
}

/** A waiver counts up to and including its last day, in UTC. */
function hasEnded(until: string, at: Date): boolean {
  return at.toISOString().slice(0, 10) > until;
}
