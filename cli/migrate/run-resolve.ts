import { markRolledBack, waysOn } from "../../operations/migrate/resolve.ts";
import { withSession } from "../../postgres/session.ts";
import { runOperation } from "../operations/operation.ts";
import { readStack } from "../operations/stack.ts";
import { contextOf, requiredDatabase } from "./context.ts";
import type { ResolveFlags } from "./flags.ts";

/** Shows the ways on from a migration, or marks a failed one as rolled back. */
export function runResolve(name: string, flags: ResolveFlags): Promise<void> {
  return runOperation(flags, async (work) => {
    const { settings } = readStack(flags.cwd, flags.stack);
    const { migrations } = contextOf(flags, settings, work);
    const connection = requiredDatabase(process.env);
    return withSession(
      connection,
      "optropic migrate",
      async (session) => {
        const { state, ways } = await waysOn(session, migrations, name);
        if (flags.rolledBack) {
          await markRolledBack(session, name);
          return {
            holds: true,
            document: { name, state: "rolled-back" },
            text: `${name} is marked as rolled back, and is pending again. Nothing of it was taken back.`,
          };
        }
        return {
          holds: state !== "failed",
          document: { name, state, ways },
          text: [
            `${name} is ${state}.`,
            ...ways.map(
              ({ name: way, possible, how, loses }) =>
                `${possible ? "·" : "✗"} ${way}: ${how}\n    Loses: ${loses}`,
            ),
          ].join("\n"),
        };
      },
      work.signal,
    );
  });
}
