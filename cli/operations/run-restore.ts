import { counted } from "../../lib/text.ts";
import { formatDuration } from "../../lib/units.ts";
import { describeSignature } from "../../operations/archive/signature.ts";
import { type RestoreOutcome, restore } from "../../operations/restore/run.ts";
import { describeConnection } from "../../postgres/connection.ts";
import { targetConnection } from "../../postgres/environment.ts";
import { ask } from "./ask.ts";
import { readIdentity } from "./environment.ts";
import { type ChoiceFlags, type OperationFlags, runOperation } from "./operation.ts";
import { shownBackup } from "./run-backup.ts";
import { openStore, readStack, recipientsOf } from "./stack.ts";
import { readSigner, readTrust } from "./trust.ts";

export interface RestoreFlags extends OperationFlags, ChoiceFlags {
  target: string;
  confirm?: string;
  jobs?: number;
  schema: string[];
  table: string[];
  createRoles: boolean;
  owner: boolean;
  acceptDifferences: boolean;
  scratch?: string;
}

/** Restores after the target is confirmed. */
export function runRestore(flags: RestoreFlags): Promise<void> {
  return runOperation(flags, async (work) => {
    const target = targetConnection(flags.target, process.env);
    const stack = readStack(flags.cwd, flags.stack);
    const identities = readIdentity(flags.identity, process.env);
    const store = openStore(stack, work, flags.store);
    try {
      const outcome = await restore({
        stack: flags.stack,
        store,
        choice: { name: flags.backup, at: flags.at },
        trust: readTrust(stack.settings.evidence.publicKeys, flags, process.env),
        signingKey: readSigner(process.env),
        identities,
        target,
        recipients: recipientsOf(stack),
        wanted: { schemas: flags.schema, tables: flags.table },
        confirm: async ({ manifest, replaces, tables }) => {
          if (flags.confirm !== undefined) return flags.confirm;
          work.progress?.("");
          const name = describeConnection(target);
          return ask(
            `The backup from ${manifest.takenAt} will replace ${tables > 0 ? counted(tables, "table") : counted(replaces, "schema")} of ${name}.\nType ${name} to continue: `,
            "There is no terminal to confirm the target: pass its host:port/database with --confirm",
            work.signal,
          );
        },
        jobs: flags.jobs,
        createRoles: flags.createRoles,
        noOwner: !flags.owner,
        acceptDifferences: flags.acceptDifferences,
        accepted: stack.settings.backups.drill.accept,
        scratch: flags.scratch,
        ...work,
      });
      const { manifest, ...rest } = outcome;
      return {
        // Differences that were not accepted have thrown already.
        holds: true,
        document: { restored: shownBackup(manifest), ...rest },
        text: describe(outcome, describeConnection(target)).join("\n"),
      };
    } finally {
      store.close();
    }
  });
}

function describe(outcome: RestoreOutcome, target: string): string[] {
  const { manifest, signature, before, tables, rows, differences, durationMs } = outcome;
  return [
    `Restored ${manifest.key} from ${manifest.takenAt} into ${target}: ${counted(tables, "table")}, ${counted(rows, "row")} in ${formatDuration(durationMs)}.`,
    describeSignature(signature),
    before === undefined
      ? "The target had none of these schemas before."
      : `The target's previous state is backed up as ${before}`,
    ...differences.map((difference) => `  - ${difference}`),
  ];
}
