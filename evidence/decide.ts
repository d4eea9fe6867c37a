import { type Control, type Item, type ItemId, items } from "../checklist/items.ts";
import { type DecisionInput, type Latest, latestResults, ofRunning } from "./latest.ts";
import { isOfRollback, type Moment, moments, type Phase, phaseOf } from "./phases.ts";
import { controlKey, type RegisteredControl } from "./registered.ts";
import type { Result } from "./statement.ts";
import type { ItemVerdict } from "./states.ts";

/** One control of one item, now. */
export interface ControlDecision {
  kind: Control;
  name: string;
  title: string;
  run: RegisteredControl["run"];
  /** Kinds of controls that this version does not have, in whose place a person signs. */
  standsFor?: readonly Control[];
  verdict: ItemVerdict;
  /** It cannot block its items. */
  advisory: boolean;
  /** What was found, or why nothing is known. */
  summary: string;
  /** What was found, where there is something; also where it is stale. */
  result?: Result;
  /** Digest of the record that it stands on. */
  record?: string;
  /** The last moment at which it counts. */
  until?: string;
  /** What counts now is that the control waits for a value which only a deployment tells. */
  waits?: true;
}

export interface ItemDecision {
  item: Item;
  phase: Phase;
  verdict: ItemVerdict;
  /** Whether it stands in the way of a go. What only advises does not. */
  blocks: boolean;
  /** Why, in one sentence. */
  reason: string;
  controls: ControlDecision[];
}

export interface Decision {
  project: string;
  stack: string;
  at: string;
  commit?: string;
  phase: Moment;
  /** Whether no item stands in the way. */
  go: boolean;
  items: ItemDecision[];
}

/** From what must be seen first to what needs no look. An item is as bad as the worst of its controls. */
const worstFirst: readonly ItemVerdict[] = [
  "does-not-hold",
  "unknown",
  "stale",
  "waived",
  "not-due",
  "holds",
  "not-applicable",
];

const passing: ReadonlySet<ItemVerdict> = new Set<ItemVerdict>([
  "holds",
  "waived",
  "not-applicable",
  "not-due",
]);

/** Decides all items of the checklist. */
export function decide(input: DecisionInput): Decision {
  const latest = latestResults(input);
  const all: readonly Item[] = items;
  const steps = new Map(
    all.filter(isStep).map((item) => [item.id, decideItem(item, input, latest, [])] as const),
  );
  const decided = all.map(
    (item) => steps.get(item.id) ?? decideItem(item, input, latest, [...steps.values()]),
  );
  return {
    project: input.project,
    stack: input.stack,
    at: input.at.toISOString(),
    ...(input.commit !== undefined && { commit: input.commit }),
    phase: input.phase,
    go: !decided.some(({ blocks }) => blocks),
    items: decided,
  };
}

/** Whether an item of that verdict lets a release go on. */
export function passes(verdict: ItemVerdict): boolean {
  return passing.has(verdict);
}

/** Worked out from the items of all steps: OK.1. */
export const stepsControl: RegisteredControl = {
  kind: "report",
  name: "deployment-steps-completed",
  title: "Each item of the deployment's steps must be shown to hold.",
  items: ["OK.1"],
  run: "decision",
};

/** Whether an item is one of the checklist's numbered steps of a deployment. */
function isStep({ section }: Item): boolean {
  return section.startsWith("Step ");
}

function decideItem(
  item: Item,
  input: DecisionInput,
  latest: Latest,
  steps: readonly ItemDecision[],
): ItemDecision {
  const phase = phaseOf(item.id);
  const controls = input.controls
    .filter((control) => control.items.includes(item.id))
    .map((control) =>
      control.run === "decision"
        ? decideSteps(control, steps)
        : decideControl(control, item.id, latest, input),
    )
    .map((control, _, all) =>
      input.phase === "deploy" ? beforeDeployment(control) : afterDeployment(control, all),
    );
  const missing = item.controls.filter(
    (kind) => !controls.some((control) => control.kind === kind || control.standsFor?.includes(kind)),
  );
  const decision = { item, phase, controls };
  if (!isDue(item.id, phase, input.phase, controls)) {
    return { ...decision, verdict: "not-due", blocks: false, reason: notDue(item.id, phase) };
  }
  const unbuilt = missing.length > 0 || controls.length === 0;
  const verdict = worstOf([
    ...controls.map((control) => control.verdict),
    ...(unbuilt ? (["unknown"] as const) : []),
  ]);
  const shown = controls.find((control) => control.verdict === verdict);
  const blocks = unbuilt || controls.some((control) => !control.advisory && !passing.has(control.verdict));
  return {
    ...decision,
    verdict,
    blocks,
    reason: shown === undefined ? nothingFor(missing) : reasonOf(shown, controls),
  };
}

function decideControl(
  control: RegisteredControl,
  id: ItemId,
  latest: Latest,
  { stage }: DecisionInput,
): ControlDecision {
  const { kind, name, title, run, standsFor } = control;
  const base = { kind, name, title, run, ...(standsFor !== undefined && { standsFor }) };
  const found = latest(controlKey(control), id);
  if (found === undefined) {
    return { ...base, verdict: "unknown", advisory: false, summary: `No evidence: ${nobody[run]}` };
  }
  const { result, record, until, refusal } = found;
  const known = {
    ...base,
    // A record alone cannot say that nothing depends on it.
    advisory:
      result.advisory === true && (control.advisory === true || (run === "preview" && stage === "staging")),
    result,
    record: record.digest,
    until: until.toISOString(),
  };
  if (refusal !== undefined) return { ...known, verdict: "unknown", summary: refusal };
  if (found.stale !== undefined) return { ...known, verdict: "stale", summary: found.stale };
  if (found.lapsed !== undefined) return { ...known, verdict: "does-not-hold", summary: found.lapsed };
  return {
    ...known,
    verdict: result.state,
    summary: result.summary,
    ...(result.deferred === true && run === "preview" && { waits: true as const }),
  };
}

/**
 * What a deployment is not asked for: nothing runs yet, or not this commit. What was measured and still counts is
 * asked for, so that what is known to be wrong stops the next deployment.
 */
function beforeDeployment(control: ControlDecision): ControlDecision {
  const { run, standsFor = [], verdict, summary, waits = false } = control;
  // A signature in place of a probe is of what runs, too.
  const isOfRunning =
    ofRunning.has(run) || (standsFor.length > 0 && standsFor.every((kind) => kind === "probe")) || waits;
  return isOfRunning && (verdict === "unknown" || verdict === "stale")
    ? { ...control, verdict: "not-due", summary: `Not due before a deployment. ${summary}` }
    : control;
}

/**
 * A policy that waits for a value which only a deployment tells is enforced by `pulumi up`, which keeps no evidence.
 * It holds where every probe of its item has measured what runs since that preview: what was measured before it was
 * measured of another deployment.
 */
function afterDeployment(control: ControlDecision, all: readonly ControlDecision[]): ControlDecision {
  if (control.waits !== true) return control;
  const probes = all.filter(({ kind, advisory }) => kind === "probe" && !advisory);
  if (probes.length === 0 || probes.some(({ verdict }) => verdict !== "holds")) return control;
  const since = control.result?.at;
  const earlier = probes.filter(({ result }) => !isSince(result, since)).map(({ name }) => name);
  if (earlier.length > 0) {
    const summary = `Not measured since the preview: ${earlier.join(", ")}. ${control.summary}`;
    return { ...control, summary };
  }
  const names = probes.map(({ name }) => name).join(", ");
  return {
    ...control,
    verdict: "holds",
    summary: `Only the deployment knows the declared value; measured by ${names}. ${control.summary}`,
  };
}

function isSince(result: Result | undefined, since: string | undefined): boolean {
  return result !== undefined && since !== undefined && Date.parse(result.at) >= Date.parse(since);
}

/** A control that says whether every step of the deployment was shown to be done. */
function decideSteps(
  { kind, name, title, run }: RegisteredControl,
  steps: readonly ItemDecision[],
): ControlDecision {
  const open = steps.filter(({ verdict }) => !passing.has(verdict)).map(({ item }) => item.id);
  const more = open.length > 5 ? ` and ${open.length - 5} more` : "";
  return {
    ...{ kind, name, title, run },
    verdict: worstOf(steps.map(({ verdict }) => verdict)),
    advisory: false,
    summary:
      open.length === 0
        ? `Each of the ${steps.length} items of the steps holds, is waived or does not apply`
        : `${open.length} of the ${steps.length} items of the steps are not shown: ${open.slice(0, 5).join(", ")}${more}`,
  };
}

/** Items of a rollback are due only where there was one. */
function isDue(id: ItemId, phase: Phase, now: Moment, controls: readonly ControlDecision[]): boolean {
  if (isOfRollback(id)) return controls.some(({ result }) => result !== undefined);
  return phase === "before" || moments.indexOf(phase) <= moments.indexOf(now);
}

function notDue(id: ItemId, phase: Phase): string {
  if (isOfRollback(id)) return "Due after a rollback";
  return phase === "release" ? "Due during the release" : "Due after the release";
}

const nobody: Readonly<Record<RegisteredControl["run"], string>> = {
  decision: "it is worked out from other items",
  preview: "no preview is recorded",
  verify: "nothing was measured",
  drill: "no restore drill is recorded",
  backup: "no backup is recorded",
  "load-test": "no load test is recorded",
  gate: "this gate was not checked",
  attestation: "nobody has signed this",
  migration: "no migration is recorded",
  release: "this step of the release is not recorded",
  rollback: "no rollback is recorded",
  watch: "the watch over the platform is not recorded",
};

function reasonOf(shown: ControlDecision, all: readonly ControlDecision[]): string {
  const alike = all.filter(({ verdict }) => verdict === shown.verdict).length;
  return alike > 1 && shown.verdict !== "holds" ? `${shown.summary} (and ${alike - 1} more)` : shown.summary;
}

function nothingFor(missing: readonly Control[]): string {
  return `This version of optropic has no ${missing.join(" and no ")} control for this item yet`;
}

function worstOf(verdicts: readonly ItemVerdict[]): ItemVerdict {
  return worstFirst.find((verdict) => verdicts.includes(verdict)) ?? "unknown";
}
