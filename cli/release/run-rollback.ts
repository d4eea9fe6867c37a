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
import { signingKey, trustedKeys } from "../evidence/record.ts";
import { abortOnSignals } from "../operations/operation.ts";
import { readReleaseVariables } from "./environment.ts";
import { openJournal } from "./journal.ts";
import { reported, untilSettled } from "./outcome.ts";
import { channelsOf, holder, hostsOf, linksOf, repositoryOf, servedCommitOf } from "./reach.ts";
import { recoveryOf } from "./recovery.ts";

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
    const stop = new AbortController();
    const removeHandlers = abortOnSignals(stop);
    try {
      const { outcome, lines } = await rollback(flags, work, stop.signal);
      return reported(outcome, flags.json, lines);
    } finally {
      removeHandlers();
    }
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
  const name = known ?? (await rollbackName(flags, { cwd, stack, settings }, work));
  const { journal, close } = openJournal({ cwd, stack, journal: flags.journal, name }, work.warn);
  const entries = await journal.read();
  const { opened } = stateOf(entries);
  const commit = opened?.commit ?? (await servedNow(hosts, signal));
  const parts = await partsOf(flags, { cwd, stack, settings, hosts, commit }, work);
  const run = randomUUID();
  try {
    if (flags.finish && stepOf(stateOf(entries), "automation").ended?.state !== "successful") {
      throw new Failure("refused", `Nothing was rolled back as ${name}: there is nothing to restore`);
    }
    const outcome = await untilSettled(
      () =>
        reconcile({
          version: name,
          commit,
          steps: flags.finish ? finishSteps(parts) : rollbackSteps(parts),
          journal,
          evidence: new StoreSink({
            open: () => openEvidence(cwd, flags.evidence, stack),
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
        }).then((each) =>
          flags.dryRun && each.state === "waiting" ? { ...each, state: "unclear" as const } : each,
        ),
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

/**
 * Name of the journal of a rollback: that of the last one of this release, which is gone on with unless it was
 * finished.
 *
 * @throws {Failure} `refused`, after 100 of them
 */
export async function rollbackName(
  flags: Pick<RollbackFlags, "rehearse" | "finish" | "journal">,
  { cwd, stack, settings }: Pick<Place, "cwd" | "stack" | "settings">,
  { warn }: Work,
): Promise<string> {
  const kind = flags.rehearse ? "rehearsal" : "rollback";
  for (let number = 1; number <= 100; number += 1) {
    const name = `${kind}-${settings.release}-${number}`;
    const opened = openJournal({ cwd, stack, journal: flags.journal, name }, warn);
    const state = stateOf(await opened.journal.read());
    opened.close();
    const isFinished = stepOf(state, "restore").ended?.state === "successful";
    const isRehearsed = flags.rehearse && stepOf(state, "rehearsed").ended !== undefined;
    if (!isFinished && !(isRehearsed && !flags.finish)) return name;
  }
  throw new Failure("refused", `${settings.release} was rolled back 100 times`);
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
  { cwd, stack, settings, hosts, commit }: Omit<Place, "signal"> & { commit: string },
  { warn }: Pick<Work, "warn">,
): Promise<RollbackParts> {
  const evidence = countedRecords(flags, { cwd, settings }, warn);
  const variables = readReleaseVariables(process.env);
  const hasToken = (process.env.GITHUB_TOKEN ?? "") !== "";
  return {
    stack,
    settings,
    hosts,
    choice: { commit: flags.to, bad: badCommits(await evidence, commit) },
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
