import type { Session } from "../../postgres/session.ts";
import { type Accepted, type AcceptedDifference, divideAccepted } from "./accepted.ts";
import { allDifferences, limited, objectDifferences } from "./compare.ts";
import {
  describeDatabase,
  digestsOf,
  type Objects,
  prepareSession,
  readGlobals,
  readObjects,
} from "./describe.ts";
import type { Details } from "./details.ts";
import { countData } from "./extensions.ts";
import type { Beside, Description, Manifest } from "./manifest.ts";
import { pooled, readPools } from "./partition-pools.ts";
import { findSame } from "./remake.ts";

/** What of a backup was restored. */
export interface Restored {
  /** What is expected of the schemas. */
  description: Description;
  schemas: readonly string[];
  /** Whether the companions were restored too. */
  surroundings: boolean;
  /** Names of the objects beside the schemas that are expected. */
  globals: ReadonlySet<string>;
  dependents: ReadonlySet<string>;
  extensions: Manifest["extensions"];
  /** What the backup carries beside its dump and could not be made, one sentence each. */
  missing: readonly string[];
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
): Promise<{ description: Description; differences: string[]; accepted: AcceptedDifference[] }> {
  await prepareSession(session);
  const { isIgnored = () => false, isPart = false } = restored;
  const described = (expected: Description, schemas: readonly string[]) =>
    compareSchemas(session, { expected, schemas, expressions, isIgnored, isPart });
  const own = await described(restored.description, restored.schemas);
  const beside = manifest.companions.map(({ name }) => name);
  const around = restored.surroundings ? await described(withRestoredSequences(manifest), beside) : undefined;
  const all = [
    ...own.differences,
    ...(around?.differences ?? []),
    ...(await compareBeside(session, expressions, {
      expected: pick(manifest.globals, restored.globals),
      read: () => readGlobals(session),
    })),
    ...(restored.surroundings
      ? []
      : await compareBeside(session, expressions, {
          expected: pick(manifest.dependents, restored.dependents),
          read: () => readObjects(session, beside),
        })),
    ...(await compareExtensionData(session, restored.extensions)),
    ...restored.missing,
  ];
  const { counted, accepted } = divideAccepted(all, acceptable);
  return { description: own.description, differences: limited(counted), accepted };
}

/** What is expected of the companions: the dump has the values of few of their sequences. */
function withRestoredSequences({ surroundings, companionRows }: Manifest): Description {
  const restored = Object.entries(surroundings.sequences).filter(([name]) =>
    Object.hasOwn(companionRows, name),
  );
  return { ...surroundings, sequences: Object.fromEntries(restored) };
}

async function compareSchemas(
  session: Session,
  {
    expected,
    schemas,
    expressions,
    isIgnored,
    isPart,
  }: {
    expected: Description;
    schemas: readonly string[];
    expressions: Details["expressions"];
    isIgnored: (name: string) => boolean;
    isPart: boolean;
  },
): Promise<{ description: Description; differences: string[] }> {
  const without = (all: Description): Description => ({
    ...all,
    objects: Object.fromEntries(Object.entries(all.objects).filter(([name]) => !isIgnored(name))),
  });
  const isCounted = (table: string): boolean =>
    Object.hasOwn(expected.tables, table) && expected.tables[table]?.rows !== null;
  const { description: all, objects } = await describeDatabase(session, schemas, { isCounted });
  const description = isPart ? { ...partOf(all, expected), largeObjects: expected.largeObjects } : all;
  const same = await findSame(session, {
    expected: expected.objects,
    expressions,
    found: objects,
    read: () => readObjects(session, schemas),
  });
  const pools = await readPools(session, schemas);
  return {
    description,
    differences: allDifferences(pooled(without(expected), pools), pooled(without(description), pools), same),
  };
}

/** What of a description another one has too. */
function partOf(all: Description, expected: Description): Description {
  const pick = <T>(record: Readonly<Record<string, T>>, names: object): Record<string, T> =>
    Object.fromEntries(Object.entries(record).filter(([name]) => Object.hasOwn(names, name)));
  return {
    ...all,
    objects: pick(all.objects, expected.objects),
    tables: pick(all.tables, expected.tables),
    sequences: pick(all.sequences, expected.sequences),
  };
}

/** Compares expected objects with those that are there; others may be there besides. */
async function compareBeside(
  session: Session,
  expressions: Details["expressions"],
  { expected, read }: { expected: Record<string, string>; read: () => Promise<Objects> },
): Promise<string[]> {
  if (Object.keys(expected).length === 0) return [];
  const found = new Map([...(await read())].filter(([name]) => Object.hasOwn(expected, name)));
  const same = await findSame(session, { expected, expressions, found, read });
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
    Object.entries(beside).flatMap(([name, { definition }]) => (names.has(name) ? [[name, definition]] : [])),
  );
}
