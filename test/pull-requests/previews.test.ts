import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type PreviewsOptions, previewAll } from "../../pull-requests/previews.ts";

/** Two repositories whose command keeps what it was asked, and answers as the stack's name says. */
let folder: string;

const command = `
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
const args = process.argv.slice(2);
const valuesOf = (flag) => args.flatMap((arg, at) => (args[at - 1] === flag ? [arg] : []));
const [stack = ""] = valuesOf("--stack");
const [diff] = valuesOf("--diff");
const against = diff === undefined ? null : JSON.parse(readFileSync(diff, "utf8"));
const asked = { args, against };
appendFileSync(join(import.meta.dirname, "asked.jsonl"), JSON.stringify(asked) + "\\n");
if (args.includes("--json")) console.log(JSON.stringify({ base: stack }));
for (const file of valuesOf("--output")) writeFileSync(file, "preview of " + stack);
process.exitCode = Number(stack.at(-1));
`;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "previews-"));
  for (const repository of ["head", "base"]) {
    await mkdir(join(folder, repository, "cli"), { recursive: true });
    await writeFile(join(folder, repository, "package.json"), '{"type":"module"}');
    await writeFile(join(folder, repository, "Pulumi.yaml"), "name: x");
    await writeFile(join(folder, repository, "cli", "optropic.js"), command);
  }
});

afterEach(() => rm(folder, { recursive: true }));

/** Stacks whose last digit is the status of their preview. */
function previews(stacks: readonly string[], changes: Partial<PreviewsOptions> = {}): Promise<number> {
  return previewAll({
    head: join(folder, "head"),
    base: join(folder, "base"),
    results: join(folder, "results"),
    stacks: stacks.map((name) => ({ name, project: ".", program: "p", stack: name })),
    say: () => {},
    ...changes,
  });
}

async function asked(repository: string): Promise<{ args: string[]; against: unknown }[]> {
  const file = join(folder, repository, "cli", "asked.jsonl");
  if (!existsSync(file)) return [];
  return (await readFile(file, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

it("previews each stack against what the base's own code says of it, in every format", async () => {
  expect(await previews(["one-0", "two-0"])).toBe(0);
  expect((await asked("base")).map(({ args }) => args)).toEqual(
    ["one-0", "two-0"].map((stack) => ["preview", "--cwd", join(folder, "base"), "--stack", stack, "--json"]),
  );
  expect((await asked("head")).map(({ against }) => against)).toEqual([{ base: "one-0" }, { base: "two-0" }]);
  expect((await readdir(join(folder, "results"))).toSorted()).toEqual(
    ["one-0", "two-0"].flatMap((name) => ["json", "md", "sarif"].map((end) => `${name}.${end}`)),
  );
  // The base's documents are gone: nothing is kept but results.
  expect((await readdir(folder)).toSorted()).toEqual(["base", "head", "results"]);
});

it("isolates what the pull request runs, and not the reviewed base, which may not know how", async () => {
  await previews(["one-0"], { isolate: "namespaces" });
  expect((await asked("head")).map(({ args }) => args.includes("--isolate=namespaces"))).toEqual([true]);
  expect((await asked("base")).map(({ args }) => args.includes("--isolate=namespaces"))).toEqual([false]);
});

it.each([
  [["a-0", "b-0"], 0],
  [["a-1", "b-0"], 1],
  [["a-0", "b-2", "c-1"], 2],
])("of %j ends with the worst status, %i, and previews all the same", async (stacks, status) => {
  expect(await previews(stacks)).toBe(status);
  expect(await asked("head")).toHaveLength(stacks.length);
});

it("compares with nothing where the base cannot be previewed", async () => {
  await previews(["a-2"]);
  expect(await asked("head")).toMatchObject([{ against: null }]);
});

it.each([
  ["has no such project", { stacks: [{ name: "new", project: "delivery", program: "p", stack: "new-0" }] }],
  ["is not there", { base: undefined }],
])("compares with nothing where the base %s", async (_, changes) => {
  expect(await previews(["a-0"], changes)).toBe(0);
  expect(await asked("base")).toEqual([]);
  expect(await asked("head")).toMatchObject([{ against: null }]);
});

it.each([
  ["has no such command, as for the pull request that introduces it", undefined],
  ["has a command that says nothing", "process.exitCode = 1;"],
])("compares with nothing where the base %s", async (_, program) => {
  const file = join(folder, "base", "cli", "optropic.js");
  if (program === undefined) await rm(file);
  else await writeFile(file, program);
  expect(await previews(["a-0"])).toBe(0);
  expect(await asked("head")).toMatchObject([{ against: null }]);
});

it("leaves no result of an earlier run", async () => {
  await previews(["old-0"]);
  await previews(["new-0"]);
  expect((await readdir(join(folder, "results"))).every((file) => file.startsWith("new-0."))).toBe(true);
});

it("adds the Markdown to the summary of the step, and says what has none", async () => {
  const summary = join(folder, "summary.md");
  await writeFile(summary, "before\n");
  await previews(["a-0"], { summary });
  await rm(join(folder, "head", "cli", "optropic.js"));
  await previews(["b-0"], { summary });
  expect(await readFile(summary, "utf8")).toBe("before\npreview of a-0\n**b-0**: no result.\n");
});

it("says in the results what they are about", async () => {
  const claim = { run: 1, attempt: 1, pullRequest: 42, head: "a".repeat(40), base: null };
  await previews(["a-0"], { claim });
  expect(JSON.parse(await readFile(join(folder, "results", "run.json"), "utf8"))).toEqual(claim);
});
