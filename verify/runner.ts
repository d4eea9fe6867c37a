import { items as checklist, findItem, type ItemId, itemsWithControl } from "../checklist/items.ts";
import { eachAtOnce } from "../lib/at-once.ts";
import { reasonOf, type SourcePosition } from "../lib/failure.ts";
import { counted } from "../lib/text.ts";
import { Context, type Subject } from "./context.ts";
import type { Credentials } from "./credentials.ts";
import type { ItemResult, ProbeResult, State, Verification } from "./document.ts";
import { driftOf } from "./drift.ts";
import type { Check, Probe } from "./probe.ts";
import { Unknown, type UnknownReason } from "./unknown.ts";
import { probeWaivers, waive } from "./waivers.ts";

export interface RunOptions {
  readonly tool: { readonly name: string; readonly version: string };
  readonly stack: string;
  /** Items to ask for. Default: every item that a probe measures. */
  readonly only?: readonly ItemId[] | undefined;
  /** Items that may stay unknown. */
  readonly allowUnknown?: readonly ItemId[] | undefined;
  readonly placeOf: (setting: string) => SourcePosition | undefined;
  readonly progress?: ((step: string) => void) | undefined;
  readonly signal: AbortSignal;
}

/**
 * Runs the probes of the items that are asked for. Results come in the order of the probes. A signal ends the run with
 * what was measured until then; the other probes are unknown.
 */
export async function verify(
  probes: readonly Probe[],
  subject: Subject,
  options: RunOptions,
): Promise<Verification> {
  const started = new Date();
  const asked = askedItems(probes, options.only);
  const chosen = probes.filter(({ items }) => items.some((id) => asked.includes(id)));
  const waivers = probeWaivers(subject.settings, probes, started);
  const found = await runAll(chosen, subject, options);
  const results = found.map((result) => waive(result, waivers.valid));
  const items = asked.map((id) => itemResult(id, results, options.allowUnknown ?? []));
  const count = (state: State) => items.filter((item) => item.state === state).length;
  const measured = new Set(probes.flatMap((probe) => probe.items));
  return {
    version: 1,
    tool: options.tool,
    stack: options.stack,
    at: started.toISOString(),
    durationMs: Date.now() - started.getTime(),
    summary: {
      error: count("error"),
      unknown: count("unknown"),
      "does-not-hold": count("does-not-hold"),
      waived: count("waived"),
      holds: count("holds"),
      withoutProbe: itemsWithControl("probe").filter(({ id }) => !measured.has(id)).length,
    },
    items,
    probes: results,
    drift: driftOf(chosen, results),
    waiverProblems: waivers.problems,
  };
}

/** In the order of the checklist. */
function askedItems(probes: readonly Probe[], only: readonly ItemId[] | undefined): ItemId[] {
  const wanted = new Set<ItemId>(only ?? probes.flatMap(({ items }) => items));
  return checklist.map(({ id }) => id).filter((id) => wanted.has(id));
}

function itemResult(
  id: ItemId,
  results: readonly ProbeResult[],
  allowUnknown: readonly ItemId[],
): ItemResult {
  const own = results.filter(({ items }) => items.includes(id));
  // An item without a probe is not measured, which is not a pass.
  const state = own.length === 0 ? "unknown" : worstOf(own.map((result) => result.state));
  return {
    id,
    text: findItem(id)?.text ?? "",
    state,
    probes: own.map(({ name }) => name),
    allowed: allowUnknown.includes(id),
  };
}

/** An item that one probe shows to be unmet is unmet, whatever the others could tell. */
const weight = ["does-not-hold", "error", "unknown", "waived", "holds"] as const satisfies readonly State[];

function worstOf(found: readonly State[]): State {
  return weight.find((state) => found.includes(state)) ?? "unknown";
}

async function runAll(
  probes: readonly Probe[],
  subject: Subject,
  options: RunOptions,
): Promise<ProbeResult[]> {
  const results = new Map<string, ProbeResult>();
  const waiting = new Set<string>();
  const say = (): void => {
    const [first] = waiting;
    if (first === undefined) return;
    const more = waiting.size === 1 ? "" : ` and ${counted(waiting.size - 1, "other probe")}`;
    options.progress?.(`${first}${more} (${results.size} of ${probes.length} done)`);
  };
  const run = async (probe: Probe): Promise<void> => {
    waiting.add(probe.name);
    say();
    results.set(probe.name, await runOne(probe, subject, options));
    waiting.delete(probe.name);
    say();
  };
  const by = (wanted: readonly Probe["disturbs"][]) =>
    probes.filter(({ disturbs }) => wanted.includes(disturbs));
  await eachAtOnce(by([undefined, false]), subject.limits.concurrency, run);
  for (const probe of [...by([true]), ...by(["most"])]) await run(probe);
  return probes.flatMap(({ name }) => results.get(name) ?? []);
}

async function runOne(probe: Probe, subject: Subject, options: RunOptions): Promise<ProbeResult> {
  const { name, title, items } = probe;
  const at = new Date();
  const limitMs = probe.limitMs ?? subject.limits.probeMs;
  const time = AbortSignal.timeout(limitMs);
  const signal = AbortSignal.any([options.signal, time]);
  const context = new Context(subject, signal);
  const shown = shownBy(subject.credentials);
  const done = (found: Pick<ProbeResult, "state" | "reason" | "message">, checks: readonly Check[] = []) => ({
    ...{ name, title, items },
    ...found,
    message: found.message === undefined ? undefined : shown(found.message),
    checks: checks.map((check) => ({
      ...check,
      subject: shown(check.subject),
      expected: shown(check.expected),
      measured: shown(check.measured),
      declared: check.setting === undefined ? check.at : options.placeOf(check.setting),
    })),
    declared: probe.settings[0] === undefined ? undefined : options.placeOf(probe.settings[0]),
    at: at.toISOString(),
    durationMs: Date.now() - at.getTime(),
    digest: context.digest,
  });
  const unknown = (reason: UnknownReason, message: string) => done({ state: "unknown", reason, message });
  if (probe.needs.includes("writes") && !subject.allowWrites) {
    return unknown(
      "not-allowed",
      "This probe writes: pass --allow-writes to let it, and it cleans up after itself",
    );
  }
  const interrupted = () =>
    unknown("interrupted", `${reasonOf(options.signal.reason)} before it was measured`);
  if (options.signal.aborted) return interrupted();
  try {
    const checks = await Promise.race([probe.measure(context), rejected(signal)]);
    return done(stateOf(checks), checks);
  } catch (error) {
    if (options.signal.aborted) return interrupted();
    if (time.aborted) return unknown("timed-out", `It took longer than ${limitMs / 1000} s`);
    if (error instanceof Unknown) return unknown(error.reason, error.message);
    return done({ state: "error", message: reasonOf(error) });
  }
}

/** What does not hold weighs more than what could not be told of another subject. */
function stateOf(checks: readonly Check[]): Pick<ProbeResult, "state" | "reason" | "message"> {
  const wrong = checks.filter(({ state }) => state === "does-not-hold");
  if (wrong.length > 0) return { state: "does-not-hold" };
  const open = checks.find(({ state }) => state === "unknown");
  if (open !== undefined)
    return { state: "unknown", reason: open.reason ?? "no-data", message: open.measured };
  if (checks.length === 0)
    return { state: "unknown", reason: "no-data", message: "There was nothing to measure" };
  return { state: "holds" };
}

/** Most characters of a text that came from a target. */
const mostCharacters = 500;

function shownBy(credentials: Credentials): (text: string) => string {
  return (text) => {
    const shown = credentials.conceal(text);
    return shown.length <= mostCharacters ? shown : `${shown.slice(0, mostCharacters)}…`;
  };
}

/** A probe that does not look at its signal is left behind. */
function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });
}
