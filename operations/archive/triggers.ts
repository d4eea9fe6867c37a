import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import { attempt } from "./attempt.ts";
import type { Contents } from "./contents.ts";

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
export function splitEventTriggers(contents: Contents): { others: Contents; eventTriggers: Contents } {
  const [eventTriggers, others] = contents.divided(({ text }) =>
    /^\d+; (?:3466 \d+ EVENT TRIGGER|\d+ \d+ COMMENT - EVENT TRIGGER) /.test(text),
  );
  return { others, eventTriggers };
}

/**
 * Divides a table of contents: the triggers are made one after the other. A partition's trigger is switched off by
 * an entry of its own, and where partitions have partitions, pg_dump does not say that this needs the trigger of
 * the topmost table first: two workers would race. A name of a schema may have spaces, and a comment that only looks
 * like one on a trigger is as good among these.
 */
export function splitTriggers(contents: Contents): { others: Contents; triggers: Contents } {
  const [triggers, others] = contents.divided(({ text }) =>
    /^\d+; (?:2620 \d+ TRIGGER|\d+ \d+ COMMENT (?!- EVENT ).* TRIGGER) /s.test(text),
  );
  return { others, triggers };
}
