import { columnsOf } from "./prisma-schema.ts";

/** What the release that a rollback would return to reads of the database. */
export interface Previous {
  /** Its commit or tag. */
  release: string;
  /** Columns that its Prisma schema names; undefined where it has none. */
  columns: string[] | undefined;
  /** Queries that it declares besides, by their files. */
  queries: Query[];
}

export interface Query {
  name: string;
  sql: string;
}

/** Asks Git; undefined where it cannot answer. */
type Git = (args: readonly string[]) => Promise<string | undefined>;

const mostFiles = 2000;

/**
 * Reads from Git what a release reads: the Prisma schema in the folder that the migrations are in, and the queries
 * declared as .sql files in a folder.
 *
 * @returns undefined where Git does not have the release
 */
export async function readPrevious(
  git: Git,
  release: string,
  folders: { schema: string; queries: string },
): Promise<Previous | undefined> {
  const commit = await git(["rev-parse", "--verify", "--end-of-options", `${release}^{commit}`]);
  if (commit === undefined) return undefined;
  const schemas = await filesIn(git, commit, folders.schema, ".prisma");
  const queries = await filesIn(git, commit, folders.queries, ".sql");
  return {
    release,
    columns: schemas.length === 0 ? undefined : columnsOf(schemas.map(({ sql }) => sql).join("\n")),
    queries,
  };
}

async function filesIn(git: Git, commit: string, folder: string, ending: string): Promise<Query[]> {
  const listed = (await git(["ls-tree", "-r", "--name-only", "-z", commit, "--", folder])) ?? "";
  const paths = listed.split("\0").filter((path) => path.endsWith(ending));
  const found: Query[] = [];
  for (const path of paths.slice(0, mostFiles)) {
    const sql = await git(["show", `${commit}:${path}`]);
    if (sql !== undefined) found.push({ name: path, sql });
  }
  return found;
}
