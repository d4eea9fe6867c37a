import type { Session } from "../../postgres/session.ts";
import { type Accepted, type AcceptedDifference, divideAccepted } from "./accepted.ts";
import { limited, objectDifferences } from "./compare.ts";
import { compareSchemas, type Figures } from "./compare-schemas.ts";
import {
  type Described,
  digestOf,
  digestsOf,
  objectsOf,
  prepareSession,
  readGlobals,
  readObjects,
} from "./describe.ts";
import type { Details } from "./details.ts";
import { countData } from "./extensions.ts";
import type { Item, Listing } from "./items.ts";
import type { Beside, Manifest } from "./manifest.ts";
import { findSame } from "./remake.ts";

/** What of a backup was restored. */
export interface Restored {
  /** What is expected of the schemas and of the companions. */
  listing: Listing;
  schemas: readonly string[];
  /** Whether the companions were restored too. */
  surroundings: boolean;
  /** Names of the objects beside the schemas that are expected. */
  globals: ReadonlySet<string>;
  dependents: ReadonlySet<string>;
  extensions: Manifest["extensions"];
  /** What the backup carries beside its dump and could not be made, one sentence each. */
  missing: readonly string[];
  /** Why the server refused indexes, keys and the like, of which the comparison says which they are. */
  refused?: readonly string[];
  /** Whether only what is expected is compared, since the backup has more. */
  isPart?: boolean;
  /** Objects that are not compared. */
  isIgnored?: (name: string) => boolean;
}

/**
 * Compares a restored database with the manifest of its backup: definitions by what they mean, row counts,
 * row-level security, sequences, objects in no schema and the data of extensions.
 *
 * @param session in a transaction
 * @param acceptable what may differ
 */
export async function verify(
  session: Session,
  manifest: Manifest,
  { expressions }: Details,
  restored: Restored,
  acceptable: readonly Accepted[] = [],
): Promise<Verified> {
  await prepareSession(session);
  const { listing, isIgnored, isPart } = restored;
  const own = await compareSchemas(session, {
    expected: () => listing.items("own"),
    largeObjects: isPart === true ? undefined : manifest.contains.largeObjects,
    schemas: restored.schemas,
    isIgnored,
    isPart,
  });
  const beside = manifest.companions.map(({ name }) => name);
  const around = restored.surroundings
    ? await compareSchemas(session, {
        expected: () => withRestoredSequences(listing, manifest),
        largeObjects: undefined,
        schemas: beside,
        isIgnored,
        isPart,
      })
    : undefined;
  const all = [
    ...own.differences,
    ...(around?.differences ?? []),
    ...(await compareBeside(session, expressions, {
      all: manifest.globals,
      names: restored.globals,
      read: () => readGlobals(session),
    })),
    ...(restored.surroundings
      ? []
      : await compareBeside(session, expressions, {
          all: manifest.dependents,
          names: restored.dependents,
          read: () => readObjects(session, beside),
        })),
    ...(await compareExtensionData(session, restored.extensions)),
    ...restored.missing,
  ];
  const { counted, accepted } = divideAccepted(all, acceptable);
  const { figures, missed } = own;
  const { refused = [] } = restored;
  // What was refused and did not show is a difference, too. What could not be made beside the dump does not show it.
  const isShown = accepted.some(({ difference }) => !restored.missing.includes(difference));
  const differences = limited(counted.length === 0 && !isShown ? refused : counted);
  const why = refused.filter((sentence) => !differences.includes(sentence));
  return { figures, missed, differences, accepted, refused: why };
}

/** What a comparison found. */
export interface Verified {
  /** What the schemas have. */
  figures: Figures;
  /** Names of objects that were not compared and are missing. */
  missed: string[];
  differences: string[];
  accepted: AcceptedDifference[];
  /** Why the server refused some of what differs, one sentence each that is no difference itself. */
  refused: readonly string[];
}

/** What is expected of the companions: the dump has the values of few of their sequences. */
async function* withRestoredSequences(
  listing: Listing,
  { companionRows }: Pick<Manifest, "companionRows">,
): AsyncGenerator<Item> {
  for await (const item of listing.items("around")) {
    if (item.kind !== "sequence" || Object.hasOwn(companionRows, item.name)) yield item;
  }
}

/**
 * Compares expected objects with those that are there; others may be there besides. Only what differs is kept.
 *
 * @param all what the backup has, of which these names are expected
 */
async function compareBeside(
  session: Session,
  expressions: Details["expressions"],
  {
    all,
    names,
    read,
  }: {
    all: Beside;
    names: ReadonlySet<string>;
    read: () => AsyncIterable<[name: string, described: Described]>;
  },
): Promise<string[]> {
  if (names.size === 0) return [];
  const open = new Set(names);
  const found = new Map<string, Described>();
  for await (const [name, described] of read()) {
    if (!open.has(name)) continue;
    if (all[name]?.definition === digestOf(described)) {
      open.delete(name);
      found.delete(name);
    } else found.set(name, described);
  }
  const expected = pick(all, open);
  const same = await findSame(session, {
    expected,
    expressions,
    found,
    read: (some) => objectsOf(read(), (name) => some.has(name)),
  });
  return objectDifferences(expected, digestsOf(found), same);
}

async function compareExtensionData(session: Session, extensions: Manifest["extensions"]): Promise<string[]> {
  const different: string[] = [];
  for (const data of extensions.flatMap((extension) => extension.data)) {
    if (data.rows === null) continue;
    const rows = await countData(session, data);
    if (rows !== data.rows) {
      different.push(
        `${data.table} has ${rows ?? "an unknown number of"} rows of its own instead of ${data.rows}.`,
      );
    }
  }
  return different;
}

function pick(beside: Beside, names: ReadonlySet<string>): Record<string, string> {
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const definition = beside[name]?.definition;
      return definition === undefined ? [] : [[name, definition]];
    }),
  );
}
