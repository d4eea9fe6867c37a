import type { Settings } from "../../config/settings.ts";
import { Failure } from "../../lib/failure.ts";
import { counted } from "../../lib/text.ts";
import { type Applied, applyMigrations } from "../../operations/migrate/apply.ts";
import { verifyBackupBefore } from "../../operations/migrate/backup-before.ts";
import { migrationControls, resultOf } from "../../operations/migrate/controls.ts";
import { factsOf, missingRehearsal } from "../../operations/migrate/facts.ts";
import type { History } from "../../operations/migrate/history.ts";
import { withSession } from "../../postgres/session.ts";
import { projectNameOf } from "../../project/project.ts";
import { openEvidence, placeIn } from "../evidence/place.ts";
import { recordRun, trustedKeys } from "../evidence/record.ts";
import { runOperation } from "../operations/operation.ts";
import { openStore, readStack } from "../operations/stack.ts";
import { readTrust } from "../operations/trust.ts";
import { contextOf, linter, requiredDatabase, serverVersion } from "./context.ts";
import type { ApplyFlags } from "./flags.ts";

/** Applies what is pending, and records it. */
export function runApply(flags: ApplyFlags): Promise<void> {
  return runOperation(flags, async (work) => {
    const stack = readStack(flags.cwd, flags.stack);
    const { settings } = stack;
    const context = contextOf(flags, settings, work);
    const connection = requiredDatabase(process.env);
    const version = await withSession(connection, "optropic migrate", serverVersion, work.signal);
    const strict = settings.stage === "production";
    const { lockTimeoutMs, attempts } = settings.rollout.migration;
    const startedAt = new Date();
    const store = openStore(stack, work, flags.store);
    try {
      const applied = await applyMigrations({
        ...{ connection, migrations: context.migrations, strict, lockTimeoutMs, attempts, ...work },
        lint: linter(context, version, work.signal),
        missingRehearsal: (history) => missing(flags, settings, history),
        backup: async (session) => {
          const trust = readTrust(settings.evidence.publicKeys, flags, process.env);
          const { rpoMinutes } = settings.objectives;
          const maximumMinutes = rpoMinutes + settings.backups.graceMinutes;
          const need = { store, trust, maximumMinutes, at: startedAt, warn: work.warn };
          try {
            return await verifyBackupBefore(session, need);
          } catch (error) {
            if (strict || !(error instanceof Failure)) throw error;
            work.warn(error.message);
            return undefined;
          }
        },
      }).catch(async (error: unknown) => {
        // A failed migration is evidence too, or an older success would still count.
        if (error instanceof Failure && error.kind === "failed" && !work.signal.aborted) {
          await recordFailure(flags, startedAt, error.message);
        }
        throw error;
      });
      const file = await recorded(flags, startedAt, applied);
      return {
        holds: applied.problems.length === 0,
        document: documentOf(applied, file),
        text: [...describe(applied), `Evidence: ${file}`].join("\n"),
      };
    } finally {
      store.close();
    }
  });
}

async function missing(flags: ApplyFlags, settings: Settings, history: History): Promise<string | undefined> {
  const keys = trustedKeys(settings.evidence.publicKeys);
  const store = await openEvidence(flags.cwd, placeIn(".", flags.evidence), flags.stack);
  const { records } = await store.readAll(keys);
  return missingRehearsal(records, {
    ...{ applied: history.applied, pending: history.pending, at: new Date() },
    ...{ hours: settings.rollout.migration.rehearsalHours, signedOnly: keys.length > 0 },
  });
}

async function recorded(flags: ApplyFlags, startedAt: Date, applied: Applied): Promise<string> {
  const { backup, problems, notes, before } = applied;
  const at = new Date();
  const count = counted(applied.applied.length, "migration");
  const rehearsed = resultOf(migrationControls.rehearsed, { summary: `${count} rehearsed before`, at });
  const record = await recordRun(placeIn(".", flags.evidence), {
    ...place(flags, startedAt),
    results: [
      ...(applied.applied.length === 0
        ? [{ ...rehearsed, state: "not-applicable" as const, summary: "Nothing was pending" }]
        : []),
      ...(backup === undefined
        ? []
        : [
            resultOf(migrationControls.backup, {
              summary: `The backup of ${backup.takenAt} was verified before`,
              at,
            }),
          ]),
      resultOf(migrationControls.applied, {
        summary:
          applied.applied.length === 0
            ? `Nothing is pending; ${counted(before.length, "migration")} applied before`
            : `${count} applied`,
        ...{ problems, notes, at },
      }),
    ],
    migration: factsOf(
      before,
      applied.applied.map(({ migration }) => migration),
      backup,
    ),
  });
  return `${record.name} in ${flags.evidence}`;
}

async function recordFailure(flags: ApplyFlags, startedAt: Date, message: string): Promise<void> {
  const problem = { summary: "A migration failed", problems: [message], at: new Date() };
  await recordRun(placeIn(".", flags.evidence), {
    ...place(flags, startedAt),
    results: [resultOf(migrationControls.applied, problem)],
  });
}

function place(flags: ApplyFlags, startedAt: Date) {
  const { cwd, stack } = flags;
  return { kind: "migration" as const, cwd, project: projectNameOf(cwd), stack, startedAt };
}

function documentOf({ before, applied, backup, problems, notes }: Applied, evidence: string) {
  return {
    ...{ before, problems, notes, evidence },
    backup: backup?.key ?? null,
    applied: applied.map(({ migration, attempts }) => ({
      name: migration.migration.name,
      phase: migration.phase,
      attempts,
    })),
  };
}

function describe({ before, applied, backup, problems, notes }: Applied): string[] {
  return [
    applied.length === 0
      ? `Nothing is pending: ${counted(before.length, "migration")} applied.`
      : `Applied ${counted(applied.length, "migration")}:`,
    ...applied.map(
      ({ migration, attempts }) =>
        `  ${migration.migration.name}${attempts > 1 ? `, in ${attempts} attempts` : ""}`,
    ),
    ...(backup === undefined ? [] : [`Backup before: ${backup.key}`]),
    ...problems.map((problem) => `✗ ${problem}`),
    ...notes.map((note) => `Note: ${note}`),
  ];
}
