import { randomUUID } from "node:crypto";
import { join, resolve } from "node:path";
import { vendorName } from "../../config/naming.ts";
import type { Settings } from "../../config/settings.ts";
import type { EvidenceRecord } from "../../evidence/record.ts";
import { runCommand, type Work } from "../../lib/command.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { writeAtomic } from "../../lib/files.ts";
import type { Host } from "../../operations/hosts/host.ts";
import { rehearsedPhases } from "../../operations/migrate/facts.ts";
import { reconcile } from "../../operations/release/engine.ts";
import { StoreSink } from "../../operations/release/evidence-sink.ts";
import { MemoryJournal } from "../../operations/release/logbook.ts";
import type { Outcome } from "../../operations/release/options.ts";
import { type ReleaseState, stateOf, stepOf } from "../../operations/release/state.ts";
import type { StepRun } from "../../operations/release/step.ts";
import type { RollbackParts } from "../../operations/rollback/parts.ts";
import { judgeByMigrations } from "../../operations/rollback/schema.ts";
import { finishSteps, openHosts, rollbackSteps } from "../../operations/rollback/steps.ts";
import packageJson from "../../package.json" with { type: "json" };
import { projectNameOf } from "../../project/project.ts";
import { readStackSettings } from "../../project/settings.ts";
import { git } from "../evidence/git.ts";
import { openEvidence } from "../evidence/place.ts";
import { settingsDigest, signingKey, trustedKeys } from "../evidence/record.ts";
import { linksOf } from "../links.ts";
import { stoppable } from "../operations/operation.ts";
import { readReleaseVariables } from "./environment.ts";
import { openJournal } from "./journal.ts";
import { reported, untilSettled } from "./outcome.ts";
import { channelsOf, holder, hostsOf, repositoryOf, servedCommitOf } from "./reach.ts";
import { recoveryOf } from "./recovery.ts";
import { comingOut, openRollbacks, rollbackName } from "./rollback-name.ts";

export interface RollbackFlags {
  reason?: string;
  to?: string;
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

/**
 * Rolls back, or goes on with a rollback.
 *
 * @param known name of its journal; undefined takes the one that is open, or a new one
 */
export async function rollback(
  flags: RollbackFlags,
  work: Work,
  signal: AbortSignal,
  known?: string,
): Promise<{ outcome: Outcome; lines: string[] }> {
  const cwd = resolve(flags.cwd);
  const declared = readStackSettings(cwd, flags.stack);
  const stack = flags.rehearse ? declared.rollout.stagingStack : flags.stack;
  const settings = flags.rehearse ? readStackSettings(cwd, stack) : declared;
  if (flags.reason === undefined && !flags.finish && !flags.rehearse && !flags.dryRun) {
    throw new Failure("refused", "Say why with --reason: it goes into the report and the announcement");
  }
  const hosts = hostsOf(settings);
  const place = { cwd, stack, settings };
  const name = known ?? (await rollbackName(flags, place, work));
  const opening = openJournal({ cwd, stack, journal: flags.journal, name }, work.warn);
  const { close } = opening;
  try {
    const entries = await opening.journal.read();
    // What a dry run would write is read again below, to say what it chose.
    const journal = flags.dryRun ? new MemoryJournal(entries) : opening.journal;
    const commit = stateOf(entries).opened?.commit ?? (await servedNow(hosts, signal));
    const leaving = flags.rehearse ? undefined : await comingOut(flags, place, work);
    const parts = await partsOf(flags, { ...place, hosts, commit, leaving }, work);
    const run = randomUUID();
    const steps = flags.finish ? finishSteps(parts) : rollbackSteps(parts);
    const outcome = await untilSettled(
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
          limits,
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
    const lines = stateOf(await journal.read()).history.map(({ at, text }) => `${at} ${text}`);
    return { outcome, lines };
  } finally {
    close();
  }
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
  const noted: StepRun["noted"] = (step, action) => stepOf(state, step).actions.get(action ?? "")?.note;
  const moved = await openHosts(hosts, { noted, signal });
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

async function servedNow(hosts: readonly Host[], signal: AbortSignal): Promise<string> {
  for (const host of hosts) {
    const commit = (await host.served(signal))?.commit;
    if (commit !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) return commit;
  }
  throw new Failure("failed", "No host says which commit it serves");
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
  }: Omit<Place, "signal"> & {
    commit: string;
    leaving: string | undefined;
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
    choice: { commit: flags.to, bad: badCommits(await evidence, commit), leaving },
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
    reason: flags.reason ?? "A rehearsal",
    async writeReport(name, text) {
      const path = join(resolve(cwd, flags.reports), name);
      writeAtomic(path, text);
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
