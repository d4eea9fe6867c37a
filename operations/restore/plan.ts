import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import type { Manifest } from "../archive/manifest.ts";
import { NameSet } from "../archive/name-set.ts";
import type { Beside, Listing } from "../archive/sections.ts";
import type { Bystanders } from "./bystanders.ts";
import type { NamedDigests } from "./named-digests.ts";

/** What a restore does beside the schemas, once these are empty. */
export interface Plan {
  /** Objects in no schema to make: those that were lost with the schemas, and those that were missing. */
  globals: NameSet;
  /** Objects of other schemas to make again from the dump, with their entries. */
  dependents: ReadonlyMap<string, string>;
  /** The quoted names of the materialized views among them that are filled: as the target had them, or the backup. */
  filled: string[];
  /** Those of them that the target had with a different definition. */
  reverted: string[];
  /** Statements that drop objects which the dump has with other definitions. */
  drops: string[];
  /** What is lost for good, one sentence each. */
  lost: string[];
  /** Objects in no schema that are not in the backup, and went with the schemas. */
  gone: string[];
  /** Objects in no schema that differ from the backup and stay as they are. */
  unchanged: Set<string>;
}

/**
 * Compares what there was beside the schemas with what is left, and plans what the dump can bring back.
 *
 * @param original before anything was changed
 * @param before before the schemas were emptied, without what was put aside
 * @param after since then
 * @param belongs whether an object in no schema goes with the schemas, as all that is in these does, by its name
 * @param isAside whether an object is put back after the restore, by its name
 * @param isPart whether only what the target had is made again, since the rest of the backup is not restored
 */
export async function planBeside(
  session: Session,
  manifest: Manifest,
  {
    listing,
    original,
    before,
    after,
  }: { listing: Listing; original: Bystanders; before: Bystanders; after: Bystanders },
  {
    belongs = () => false,
    isAside,
    isPart,
  }: { belongs?: (name: string) => boolean; isAside: (name: string) => boolean; isPart: boolean },
): Promise<Plan> {
  const wasThere = (name: string, all: NamedDigests): boolean => !isPart || all.has(name);
  const hosted = await hostedDependents(session, manifest, { listing, after });
  const dependents = new Map(
    hosted.flatMap(({ name, entry }) => (wasThere(name, original.objects) ? [[name, entry] as const] : [])),
  );
  const filled = hosted.flatMap(({ name, isUnfilled }) => {
    const [, view] = /^materialized view (.*)$/s.exec(name) ?? [];
    const wasFilled = original.objects.has(name) ? !original.unfilled.has(name) : isUnfilled !== true;
    return view !== undefined && dependents.has(name) && wasFilled ? [view] : [];
  });
  const globals = new NameSet();
  const drops: string[] = [];
  const unchanged = new Set<string>();
  for await (const { name, definition } of listing.items("global")) {
    const there = isAside(name) ? original.globals : after.globals;
    if (there.is(name, definition) || !wasThere(name, original.globals)) continue;
    if (!there.has(name)) globals.add(name);
    else if (manifest.whole && !name.startsWith("subscription ")) {
      const drop = dropOf(name);
      if (drop !== undefined) drops.push(drop);
      globals.add(name);
    } else unchanged.add(name);
  }
  const isCovered = (name: string): boolean => dependents.has(name) || globals.has(name) || isAside(name);
  const gone: string[] = [];
  const isGone = (name: string): boolean => {
    if (isCovered(name) || after.globals.has(name) || !belongs(name)) return false;
    gone.push(name);
    return true;
  };
  const lost = [
    ...lostOf(before.objects, after.objects, isCovered),
    // Publications get their tables back after the restore.
    ...lostOf(
      before.globals,
      after.globals,
      (name) => isCovered(name) || / in publication /.test(name) || isGone(name),
    ),
  ];
  const reverted = hosted.flatMap(({ name, definition }) =>
    dependents.has(name) && original.objects.has(name) && !original.objects.is(name, definition)
      ? [name]
      : [],
  );
  return { globals, dependents, filled, reverted, drops, lost, gone, unchanged };
}

/** A sentence on an object that was made again from the dump. */
export function revertedSentence(name: string): string {
  return `${name} depends on what was restored and is as the backup has it: the target had a different definition.`;
}

/** A sentence on an object in no schema that a complete backup does not have. */
export function goneSentence(name: string): string {
  return `${name} is not in the backup, and went with the schemas that were replaced.`;
}

/** A sentence for each object that is no longer there, or no longer the same. */
function lostOf(before: NamedDigests, after: NamedDigests, isCovered: (name: string) => boolean): string[] {
  const lost: string[] = [];
  for (const [name, digest] of before.entries()) {
    if (after.is(name, digest) || isCovered(name)) continue;
    lost.push(after.has(name) ? `${name} has a different definition.` : `${name} is missing.`);
  }
  return lost;
}

/** Dependents that are missing, and whose table or schema is there. */
async function hostedDependents(
  session: Session,
  { companions }: Manifest,
  { listing, after }: { listing: Listing; after: Bystanders },
): Promise<Beside[]> {
  const missing: Beside[] = [];
  for await (const { name, definition, entry, isUnfilled } of listing.items("dependent")) {
    // The dump does not have the rows of other schemas' tables.
    if (!after.objects.has(name) && !name.startsWith("table "))
      missing.push({ name, definition, entry, isUnfilled });
  }
  const hosts = missing.map(({ name }) => hostOf(name));
  const there = new Set(
    nameRows
      .parse(
        await session.rows(
          `select c.oid::regclass::text as name from pg_class c
            where c.oid::regclass::text = any($1)
           union all select n.nspname::text from pg_namespace n where n.nspname = any($1)`,
          [...hosts.filter((host) => host !== undefined), ...companions.map(({ name }) => name)],
        ),
      )
      .map(({ name }) => name),
  );
  const hasSchemas = companions.every(({ name }) => there.has(name));
  // The view of a rule or trigger may be lost, too.
  const views = new Set(missing.flatMap(({ name }) => (/^(?:materialized )?view /.test(name) ? [name] : [])));
  const isRemade = (host: string): boolean =>
    hasSchemas && (views.has(`view ${host}`) || views.has(`materialized view ${host}`));
  return missing.filter((_, index) => {
    const host = hosts[index];
    return host === undefined ? hasSchemas : there.has(host) || isRemade(host);
  });
}

const nameRows = z.array(z.object({ name: z.string() }));

/** The table of a trigger and the like. */
function hostOf(name: string): string | undefined {
  return /^(?:trigger|policy|rule|constraint) .* (?:on|of) (.*)$/s.exec(name)?.[1];
}

/** A statement that drops an object in no schema; undefined when replacing it needs none. */
function dropOf(name: string): string | undefined {
  const [, kind, rest] =
    /^(cast|transform|event trigger|foreign-data wrapper|foreign server|language|access method|publication) (.*)$/s.exec(
      name,
    ) ?? [];
  if (kind === undefined || rest === undefined) {
    const [, table, publication] = /^table (.*) in publication (.*)$/s.exec(name) ?? [];
    return table === undefined ? undefined : `alter publication ${publication} drop table ${table}`;
  }
  const word =
    kind === "foreign-data wrapper" ? "foreign data wrapper" : kind === "foreign server" ? "server" : kind;
  return `drop ${word} if exists ${rest} cascade`;
}
