import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { attempt } from "./attempt.ts";

const enabledRows = z.array(z.object({ name: z.string(), mode: z.string() }));

/** Event triggers that are enabled, and that the session may disable. */
const enabledQuery = `
  select quote_ident(evtname) as name,
         case evtenabled when 'A' then 'enable always' when 'R' then 'enable replica' else 'enable' end as mode
    from pg_event_trigger where evtenabled <> 'D' and pg_has_role(evtowner, 'usage')`;

/**
 * Disables the event triggers of a database within the session's transaction. They may forbid what a restore
 * does, or record it in tables that the restore fills.
 *
 * @returns a function that enables those that are still there
 */
export async function quietEventTriggers(session: Session): Promise<() => Promise<void>> {
  const quiet = enabledRows.parse(await session.rows(enabledQuery));
  for (const { name } of quiet) await attempt(session, [`alter event trigger ${name} disable`]);
  return async () => {
    const there = enabledRows.parse(
      await session.rows("select quote_ident(evtname) as name, '' as mode from pg_event_trigger"),
    );
    const names = new Set(there.map(({ name }) => name));
    for (const { name, mode } of quiet) {
      if (names.has(name)) await attempt(session, [`alter event trigger ${name} ${mode}`]);
    }
  };
}

/** Divides a table of contents: the event triggers are made last, since they run at what is made after them. */
export function splitEventTriggers(contents: string): { others: string; eventTriggers: string } {
  const [eventTriggers, others] = divided(
    contents,
    /^\d+; (?:3466 \d+ EVENT TRIGGER|\d+ \d+ COMMENT - EVENT TRIGGER) /,
  );
  return { others, eventTriggers };
}

/**
 * Divides a table of contents: the triggers are made one after the other. A partition's trigger is switched off by
 * an entry of its own, and where partitions have partitions, pg_dump does not say that this needs the trigger of
 * the topmost table first: two workers would race. A name of a schema may have spaces, and a comment that only looks
 * like one on a trigger is as good among these.
 */
export function splitTriggers(contents: string): { others: string; triggers: string } {
  const [triggers, others] = divided(
    contents,
    /^\d+; (?:2620 \d+ TRIGGER|\d+ \d+ COMMENT (?!- EVENT ).* TRIGGER) /,
  );
  return { others, triggers };
}

/** The lines of a table of contents that fit, and the others. */
export function divided(contents: string, fits: RegExp): [fitting: string, others: string] {
  const lines = contents.split("\n");
  const fitting = lines.filter((line) => fits.test(line));
  return [`${fitting.join("\n")}\n`, lines.filter((line) => !fits.test(line)).join("\n")];
}
