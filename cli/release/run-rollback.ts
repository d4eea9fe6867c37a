import { randomUUID } from "node:crypto";
import { join, resolve } from "node:path";
import { vendorName } from "../../config/naming.ts";
import type { Settings } from "../../config/settings.ts";
import type { EvidenceRecord } from "../../evidence/record.ts";
import { runCommand, type Work } from "../../lib/command.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";
import type { Host } from "../../operations/hosts/host.ts";
import { rehearsedPhases } from "../../operations/migrate/facts.ts";
import { reconcile } from "../../operations/release/engine.ts";
import { StoreSink } from "../../operations/release/evidence-sink.ts";
import { MemoryJournal } from "../../operations/release/logbook.ts";
import type { Outcome } from "../../operations/release/options.ts";
import { readSettlement, type Settlement, settle } from "../../operations/release/settle.ts";
import { type ReleaseState, stateOf, stepOf } from "../../operations/release/state.ts";
import type { Step, StepRun } from "../../operations/release/step.ts";
import type { RollbackParts } from "../../operations/rollback/parts.ts";
import { besideOf, coveredBy, endOfPart, restName } from "../../operations/rollback/rest.ts";
import { judgeByMigrations } from "../../operations/rollback/schema.ts";
import { finishSteps, isBack, rollbackSteps } from "../../operations/rollback/steps.ts";
import { answerOf, reached } from "../../operations/rollback/targets.ts";
import packageJson from "../../package.json" with { type: "json" };
import { projectNameOf } from "../../project/project.ts";
import { readStackSettings } from "../../project/settings.ts";
import { git } from "../evidence/git.ts";
import { openEvidence } from "../evidence/place.ts";
import { settingsDigest, signingKey, toldWithoutSecret, trustedKeys } from "../evidence/record.ts";
import { linksOf } from "../links.ts";
import { stoppable } from "../operations/operation.ts";
import { writeOutput } from "../output.ts";
import { readReleaseVariables } from "./environment.ts";
import { openJournal } from "./journal.ts";
import { reported, untilSettled } from "./outcome.ts";
import { channelsOf, holder, hostsOf, repositoryOf, servedCommitOf } from "./reach.ts";
import { recoveryOf } from "./recovery.ts";
import { comingOut, openRollbacks, rollbackName } from "./rollback-name.ts";

export interface RollbackFlags {
  reason?: string;
  to?: string;
  only?: string[];
  stack: string;
  cwd: string;
  evidence: string;
  journal?: string;
  reports: string;
  acceptSchema: boolean;
  databaseTo?: Date;
  acceptLoss: boolean;
  dryRun: boolean;
  finish: boolean;
  rehearse: boolean;
  settle?: string;
  takeOver: boolean;
  json: boolean;
  debug: boolean;
}

/** Rolls back, or restores afterwards what each host did by itself. */
export async function runRollback(flags: RollbackFlags): Promise<void> {
  await runCommand(flags, async (work) => {
    const run = flags.finish ? finish : rollback;
    const { outcome, lines } = await stoppable((signal) => run(flags, work, signal));
    return reported(outcome, flags.json, lines);
  });
}

/** Folder of the incident reports. */
export const defaultReports = "reports";

/** Short, since a person waits for it, and without a second chance for what is a fact. */
const limits = {
  ...{ failed: 0, error: 5, inconclusive: 5 },
  ...{ intervalMs: 2000, callMs: 60_000, leaseMs: 150_000 },
};

/** The rollback whose rest is to be done. */
interface Before {
  hosts: readonly Host[];
  /** The commit that it left. */
  commit: string;
  beside: string | undefined;
}

/**
 * Rolls back, or goes on with a rollback. Hosts that do not answer keep no other host from going back; they are tried
 * again at the end, and by the next call.
 *
 * @param known name of its journal; undefined takes the one that is open, or a new one
 */
export async function rollback(
  flags: RollbackFlags,
  work: Work,
  signal: AbortSignal,
  known?: string,
  before?: Before,
): Promise<{ outcome: Outcome; lines: string[] }> {
  const cwd = resolve(flags.cwd);
  const declared = readStackSettings(cwd, flags.stack);
  const stack = flags.rehearse ? declared.rollout.stagingStack : flags.stack;
  const settings = flags.rehearse ? readStackSettings(cwd, stack) : declared;
  if (flags.reason === undefined && !flags.finish && !flags.rehearse && !flags.dryRun) {
    throw new Failure("refused", "Say why with --reason: it goes into the report and the announcement");
  }
  if (flags.settle !== undefined && flags.dryRun) {
    throw new Failure("refused", "--settle writes to the journal: leave out --dry-run");
  }
  const all = hostsOf(settings);
  const asked = before?.hosts ?? onlyOf(all, flags);
  const place = { cwd, stack, settings };
  const name = known ?? (await rollbackName(flags, place, work));
  const opening = openJournal({ cwd, stack, journal: flags.journal, name }, work.warn);
  const { close } = opening;
  try {
    const entries = await opening.journal.read();
    // What a dry run would write is read again below, to say what it chose.
    const journal = flags.dryRun ? new MemoryJournal(entries) : opening.journal;
    const hosts = coveredBy(asked, { noted: notedIn(stateOf(entries)) });
    const commit = stateOf(entries).opened?.commit ?? before?.commit ?? (await servedNow(hosts, signal));
    const coming = flags.rehearse ? undefined : await comingOut(flags, place, work);
    const leaving = coming ?? before?.commit;
    const leftOut = all.filter((host) => !onlyOf(all, flags).includes(host)).map(({ name }) => name);
    const parts = {
      ...(await partsOf(flags, { ...place, hosts, commit, leaving, beside: before?.beside }, work)),
      ...{ asked, leftOut },
    };
    const run = randomUUID();
    const steps = flags.finish ? finishSteps(parts) : rollbackSteps(parts);
    if (flags.settle !== undefined && before === undefined) {
      const names = [name, restName(name), restName(restName(name))];
      const open = (each: string) => openJournal({ ...place, journal: flags.journal, name: each }, work.warn);
      await settleIn(names, readSettlement(flags.settle), { open, steps, run });
    }
    // A journal that is about none of the hosts that are asked for has nothing to do.
    const hasWork = hosts.length > 0 || flags.finish;
    const outcome: Outcome = !hasWork
      ? { state: "done", summary: "" }
      : await untilSettled(
          () =>
            reconcile({
              version: name,
              commit,
              steps,
              journal,
              evidence: new StoreSink({
                open: () => openEvidence(cwd, flags.evidence, stack),
                settings: settingsDigest(cwd, flags.stack),
                project: projectNameOf(cwd),
                // A rehearsal in staging speaks for the stack that would be rolled back.
                stack: flags.stack,
                kind: "rollback",
                tool: { name: packageJson.name, version: packageJson.version },
                key: signingKey(process.env),
              }),
              now: () => new Date(),
              limits: before === undefined ? limits : { ...limits, error: 1 },
              run,
              holder: holder(),
              signal,
              dryRun: flags.dryRun,
              takeOver: flags.takeOver,
              progress: work.progress,
            }).then((each) => (flags.dryRun ? asDryRun(each) : each)),
          { signal, progress: work.progress },
        );
    // A release that rolled itself back asks again and again, also when a good one is out.
    if (outcome.state === "done" && known === undefined && !flags.finish && !flags.dryRun) {
      await refuseMoved(hosts, stateOf(await journal.read()), { name, signal });
    }
    const state = stateOf(await journal.read());
    const lines = state.history.map(({ at, text }) => `${at} ${text}`);
    const journaled = { noted: notedIn(state) };
    const until = flags.dryRun ? "targets" : "roll-back";
    const left = asked.filter((host) => !reached(asked, journaled, until).includes(host));
    // Hosts come before people: who could not be told of the others keeps no host from going back.
    const isBack = stepOf(state, "probe").succeededAt !== undefined;
    if (flags.finish || left.length === 0 || !(outcome.state === "done" || isBack)) return { outcome, lines };
    const after = flags.databaseTo === undefined ? [] : ["The database stays as it is until they are back"];
    if (flags.dryRun)
      return { outcome: endOfPart({ hosts: asked, left, after }, journaled, undefined), lines };
    const beside = besideOf(all, journaled);
    const rest = await rollback(flags, work, signal, restName(name), { hosts: left, commit, beside });
    lines.push(...rest.lines);
    if (rest.outcome.state === "done")
      return { outcome: outcome.state === "done" ? rest.outcome : outcome, lines };
    return { outcome: endOfPart({ hosts: asked, left, after }, journaled, rest.outcome), lines };
  } finally {
    close();
  }
}

/**
 * Writes down what a person saw, in the journal that has the action in doubt: that of the rollback, or of its rest.
 *
 * @throws {Failure} `refused`, where none has
 */
async function settleIn(
  names: readonly string[],
  settlement: Settlement,
  { open, ...by }: { open: (name: string) => ReturnType<typeof openJournal>; steps: Step[]; run: string },
): Promise<void> {
  const { step, action } = settlement;
  const opened = names.map(open);
  try {
    const states = await Promise.all(opened.map(async ({ journal }) => stateOf(await journal.read())));
    const index = states.findIndex((state) => stepOf(state, step).actions.get(action)?.state === "acting");
    const found = opened[Math.max(0, index)];
    if (found === undefined) return;
    await settle(settlement, { ...by, journal: found.journal, by: holder(), now: () => new Date() });
  } finally {
    for (const each of opened) each.close();
  }
}

/**
 * The hosts that a person names with `--only`; all where none is named.
 *
 * @throws {Failure} `refused`, for a host that the stack does not have, and where a part is no answer
 */
export function onlyOf<T extends Pick<Host, "name">>(
  hosts: readonly T[],
  { only, finish, rehearse, databaseTo }: Pick<RollbackFlags, "only" | "finish" | "rehearse" | "databaseTo">,
): readonly T[] {
  if (only === undefined) return hosts;
  if (databaseTo !== undefined) {
    throw new Failure(
      "refused",
      "--only does not go with --database-to: the later code of a host that is left out would meet the earlier data",
    );
  }
  if (finish || rehearse) {
    throw new Failure(
      "refused",
      `--only does not go with ${finish ? "--finish, which restores every host that a rollback touched" : "--rehearse: a rehearsal of a part shows nothing of item 8.8"}`,
    );
  }
  const names = hosts.map(({ name }) => name);
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new Failure("refused", `--only ${unknown.join(" ")}: the hosts are ${names.join(" and ")}`);
  }
  return hosts.filter(({ name }) => only.includes(name));
}

/** What the actions of a journal noted. */
function notedIn(state: ReleaseState): StepRun["noted"] {
  return (step, action) => {
    const found = stepOf(state, step).actions.get(action ?? "");
    return found?.state === "acted" ? found.note : undefined;
  };
}

/** That a dry run comes to something that it leaves out is its good end. */
function asDryRun(outcome: Outcome): Outcome {
  if (outcome.state !== "waiting") return outcome;
  const { step, summary, intended } = outcome;
  return intended === true
    ? { state: "done", summary: `${step}: ${summary}` }
    : { state: "unclear", step, summary };
}

/**
 * Restores what each host did by itself before, for every rollback of the stack that is open, whatever its release:
 * when a good one is out, the settings name another version. The newest comes first, so that what the hosts did before
 * the first of them is what stays.
 *
 * @throws {Failure} `refused`, where none is open
 */
async function finish(
  flags: RollbackFlags,
  work: Work,
  signal: AbortSignal,
): Promise<{ outcome: Outcome; lines: string[] }> {
  const cwd = resolve(flags.cwd);
  const declared = readStackSettings(cwd, flags.stack);
  const stack = flags.rehearse ? declared.rollout.stagingStack : flags.stack;
  const names = await openRollbacks(flags, { cwd, stack, settings: declared }, work);
  if (names.length === 0) throw new Failure("refused", "No rollback is open: there is nothing to restore");
  const lines: string[] = [];
  let last: Outcome = { state: "done", summary: "" };
  for (const name of names) {
    const { outcome, lines: own } = await rollback(flags, work, signal, name);
    lines.push(...own);
    last = outcome;
    if (outcome.state !== "done") break;
  }
  return { outcome: last, lines };
}

/**
 * A rollback that is done says nothing of a deployment that came behind it.
 *
 * @throws {Failure} `failed`, where a host serves something else by now
 */
async function refuseMoved(
  hosts: readonly Host[],
  state: ReleaseState,
  { name, signal }: { name: string; signal: AbortSignal },
): Promise<void> {
  const noted = notedIn(state);
  const found = await Promise.allSettled(
    reached(hosts, { noted }, "roll-back").map(async (host) =>
      (await isBack(host, { noted, signal })) ? [] : [host.name],
    ),
  );
  signal.throwIfAborted();
  // One that does not say so was seen to serve it when it went back, and must not keep the rest from going back.
  const moved = found.flatMap((each) => (each.status === "fulfilled" ? each.value : []));
  if (moved.length === 0) return;
  throw new Failure(
    "failed",
    `${name} is done, and ${moved.join(" and ")} ${moved.length === 1 ? "serves" : "serve"} something else since: run optropic rollback --finish, and then the rollback again`,
  );
}

interface Place {
  cwd: string;
  stack: string;
  settings: Settings;
  hosts: readonly Host[];
  signal: AbortSignal;
}

/**
 * The commit that the first host serves which says so.
 *
 * @throws {Failure} `failed`, where none does
 */
export async function servedNow(hosts: readonly Host[], signal: AbortSignal): Promise<string> {
  const silent: string[] = [];
  for (const host of hosts) {
    try {
      const commit = (await answerOf((limited) => host.served(limited), signal))?.commit;
      if (commit !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) return commit;
    } catch (error) {
      signal.throwIfAborted();
      silent.push(`; ${host.name}: ${reasonOf(error)}`);
    }
  }
  throw new Failure("failed", `No host says which commit it serves${silent.join("")}`);
}

async function partsOf(
  flags: RollbackFlags,
  {
    cwd,
    stack,
    settings,
    hosts,
    commit,
    leaving,
    beside,
  }: Omit<Place, "signal"> & {
    commit: string;
    leaving: string | undefined;
    beside: string | undefined;
  },
  { warn }: Pick<Work, "warn">,
): Promise<RollbackParts> {
  const evidence = countedRecords(flags, { cwd, settings }, warn);
  const variables = readReleaseVariables(process.env);
  const hasToken = (process.env.GITHUB_TOKEN ?? "") !== "";
  return {
    stack,
    settings,
    hosts,
    choice: { commit: flags.to, bad: badCommits(await evidence, commit), leaving, beside },
    judge: judgeByMigrations({
      git: (args) => git(cwd, args),
      folder: settings.rollout.rollback.migrations,
      reads: settings.rollout.migration,
      rehearsed: async () => rehearsedPhases(await evidence),
    }),
    ...(flags.databaseTo !== undefined && {
      database: recoveryOf(
        vendorName(settings.project, settings.stage, "database"),
        settings,
        { at: flags.databaseTo, acceptLoss: flags.acceptLoss },
        process.env,
      ),
    }),
    acceptSchema: flags.acceptSchema,
    servedCommit: servedCommitOf(settings, variables),
    repository: hasToken ? repositoryOf(settings) : undefined,
    channel: channelsOf(settings, variables),
    links: linksOf(settings),
    reason: toldWithoutSecret(flags.reason ?? "A rehearsal"),
    async writeReport(name, text) {
      const path = join(resolve(cwd, flags.reports), name);
      writeOutput(path, text, "--reports");
      return path;
    },
    rehearsal: flags.rehearse,
  };
}

/** The evidence that counts; none where it cannot be read, which must not keep anybody from rolling back. */
async function countedRecords(
  { evidence, stack }: Pick<RollbackFlags, "evidence" | "stack">,
  { cwd, settings }: Pick<Place, "cwd" | "settings">,
  warn: Work["warn"],
): Promise<EvidenceRecord[]> {
  try {
    const keys = trustedKeys(settings.evidence.publicKeys);
    const { records } = await (await openEvidence(cwd, evidence, stack)).readAll(keys);
    return records.filter(({ signed }) => keys.length === 0 || signed.state === "signed");
  } catch (error) {
    warn(
      `The evidence cannot be read, so what was rolled back or rehearsed before is not known: ${reasonOf(error)}`,
    );
    return [];
  }
}

/** Commits that were rolled back before: their evidence names them. */
function badCommits(records: readonly EvidenceRecord[], current: string): string[] {
  return records.flatMap(({ run }) =>
    run.kind === "rollback" &&
    run.commit !== undefined &&
    run.commit !== current &&
    run.results.some(({ control }) => control.name === "incident-report")
      ? [run.commit]
      : [],
  );
}
