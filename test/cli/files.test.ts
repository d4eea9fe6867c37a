import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Argument, Command, Option } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allCommands } from "../../cli/main.ts";
import { previewedProduction } from "../recording/recorded.ts";
import type { Ended } from "./command.ts";
import { runHere } from "./here.ts";

const folder = mkdtempSync(join(tmpdir(), "files-"));
const [present, migrations] = [join(folder, "present.json"), join(folder, "migrations")];
const small = join(import.meta.dirname, "..", "fixtures", "programs", "small");

/** Where another account may write. */
const open = join(folder, "open");
const importFiles = ["--output", join(open, "import.json"), "--questions", join(open, "questions.json")];

/** What a command line needs besides, so that the file is reached, and soon: by command, or by command and option. */
const besides: Readonly<Record<string, readonly string[]>> = {
  preview: ["--cwd", small, "--stack", "dev"],
  "preview --output": ["--cwd", small, "--stack", "dev", "--format", "json"],
  "judge --output": ["--format", "json"],
  restore: ["--target", "postgresql://postgres@127.0.0.1/none"],
  "evidence load-test": ["--target", "https://api.optropic-staging.example"],
  verify: ["--target", "https://127.0.0.1:9"],
  "migrate rehearse --identity": ["--folder", migrations],
  release: ["--version", "3.0.0", "--commit", "0".repeat(40)],
  doctor: ["--no-live"],
  import: ["--no-live", "--plan", ...importFiles],
  "import --output": ["--no-live", "--plan"],
  "import --questions": ["--no-live", "--plan", ...importFiles.slice(0, 2)],
  "report --output": ["--format", "json"],
  "export render.yaml": ["--preview", present],
  "export render.yaml --preview": [],
};

/** What stands before the path. */
const before: Readonly<Record<string, string>> = { "--outputs-of": "staging=" };

/** Files that are written. Every other one is read. */
const written: ReadonlySet<string> = new Set([
  "--journal",
  "--out",
  "--output",
  "--questions",
  "--report",
  "--subject",
]);

/** What is not tried here, and why. */
const apart: Readonly<Record<string, string>> = {
  "rollback --journal": "a journal that cannot be used has words and a status of its own",
  "watch --journal": "it is opened once the metrics were read",
};

interface Place {
  command: string;
  /** The option, or nothing for an argument. */
  option: string | undefined;
}

/** Every option and argument of every command that is a file. */
function placesOf(command: Command, above: readonly string[] = []): Place[] {
  const path = [...above, command.name()];
  const name = path.join(" ");
  const isFile = ({ flags }: Option): boolean => /[<[][^\s]*\bfile\b.*[>\]]$/.test(flags);
  const isFileToo = ({ description }: Argument): boolean => /^the file\b/.test(description);
  return [
    ...command.options.filter(isFile).map(({ long }) => ({ command: name, option: long ?? undefined })),
    ...command.registeredArguments.filter(isFileToo).map(() => ({ command: name, option: undefined })),
    ...command.commands.flatMap((below) => placesOf(below, path)),
  ];
}

const places = (await allCommands())
  .flatMap((command) => placesOf(command))
  .filter(({ command, option }) => apart[`${command} ${option}`] === undefined);

async function run({ command, option }: Place, path: string): Promise<Ended> {
  const more = besides[`${command} ${option}`] ?? besides[command] ?? [];
  const own = option === undefined ? [path] : [option, `${before[option] ?? ""}${path}`];
  return runHere([...command.split(" "), ...more, ...own]);
}

/** Root may read and write everything, so another account tries it. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

beforeAll(async () => {
  writeFileSync(present, JSON.stringify(await previewedProduction()));
  mkdirSync(join(migrations, "1"), { recursive: true });
  writeFileSync(join(migrations, "1", "migration.sql"), "select 1;\n");
  writeFileSync(join(folder, "locked.json"), "{}", { mode: 0o000 });
  mkdirSync(join(folder, "locked"));
  chmodSync(join(folder, "locked"), 0o555);
  mkdirSync(open);
  chmodSync(open, 0o777);
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** One line that names the file and says in words why, and nothing else. */
function expectLine({ status, stdout, stderr }: Ended, path: string, reason: RegExp): void {
  expect(stderr).toMatch(/^error: [^\n]*\n$/);
  expect(stderr).toContain(path);
  expect(stderr).toMatch(reason);
  // None of the system's codes, calls and stack traces.
  expect(stderr).not.toMatch(/\bE[A-Z]{4,}\b|, (?:open|stat|read|scandir|mkdir)\b|\n {4}at /);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
}

const isWritten = ({ option = "" }: Place): boolean => written.has(option);

describe.each(places.filter((place) => !isWritten(place)))("$command $option", (place) => {
  it("says in a line that its file is missing, a folder, or not to be read", async () => {
    const missing = join(folder, "missing.json");
    expectLine(
      await run(place, missing),
      missing,
      /Cannot read .*: there is no such file or folder; check the path/,
    );
    expectLine(await run(place, folder), folder, /Cannot read .*: it is a folder, and must be a file/);
    const locked = join(folder, "locked.json");
    const reason = /Cannot read .*: you may not read it; check its permissions/;
    expectLine(await asNobody(() => run(place, locked)), locked, reason);
  });
});

describe.each(places.filter(isWritten))("$command $option", (place) => {
  it("says in a line that its file is a folder, below a file, or not to be written", async () => {
    const reasonFor = (words: string): RegExp => new RegExp(`Cannot write .*: .*${words}`);
    expectLine(await run(place, folder), folder, reasonFor("(?:is a folder|exists already)"));
    const below = join(present, "below.json");
    expectLine(await run(place, below), below, reasonFor("is not a folder"));
    const locked = join(folder, "locked", "file.json");
    expectLine(await asNobody(() => run(place, locked)), locked, reasonFor("you may not write there"));
  });
});

it("is tried for every command that takes a file", () => {
  const named = new Set(places.map(({ command, option = "" }) => `${command} ${option}`.trim()));
  for (const key of Object.keys(besides)) {
    expect([...named].some((name) => name.startsWith(key))).toBe(true);
  }
  expect(named.size).toBeGreaterThan(30);
});
