import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cruise, type IModule, type IViolation } from "dependency-cruiser";
import { reasonOf } from "../lib/failure.ts";
import { counted, listed } from "../lib/text.ts";
import { type Room, readRooms, roomOf } from "./rooms.ts";

/** An import that its room may not make, or a circle of imports. */
export interface ImportProblem {
  /** The rooms, such as `lib/ → cli/`, or the room that the circle starts in. */
  readonly rooms: string;
  /** One sentence. */
  readonly message: string;
}

/**
 * Checks every import between the files of a project, type-only imports included.
 *
 * @param root folder of the project
 */
export async function checkImports(root: string, rooms: readonly Room[]): Promise<ImportProblem[]> {
  const { output } = await cruise(
    ["."],
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: [{ name: "circle", from: {}, to: { circular: true } }] },
      doNotFollow: { path: installed.source },
      exclude: { path: "^(node_modules|test/fixtures|dist)/" },
      tsPreCompilationDeps: true,
    },
    { conditionNames: ["import", "types", "node"], exportsFields: ["exports"] },
  );
  if (typeof output === "string") throw new Error("dependency-cruiser gave a report in place of its result");
  const own = output.modules.filter(
    ({ source, coreModule, couldNotResolve }) => !coreModule && !couldNotResolve && !installed.test(source),
  );
  return [
    ...own.flatMap((module) => importsOf(module, rooms)),
    ...output.summary.violations.map((violation) => circleOf(violation, rooms)),
  ];
}

/** A package of `sdks/` is not among these: it is found where its link leads. */
const installed = /(^|\/)node_modules\//;

function importsOf({ source, dependencies }: IModule, rooms: readonly Room[]): ImportProblem[] {
  const own = roomOf(source, rooms);
  if (own === undefined) return [{ rooms: source, message: `${source} is in no room of the table` }];
  const allowed = listed([...own.mayImport], "and") || "nothing";
  return dependencies
    .filter(({ coreModule, couldNotResolve, resolved }) => {
      return !coreModule && !couldNotResolve && !installed.test(resolved);
    })
    .map(({ resolved }) => ({ resolved, path: roomOf(resolved, rooms)?.path ?? resolved }))
    .filter(({ path }) => path !== own.path && !own.mayImport.includes(path))
    .map(({ resolved, path }) => ({
      rooms: `${own.path} → ${path}`,
      message: `${source} imports ${resolved}, but ${own.path} may import ${allowed}`,
    }));
}

function circleOf({ from, cycle = [] }: IViolation, rooms: readonly Room[]): ImportProblem {
  const files = [from, ...cycle.map(({ name }) => name)];
  return { rooms: roomOf(from, rooms)?.path ?? from, message: `Circle of imports: ${files.join(" → ")}` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(import.meta.dirname);
  try {
    const rooms = readRooms(readFileSync(join(root, "docs", "architecture.md"), "utf8"));
    const problems = await checkImports(root, rooms);
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
