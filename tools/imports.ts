import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cruise, type IModule, type IViolation } from "dependency-cruiser";
import { reasonOf } from "../lib/failure.ts";
import { counted, listed } from "../lib/text.ts";
import { hiddenImports } from "./hidden-imports.ts";
import { type Room, readRooms, roomOf } from "./rooms.ts";

/** An import that its room may not make, or a circle of imports. */
export interface ImportProblem {
  /** The rooms, such as `lib/ → cli/`, or the room that the circle starts in. */
  readonly rooms: string;
  /** One sentence. */
  readonly message: string;
}

/**
 * Files and folders of which a run alone tells what they load, and why none of it is in a room that they may not
 * import. One that loads nothing so any more has to leave the list.
 */
const loadsAtRun: Readonly<Record<string, string>> = {
  "docs/guides.ts": "it writes pages of these names",
  "docs/recovery.ts": "it writes pages of these names",
  "operations/migrate/squawk.ts": "it finds the program that the package squawk-cli installs for a platform",
  "preview/host/": "it loads the SDK, the packages and the files of the program that is previewed",
  "preview/isolation/watcher.ts": "it starts watch.ts beside it, or what a build made of it",
  "preview/packs/start.ts": "it finds packages of the policy pack that is run",
};

/** Rooms that nothing imports and that may import nearly every other. */
const free: ReadonlySet<string> = new Set(["test/", "bench/"]);

/**
 * Checks every import between the files of a project, type-only imports included. What it cannot follow is refused
 * unless it is listed.
 *
 * @param root folder of the project
 * @param reasons files and folders that may load what only a run can tell, and why
 */
export async function checkImports(
  root: string,
  rooms: readonly Room[],
  reasons: Readonly<Record<string, string>> = {},
): Promise<ImportProblem[]> {
  const { output } = await cruise(
    ["."],
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: [{ name: "circle", from: {}, to: { circular: true } }] },
      doNotFollow: { path: installed.source },
      exclude: { path: "^(node_modules|dist)/" },
      tsPreCompilationDeps: true,
    },
    { conditionNames: ["import", "types", "node"], exportsFields: ["exports"] },
  );
  if (typeof output === "string") throw new Error("dependency-cruiser gave a report in place of its result");
  const own = output.modules.filter(
    ({ source, coreModule, couldNotResolve }) => !coreModule && !couldNotResolve && !installed.test(source),
  );
  return [
    ...hiddenProblems(
      root,
      own.map(({ source }) => source),
      { rooms, reasons },
    ),
    ...own.flatMap((module) => importsOf(module, rooms)),
    ...output.summary.violations.map((violation) => circleOf(violation, rooms)),
  ];
}

/** A package of `sdks/` is not among these: it is found where its link leads. */
const installed = /(^|\/)node_modules\//;

function importsOf({ source, dependencies }: IModule, rooms: readonly Room[]): ImportProblem[] {
  const own = roomOf(source, rooms);
  if (own === undefined) return [{ rooms: source, message: `${source} is in no room of the table` }];
  return dependencies
    .filter(({ coreModule, couldNotResolve, resolved }) => {
      return !coreModule && !couldNotResolve && !installed.test(resolved);
    })
    .map(({ resolved }) => ({ resolved, path: roomOf(resolved, rooms)?.path ?? resolved }))
    .filter(({ path }) => path !== own.path && !own.mayImport.includes(path))
    .map(({ resolved, path }) => refusedImport(source, resolved, { own, target: path }));
}

function hiddenProblems(
  root: string,
  files: readonly string[],
  { rooms, reasons }: { rooms: readonly Room[]; reasons: Readonly<Record<string, string>> },
): ImportProblem[] {
  const unused = new Set(Object.keys(reasons));
  const found = files.flatMap((source) => {
    const own = roomOf(source, rooms);
    if (own === undefined || free.has(own.path)) return [];
    const entry = Object.keys(reasons).find((key) =>
      key.endsWith("/") ? source.startsWith(key) : source === key,
    );
    return hiddenImports(source, readFileSync(join(root, source), "utf8")).flatMap(({ line, path, code }) => {
      if (path !== undefined) {
        const target = roomOf(path, rooms)?.path ?? path;
        return target === own.path || own.mayImport.includes(target)
          ? []
          : [refusedImport(source, path, { own, target })];
      }
      if (entry !== undefined) {
        unused.delete(entry);
        return [];
      }
      return [
        {
          rooms: own.path,
          message: `${source}:${line} loads what only a run can tell: ${code}. Name the file, or list it with a reason in tools/imports.ts`,
        },
      ];
    });
  });
  return [
    ...found,
    ...[...unused].map((path) => ({
      rooms: path,
      message: `${path} loads nothing that only a run can tell: take it from the list in tools/imports.ts`,
    })),
  ];
}

function refusedImport(
  source: string,
  resolved: string,
  { own, target }: { own: Room; target: string },
): ImportProblem {
  const allowed = listed([...own.mayImport], "and") || "nothing";
  return {
    rooms: `${own.path} → ${target}`,
    message: `${source} imports ${resolved}, but ${own.path} may import ${allowed}`,
  };
}

function circleOf({ from, cycle = [] }: IViolation, rooms: readonly Room[]): ImportProblem {
  const files = [from, ...cycle.map(({ name }) => name)];
  return { rooms: roomOf(from, rooms)?.path ?? from, message: `Circle of imports: ${files.join(" → ")}` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(import.meta.dirname);
  try {
    const rooms = readRooms(readFileSync(join(root, "docs", "architecture.md"), "utf8"));
    const problems = await checkImports(root, rooms, loadsAtRun);
    for (const { message } of problems) console.error(message);
    if (problems.length > 0) {
      console.error(`${counted(problems.length, "import")} not allowed by the table in docs/architecture.md`);
      process.exitCode = 1;
    }
  } catch (error) {
    console.error(reasonOf(error));
    process.exitCode = 2;
  }
}
