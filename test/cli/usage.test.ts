import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { allCommands } from "../../cli/main.ts";
import { runHere } from "./here.ts";

async function refused(args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runHere(args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  return stderr;
}

describe("an unknown command", () => {
  it.each([
    [["nope"], "error: unknown command 'nope'"],
    [["help", "nope"], "error: unknown command 'nope'"],
    [["nope", "--help"], "error: unknown command 'nope'"],
    [["help", "previw"], "error: unknown command 'previw' (Did you mean preview?)"],
    [["help", "evidence", "verfy"], "error: unknown command 'verfy' (Did you mean verify?)"],
    [["migrate", "help", "lnit"], "error: unknown command 'lnit' (Did you mean lint?)"],
    [["export", "render.yml", "-h"], "error: unknown command 'render.yml' (Did you mean render.yaml?)"],
  ])("is named in one line, with the nearest: %j", async (args, line) => {
    expect(await refused(args)).toBe(`${line}\n`);
  });

  it("is named in a document too", async () => {
    const { status, stdout } = await runHere(["evidence", "verfy", "--json"]);
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      error: { failure: "usage", message: "unknown command 'verfy' (Did you mean verify?)" },
    });
  });
});

it.each([["-f", "json"], ["-fjson"], ["--format", "json"], ["--format=json"], ["--json"]])(
  "a wrong command line that asks for a document gets one: %s %s",
  async (...format) => {
    const { status, stdout } = await runHere(["preview", ...format, "--bogus"]);
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      error: { failure: "usage", message: "unknown option '--bogus'" },
    });
  },
);

it.each([
  [["help", "preview"], "Usage: optropic preview"],
  [["help", "evidence", "verify"], "Usage: optropic evidence verify"],
  [["evidence", "help", "verify"], "Usage: optropic evidence verify"],
  [["help", "evidence"], "Usage: optropic evidence"],
  [["help"], "Usage: optropic [options]"],
])("help is of the command that is named: %j", async (args, begins) => {
  const { status, stdout, stderr } = await runHere(args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout.startsWith(begins)).toBe(true);
});

describe("an unknown option", async () => {
  const names = (await allCommands()).flatMap((command) =>
    command.commands.length === 0
      ? [[command.name()]]
      : command.commands.map((below) => [command.name(), below.name()]),
  );

  it.each(names.map((name) => [name.join(" "), name] as const))(
    "is said before anything that is missing: %s",
    async (_, name) => {
      expect(await refused([...name, "--nope"])).toMatch(/^error: unknown option '--nope'/);
    },
  );
});

it.each([
  [["restore"], "--target <url>"],
  [["release"], "--version <version>"],
  [["watch"], "--since <time>"],
  [["import"], "--plan"],
  [["evidence", "load-test", "summary.json"], "--target <url>"],
])("a required option is missed: %j", async (args, option) => {
  expect(await refused(args)).toBe(`error: required option '${option}' not specified\n`);
});

it.each([
  ["drill", "--at", "2026-02-31", "Expected a time such as"],
  ["restore", "--at", "2026-02-29T12:00:00+02:00", "Expected a time such as"],
  ["drill", "--timeout", "0x10", "Expected a number of minutes up to 10080."],
  ["backup", "--timeout", "  5 ", "Expected a number of minutes up to 10080."],
  ["restore", "--jobs", "1e1", "Expected a number from 1 to 64."],
  ["preview", "--timeout", "1e3", "Expected a number of seconds up to 86400."],
])("a value that is not written plainly or does not exist is refused: %s %s %j", async (...given) => {
  const [name, option, value, expected] = given;
  const said = await refused([name, option, value]);
  expect(said).toContain(`argument '${value}' is invalid. ${expected}`);
});

it.each([
  ["notaurl", "is not a postgresql:// URL"],
  ["postgresql://a@db.example.com:99999/b", "check its host and port"],
  ["postgresql://a:b@db.example.com/c", "contains a password"],
])("a target that cannot be one is refused before an identity is missed: %s", async (target, why) => {
  const said = await refused(["restore", "--target", target]);
  expect(said).toContain(why);
  expect(said).not.toContain("identity");
});

it("cannot tell of migrations that are not there", async () => {
  const empty = mkdtempSync(join(tmpdir(), "migrations-"));
  const said = await refused(["migrate", "lint", "--folder", empty]);
  expect(said).toBe(
    `error: There are no migrations in ${empty}, so nothing was linted: name their folder with --folder\n`,
  );
  rmSync(empty, { recursive: true });
});

it("cannot tell of artifacts without GitHub's gh", async () => {
  const { status, stdout, stderr } = await runHere(["evidence", "collect"], { PATH: "/nowhere" });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^error: GitHub's gh is not installed: install it/);
});

it("cannot use a folder for temporary files that is not there", async () => {
  const folder = mkdtempSync(join(tmpdir(), "migrations-"));
  mkdirSync(join(folder, "1"));
  writeFileSync(join(folder, "1", "migration.sql"), "create table a ();\n");
  const said = await runHere(["migrate", "lint", "--folder", folder], { TMPDIR: "/nowhere" });
  rmSync(folder, { recursive: true });
  expect(said).toMatchObject({ status: 2, stdout: "" });
  expect(said.stderr).toBe(
    "error: Cannot create a folder in /nowhere (TMPDIR): there is no such folder; create it, or name another\n",
  );
});
