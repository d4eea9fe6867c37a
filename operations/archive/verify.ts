import type { Session } from "../../postgres/session.ts";
import { type Accepted, type AcceptedDifference, divideAccepted } from "./accepted.ts";
import { limited } from "./compare.ts";
import { compareBeside } from "./compare-beside.ts";
import { compareSchemas, type Figures } from "./compare-schemas.ts";
import { prepareSession, readGlobals, readObjects } from "./describe.ts";
import { countData } from "./extensions.ts";
import type { Item } from "./items.ts";
import type { Manifest } from "./manifest.ts";
import { comparePathOperators, type PathOperators, pathsOf } from "./path-operators.ts";
import type { Listing } from "./sections.ts";
import { findingViolations } from "./violating-rows.ts";

/** What of a backup was restored. */
export interface Restored {
  /** What is expected of the schemas and of the companions. */
  listing: Listing;
  schemas: readonly string[];
  /** Whether the companions were restored too. */
  surroundings: boolean;
  /** Whether an object beside the schemas is expected, by its name. */
  globals: (name: string) => boolean;
  dependents: (name: string) => boolean;
  extensions: Manifest["extensions"];
  /** What has operators that only a search path finds. */
  pathOperators: readonly PathOperators[];
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
  restored: Restored,
  acceptable: readonly Accepted[] = [],
): Promise<Verified> {
  await prepareSession(session, manifest.serverVersion);
  const { listing, isIgnored, isPart } = restored;
  const paths = pathsOf(restored.pathOperators);
  const own = await compareSchemas(session, {
    paths,
    expected: () => listing.items("own"),
    largeObjects: isPart === true ? undefined : manifest.contains.largeObjects,
    schemas: restored.schemas,
    isIgnored,
    isPart,
  });
  const beside = manifest.companions.map(({ name }) => name);
  const around = restored.surroundings
    ? await compareSchemas(session, {
        paths,
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
    ...(await compareBeside(session, {
      expected: () => listing.items("global"),
      isExpected: restored.globals,
      read: () => readGlobals(session),
    })),
    ...(restored.surroundings
      ? []
      : await compareBeside(session, {
          expected: () => listing.items("dependent"),
          paths,
          isExpected: restored.dependents,
          read: () => readObjects(session, beside),
        })),
    ...(await compareExtensionData(session, restored.extensions)),
    ...restored.missing,
  ];
  const missing = new Set(all.filter((sentence) => sentence.endsWith(" is missing.")));
  all.push(
    ...(await comparePathOperators(session, restored.pathOperators, (object) =>
      missing.has(`${object} is missing.`),
    )),
  );
  const { counted, accepted } = divideAccepted(all, acceptable);
  const { figures, missed } = own;
  const { refused = [] } = restored;
  // What was refused and did not show is a difference, too. What could not be made beside the dump does not show it.
  const isShown = accepted.some(({ difference }) => !restored.missing.includes(difference));
  const differences = limited(counted.length === 0 && !isShown ? refused : counted);
  const why = refused.filter((sentence) => !differences.includes(sentence));
  const finding = await findingViolations(session, counted, {
    schemas: restored.surroundings ? [...restored.schemas, ...beside] : restored.schemas,
    listing: isPart === true ? listing : undefined,
  });
  return { figures, missed, differences, accepted, refused: [...why, ...finding] };
}

/** What a comparison found. */
export interface Verified {
  /** What the schemas have. */
  figures: Figures;
  /** Names of objects that were not compared and are missing. */
  missed: string[];
  differences: string[];
  accepted: AcceptedDifference[];
  /** Why the server refused some of what differs, and how to find rows that violate it: sentences that are no differences. */
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
