import { join, resolve } from "node:path";
import { drillResult } from "../../evidence/drill-record.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { formatBytes, formatDuration, formatMinutes } from "../../lib/units.ts";
import { evidenceOfFailure } from "../../operations/drill/findings.ts";
import { rehearse } from "../../operations/drill/rehearse.ts";
import { type DrillOptions, type DrillOutcome, drill } from "../../operations/drill/run.ts";
import type { ScratchServer } from "../../operations/drill/scratch-server.ts";
import { databaseArgument } from "../../postgres/connection.ts";
import { targetConnection } from "../../postgres/environment.ts";
import { projectNameOf } from "../../project/project.ts";
import { matrixChecks } from "../../verify/row-access/check.ts";
import { isBucket, placeIn } from "../evidence/place.ts";
import { recordRun } from "../evidence/record.ts";
import { readIdentity } from "./environment.ts";
import { type ChoiceFlags, type OperationFlags, runOperation, type Work } from "./operation.ts";
import { openStore, readStack } from "./stack.ts";
import { readTrust } from "./trust.ts";

export interface DrillFlags extends OperationFlags, ChoiceFlags {
  target?: string;
  scratch?: string;
  keep: boolean;
  evidence: string;
}

/** Runs a drill, writes the evidence and reports the result. */
export function runDrill(flags: DrillFlags): Promise<void> {
  return runOperation(flags, async (work) => {
    const stack = readStack(flags.cwd, flags.stack);
    const { backups, objectives, verify } = stack.settings;
    const identities = readIdentity(flags.identity, process.env);
    const target = flags.target === undefined ? undefined : targetConnection(flags.target, process.env);
    const store = openStore(stack, work, flags.store);
    try {
      const outcome = await drilled(flags, work, {
        stack: flags.stack,
        store,
        at: new Date(),
        choice: { name: flags.backup, at: flags.at },
        trust: readTrust(stack.settings.evidence.publicKeys, flags, process.env),
        identities,
        target,
        scratch: flags.scratch,
        keep: flags.keep,
        rehearse,
        jobs: backups.drill.jobs,
        role: backups.drill.role,
        checks: backups.drill.checks,
        accepted: backups.drill.accept,
        inspect: (session) => matrixChecks(session, resolve(flags.cwd, verify.rowMatrix)),
        objectives: { ...objectives, graceMinutes: backups.graceMinutes },
        ...work,
      });
      const { evidence, kept } = outcome;
      const file = await written(flags, outcome);
      const left = kept && { folder: kept.folder, connect: connectCommand(kept), stop: stopCommand(kept) };
      return {
        holds: evidence.holds,
        document: { evidence, ...outcome.all, file, ...(left && { kept: left }) },
        text: [...describe(outcome), `Evidence: ${file}`, ...(left ? keptLines(left) : [])].join("\n"),
      };
    } finally {
      store.close();
    }
  });
}

/** A failed drill is evidence too, or an older success would still count; an interrupted one is not. */
async function drilled(flags: DrillFlags, work: Work, options: DrillOptions): Promise<DrillOutcome> {
  try {
    return await drill(options);
  } catch (error) {
    if (error instanceof Failure && error.kind === "failed" && !work.signal.aborted) {
      const evidence = evidenceOfFailure(options, error.message);
      await written(flags, { evidence, all: { differences: [], notes: [] }, kept: undefined }).catch(
        (unwritten) => work.warn(reasonOf(unwritten)),
      );
    }
    throw error;
  }
}

/** @returns the path of the evidence; if writing fails, the scratch server is removed */
async function written({ evidence: folder, cwd }: DrillFlags, outcome: DrillOutcome): Promise<string> {
  try {
    const { evidence } = outcome;
    const record = await recordRun(placeIn(".", folder), {
      kind: "drill",
      cwd,
      project: projectNameOf(cwd),
      stack: evidence.stack,
      startedAt: new Date(evidence.at),
      results: [drillResult(evidence)],
      drill: evidence.drill,
    });
    return isBucket(folder)
      ? `${record.name} in ${folder}`
      : join(resolve(folder), evidence.stack, record.name);
  } catch (error) {
    await outcome.kept?.remove();
    // Nothing shows that the drill was held.
    throw new Failure("failed", reasonOf(error), { cause: error });
  }
}

function describe({ evidence }: DrillOutcome): string[] {
  const { drill: found, holds, summary, problems } = evidence;
  if (found === undefined) return [summary];
  const { backup, steps, durationMs, rtoMinutes, lossMinutes, rpoMinutes } = found;
  const width = Math.max(...steps.map(({ name }) => name.length));
  return [
    `${holds ? "✓" : "✗"} ${summary}`,
    `  ${backup.name}: ${formatBytes(backup.sealedBytes)} encrypted, ${formatBytes(backup.plainBytes)} decrypted`,
    ...steps.map(({ name, durationMs: ms }) => `  ${name.padEnd(width)}  ${formatDuration(ms)}`),
    `  Recovery took ${formatDuration(durationMs)}; the objective is ${formatMinutes(rtoMinutes)}.`,
    `  The backup was ${formatMinutes(lossMinutes)} old; the objective is ${formatMinutes(rpoMinutes)}.`,
    ...(found.rehearsedAs === undefined
      ? []
      : [`  A restore was rehearsed as the role ${found.rehearsedAs}.`]),
    ...found.checks.map(({ name, holds: held, found: answer }) => `  ${held ? "✓" : "✗"} ${name}: ${answer}`),
    ...problems.map((problem) => `  - ${problem}`),
    ...(found.accepted ?? []).map(({ difference, reason }) => `  Accepted: ${difference} (${reason})`),
    ...found.notes.map((note) => `  Note: ${note}`),
  ];
}

function connectCommand({ connection }: ScratchServer): string {
  return `psql --host=${quoted(connection.PGHOST)} --username=${connection.PGUSER} ${quoted(databaseArgument(connection))}`;
}

function stopCommand({ folder, control, account }: ScratchServer): string {
  const stop = `${quoted(control)} stop -D ${quoted(`${folder}/data`)}`;
  const asAccount =
    account === undefined
      ? stop
      : `setpriv --reuid=${account.uid} --regid=${account.gid} --clear-groups ${stop}`;
  return `${asAccount} && rm -r ${quoted(folder)}`;
}

/** Quoted for a shell, which would split a path at a space. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function keptLines({ connect, stop }: { connect: string; stop: string }): string[] {
  return [
    `The scratch server is still running; connect with: ${connect}`,
    `Stop and remove it with: ${stop}`,
  ];
}
