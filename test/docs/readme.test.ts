import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, CommanderError } from "commander";
import { afterAll, describe, expect, it } from "vitest";
import { commands } from "../../cli/main.ts";
import packageJson from "../../package.json" with { type: "json" };
import type { PreviewDocument } from "../../preview/index.ts";
import { ended, start } from "../cli/command.ts";

const root = join(import.meta.dirname, "..", "..");

interface Line {
  readonly text: string;
  /** Whether it is in a block of shell. One between backticks may name a subcommand without all that it needs. */
  readonly isComplete: boolean;
}

/** Every command line of a page that is in a block of shell or between backticks. */
function linesOf(page: string): Line[] {
  const blocks = [...page.matchAll(/^ *```sh\n(.*?)^ *```$/gms)].flatMap(([, block = ""]) =>
    block.replaceAll(/\\\n\s*/g, "").split("\n"),
  );
  const inline = [...page.matchAll(/`(np[mx] [^`]+)`/g)].map(([, text = ""]) => text);
  return [
    ...blocks.filter((text) => /\bnp[mx] /.test(text)).map((text) => ({ text, isComplete: true })),
    ...inline.map((text) => ({ text, isComplete: false })),
  ];
}

/** What npm or npx is called with on a command line, as a shell reads it. */
function callsIn(line: string): string[][] {
  const script = `
    npm() { printf '%s\\0' npm "$@" >&3; printf '\\n' >&3; }
    npx() { printf '%s\\0' npx "$@" >&3; printf '\\n' >&3; }
    git() { :; }
    jq() { :; }
    sudo() { :; }
    ${line}`;
  const { output } = spawnSync("/bin/bash", ["-c", script], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    encoding: "utf8",
    env: { PATH: "" },
  });
  const calls = String(output[3]).split("\n").slice(0, -1);
  return calls.map((call) => call.split("\0").slice(0, -1));
}

/** Values for what a page leaves to its reader, where the parser checks them. */
const examples: ReadonlyMap<string, string> = new Map([["TIME", "2026-11-27T12:00:00Z"]]);

/** Has the parser of a subcommand read the arguments, and does nothing with them. */
async function parse([name = "", ...args]: readonly string[], isComplete: boolean): Promise<void> {
  const command = await commands.get(name)?.();
  if (command === undefined) throw new Error(`optropic has no subcommand ${name}`);
  const given = args.map((arg) => examples.get(arg) ?? arg);
  try {
    await idle(command).parseAsync(given, { from: "user" });
  } catch (error) {
    const isLacking =
      error instanceof CommanderError && error.code === "commander.missingMandatoryOptionValue";
    if (isComplete || !isLacking) throw error;
  }
}

function idle(command: Command): Command {
  for (const each of command.commands) idle(each);
  if (command.commands.length === 0) command.action(() => {});
  return command.exitOverride().configureOutput({ writeErr: () => {} });
}

const pages = ["README.md", ...globSync("docs/**/*.md", { cwd: root }).sort()].map((path) => {
  const lines = linesOf(readFileSync(join(root, path), "utf8"));
  const calls = lines.flatMap(({ text, isComplete }) =>
    callsIn(text).map((words) => ({ words, isComplete })),
  );
  return { path, lines, calls };
});

describe.each(pages.filter(({ lines }) => lines.length > 0))(
  "the command lines of $path",
  ({ lines, calls }) => {
    it("are read by a shell", () => {
      expect(calls.length).toBeGreaterThanOrEqual(lines.length);
    });

    it("name subcommands and options that optropic has", async () => {
      for (const { words, isComplete } of calls) {
        const [program, name, ...args] = words;
        if (program !== "npx" || name !== "optropic") continue;
        await expect(parse(args, isComplete), args.join(" ")).resolves.toBeUndefined();
      }
    });

    it("name scripts that the package has", () => {
      // The API that the settings describe has a script of its own.
      const scripts = [...Object.keys(packageJson.scripts), "start"];
      for (const { words } of calls) {
        const [program, name, script] = words;
        if (program === "npm" && name === "run") expect(scripts).toContain(script);
      }
    });
  },
);

describe("the README's lines to try", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [, section = ""] = /^## Try it\n(.*?)^## /ms.exec(readme) ?? [];
  const folder = mkdtempSync(join(tmpdir(), "readme-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  const tried = linesOf(section)
    .filter(({ isComplete }) => isComplete)
    .map(({ text }) => {
      const [, , ...args] = callsIn(text).flat();
      return { line: text, args, items: /# (.*)$/.exec(text)?.[1]?.split(", ") ?? [] };
    });

  it("are there", () => {
    expect(tried.length).toBeGreaterThan(5);
  });

  it.each(tried)("$line", async ({ args, items }) => {
    const writes = args.includes("--output");
    const asks = writes ? args : [...new Set([...args, "--json"])];
    const { status, stdout, stderr } = await ended(start(asks, {}, writes ? folder : root));
    expect(stderr).toBe("");
    expect(status).toBe(items.length > 0 ? 1 : 0);
    for (const [index, arg] of args.entries()) {
      if (args[index - 1] === "--output") expect(existsSync(join(folder, arg)), arg).toBe(true);
    }
    if (writes) return;
    const { policies, summary }: PreviewDocument = JSON.parse(stdout);
    expect(summary.passed).toBeGreaterThan(0);
    const violated = policies
      .filter(({ status, enforcement }) => status === "violated" && enforcement === "mandatory")
      .flatMap((policy) => policy.items);
    expect([...new Set(violated)].sort()).toEqual(items);
  });
});
