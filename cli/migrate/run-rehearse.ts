import { Failure, reasonOf } from "../../lib/failure.ts";
import { counted } from "../../lib/text.ts";
import { formatDuration } from "../../lib/units.ts";
import { chooseBackup } from "../../operations/archive/inventory.ts";
import type { Head } from "../../operations/archive/manifest.ts";
import { restoreProblems } from "../../operations/drill/findings.ts";
import { drill } from "../../operations/drill/run.ts";
import { migrationControls, resultOf } from "../../operations/migrate/controls.ts";
import { factsOf } from "../../operations/migrate/facts.ts";
import type { Linted } from "../../operations/migrate/lint.ts";
import { readPrevious } from "../../operations/migrate/previous.ts";
import { type Rehearsal, rehearseMigrations } from "../../operations/migrate/rehearse.ts";
import { readSlowest, type Slowest } from "../../operations/migrate/slowest.ts";
import { type ServerSession, withSession } from "../../postgres/session.ts";
import { projectNameOf } from "../../project/project.ts";
import { actions, actors } from "../../verify/row-access/matrix.ts";
import { measureMatrix } from "../../verify/row-access/measure.ts";
import { git } from "../evidence/git.ts";
import { placeIn } from "../evidence/place.ts";
import { recordRun } from "../evidence/record.ts";
import { readIdentity } from "../operations/environment.ts";
import { runOperation } from "../operations/operation.ts";
import { openStore, readStack } from "../operations/stack.ts";
import { readTrust } from "../operations/trust.ts";
import { contextOf, databaseOf, linter } from "./context.ts";
import type { RehearseFlags } from "./flags.ts";

/** Rehearses what is pending on a restored backup, and records what happened. */
export function runRehearse(flags: RehearseFlags): Promise<void> {
  return runOperation(flags, async (work) => {
    const stack = readStack(flags.cwd, flags.stack);
    const { settings } = stack;
    const context = contextOf(flags, settings, work);
    const identities = readIdentity(flags.identity, process.env);
    const previous = await previousOf(flags, settings.rollout.migration);
    const slowest = await slowestOf(work.signal);
    const role = await roleOf(work.signal);
    const store = openStore(stack, work, flags.store);
    const startedAt = new Date();
    try {
      const trust = readTrust(settings.evidence.publicKeys, flags, process.env);
      const manifest = await chooseBackup(store, { name: flags.backup, at: flags.at }, work.warn);
      const { evidence: restored, kept } = await drill({
        ...{ stack: flags.stack, store, at: startedAt, choice: { name: manifest.key }, trust, identities },
        ...{ scratch: flags.scratch, keep: true, jobs: settings.backups.drill.jobs, checks: [], ...work },
        objectives: { ...settings.objectives, graceMinutes: settings.backups.graceMinutes },
      });
      if (kept === undefined) throw new Failure("failed", "The drill left no server to rehearse on");
      let linted: Linted[] = [];
      try {
        const rehearsal = await rehearseMigrations({
          connection: kept.connection,
          migrations: context.migrations,
          lint: async (pending) => {
            linted = await linter(context, manifest.serverVersion, work.signal)(pending);
            return linted;
          },
          previous,
          ...("queries" in slowest && { statements: slowest.queries }),
          access: accessCells,
          ...("name" in role && { role }),
          longestLockMs: settings.rollout.migration.longestLockMs,
          waivers: context.waivers,
          ...work,
        });
        // That a restore took too long, or the backup is old, is what a drill is for.
        rehearsal.problems.unshift(
          ...(restored.drill === undefined ? restored.problems : restoreProblems(restored.drill)),
        );
        rehearsal.notes.push(
          "name" in role
            ? `The copy was migrated as ${role.name}, the role of DATABASE_URL.`
            : `The copy was migrated by its superuser, so the rights of the role in production were not tried: ${role.unread}.`,
        );
        if ("unread" in slowest) {
          rehearsal.notes.push(`The slowest statements were not planned: ${slowest.unread}.`);
        }
        const file = await recorded(flags, { startedAt, rehearsal, linted, manifest });
        return {
          holds: rehearsal.problems.length === 0,
          document: { rehearsal, evidence: file },
          text: [...describe(rehearsal, manifest), `Evidence: ${file}`].join("\n"),
        };
      } finally {
        await kept.remove();
      }
    } finally {
      store.close();
    }
  });
}

/** The slowest statements of the database that the environment names, which is only read. */
async function slowestOf(signal: AbortSignal): Promise<Slowest> {
  const connection = databaseOf(process.env);
  if (connection === undefined) return { unread: "DATABASE_URL is not set" };
  try {
    return await withSession(connection, "optropic migrate", readSlowest, signal);
  } catch (error) {
    signal.throwIfAborted();
    return { unread: reasonOf(error) };
  }
}

/** The role that DATABASE_URL leads to, which `optropic migrate apply` will have. */
async function roleOf(
  signal: AbortSignal,
): Promise<{ name: string; mayCreateSchemas: boolean } | { unread: string }> {
  const connection = databaseOf(process.env);
  if (connection === undefined) return { unread: "DATABASE_URL is not set" };
  try {
    return await withSession(
      connection,
      "optropic migrate",
      async (session) => {
        const [[name, may] = []] = await session.lists(
          "select current_user, has_database_privilege(current_database(), 'create')",
        );
        return { name: String(name), mayCreateSchemas: String(may) === "true" || String(may) === "t" };
      },
      signal,
    );
  } catch (error) {
    signal.throwIfAborted();
    return { unread: reasonOf(error) };
  }
}

/** The release that a rollback would return to, as Git has it. */
async function previousOf(
  { cwd, previous }: RehearseFlags,
  { schema, queries }: { schema: string; queries: string },
) {
  const ask = (args: readonly string[]) => git(cwd, args);
  const release = previous ?? (await ask(["describe", "--tags", "--abbrev=0", "--match", "v*"]));
  if (release === undefined) return undefined;
  const found = await readPrevious(ask, release, { schema, queries });
  if (found === undefined && previous !== undefined) {
    throw new Failure("refused", `Git does not have the release ${previous}: fetch it with its history`);
  }
  return found;
}

async function accessCells(session: ServerSession): Promise<Record<string, string>> {
  const { tables } = await measureMatrix(session);
  return Object.fromEntries(
    Object.entries(tables).flatMap(([table, rows]) =>
      actors.flatMap((actor) =>
        actions.map((action): [string, string] => [`${table}, ${action} as ${actor}`, rows[actor][action]]),
      ),
    ),
  );
}

interface Found {
  startedAt: Date;
  rehearsal: Rehearsal;
  linted: readonly Linted[];
  manifest: Head;
}

async function recorded(
  flags: RehearseFlags,
  { startedAt, rehearsal, linted, manifest }: Found,
): Promise<string> {
  const { migrations, problems, notes, access, plans } = rehearsal;
  const record = await recordRun(placeIn(".", flags.evidence), {
    kind: "migration",
    cwd: flags.cwd,
    project: projectNameOf(flags.cwd),
    stack: flags.stack,
    startedAt,
    results: [
      resultOf(migrationControls.rehearsed, {
        summary: `${counted(migrations.length, "migration")} rehearsed on the backup of ${manifest.takenAt}: ${problems.length === 0 ? "no problem" : counted(problems.length, "problem")}`,
        problems,
        notes: [...access, ...plans, ...notes],
        at: new Date(),
      }),
    ],
    migration: factsOf(rehearsal.applied, linted, manifest, rehearsal),
  });
  return `${record.name} in ${flags.evidence}`;
}

function describe(rehearsal: Rehearsal, { takenAt }: Head): string[] {
  const { migrations, removed, access, plans, down, problems, notes } = rehearsal;
  return [
    `${problems.length === 0 ? "✓" : "✗"} ${counted(migrations.length, "migration")} rehearsed on the backup of ${takenAt}.`,
    ...migrations.flatMap(({ name, phase, durationMs, observations }) => [
      `${name} (${phase}, ${formatDuration(durationMs)})`,
      ...observations.flatMap(({ line, statement, durationMs: ms, locks, rewritten }) => [
        `  ${line} ${statement} (${formatDuration(ms)})`,
        ...locks.map(
          ({ relation, mode, blocks, heldMs }) =>
            `      ${mode} on ${relation} for ${formatDuration(heldMs)}${blocks === "nothing" ? "" : `, which blocks ${blocks}`}`,
        ),
        ...rewritten.map(({ table }) => `      writes every row of ${table} again`),
      ]),
    ]),
    ...removed.map((object) => `  takes away ${object}`),
    ...access.map((change) => `  reaches ${change}`),
    ...plans.map((change) => `  plan of ${change}`),
    ...(down === undefined ? [] : [`  down scripts ${down.holds ? "lead back" : "do not lead back"}`]),
    ...problems.map((problem) => `✗ ${problem}`),
    ...notes.map((note) => `Note: ${note}`),
  ];
}
