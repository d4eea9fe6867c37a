import { sep } from "node:path";
import { reasonOf } from "../../lib/failure.ts";
import { stackNames } from "../../project/project.ts";
import { type DeclaredResource, readDeclared } from "../../verify/declared.ts";
import { Unknown } from "../../verify/unknown.ts";
import { projectFoldersIn } from "../evidence/projects.ts";

/**
 * What the stack's program declares: of a saved preview, or of one that is made when the first probe asks for it,
 * which takes some seconds. The preview ends in its own {@link Failure}; {@link forProbes} has probes say so.
 *
 * @throws {Failure} `refused`, for a file that holds no preview
 */
export function declaredBy({
  cwd,
  stack,
  preview: file,
  signal,
}: {
  cwd: string;
  stack: string;
  preview?: string;
  /** Ends the preview too. */
  signal?: AbortSignal;
}): () => Promise<readonly DeclaredResource[]> {
  const saved = file === undefined ? undefined : readDeclared(file);
  let made: Promise<readonly DeclaredResource[]> | undefined;
  return () => {
    made ??= saved === undefined ? previewed(cwd, stack, signal) : Promise.resolve(saved);
    return made;
  };
}

/**
 * What the program of the delivery declares, which stands in a folder of its own below the platform's; undefined where
 * there is none. It is previewed when the first probe asks for it.
 */
export function declaredBeside({
  cwd,
  signal,
}: {
  cwd: string;
  signal?: AbortSignal;
}): (() => Promise<readonly DeclaredResource[]>) | undefined {
  const folder = projectFoldersIn(cwd).find((each) => each !== cwd && each.endsWith(`${sep}delivery`));
  if (folder === undefined) return undefined;
  let made: Promise<readonly DeclaredResource[]> | undefined;
  return forProbes(() => {
    const [stack] = stackNames(folder);
    made ??=
      stack === undefined
        ? Promise.reject(new Unknown("no-data", "The program of the delivery has no stack"))
        : previewed(folder, stack, signal);
    return made;
  }, signal);
}

/** What a program declares, for probes: each is unknown where the program cannot be previewed. */
export function forProbes(
  declared: () => Promise<readonly DeclaredResource[]>,
  signal: AbortSignal | undefined,
): () => Promise<readonly DeclaredResource[]> {
  return async () => {
    try {
      return await declared();
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof Unknown) throw error;
      const reason = `The program cannot be previewed, so what it declares is unknown: ${reasonOf(error)}`;
      throw new Unknown("no-data", reason, { cause: error });
    }
  };
}

async function previewed(
  cwd: string,
  stack: string,
  signal: AbortSignal | undefined,
): Promise<readonly DeclaredResource[]> {
  const { preview } = await import("../../preview/index.ts");
  const { resources } = await preview({ cwd, stack, signal });
  return resources;
}
