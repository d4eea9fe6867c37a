import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Command, CommanderError, type OptionValues } from "commander";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { items } from "../../checklist/items.ts";
import { commands } from "../../cli/main.ts";
import packageJson from "../../package.json" with { type: "json" };
import { judge, refusing } from "../recording/judge.ts";
import { recordDelivery, recordPlatform } from "../recording/stacks.ts";

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

/** What npm, npx or sudo is called with on each command line, as one shell reads all of them. */
function callsIn(lines: readonly string[]): string[][][] {
  const script = `
    npm() { printf '%s\\0' npm "$@" >&3; printf '\\n' >&3; }
    npx() { printf '%s\\0' npx "$@" >&3; printf '\\n' >&3; }
    git() { :; }
    jq() { :; }
    sudo() { printf '%s\\0' sudo "$@" >&3; printf '\\n' >&3; }
    for line; do (eval "$line"); printf '\\f' >&3; done`;
  const { output } = spawnSync("/bin/bash", ["-c", script, "bash", ...lines], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    encoding: "utf8",
    env: { PATH: "" },
  });
  const perLine = String(output[3]).split("\f").slice(0, -1);
  return perLine.map((calls) =>
    calls
      .split("\n")
      .slice(0, -1)
      .map((call) => call.split("\0").slice(0, -1)),
  );
}

/** Values for what a page leaves to its reader, where the parser checks them. */
const examples: ReadonlyMap<string, string> = new Map([["TIME", "2026-11-27T12:00:00Z"]]);

/** Has the parser of a subcommand read the arguments, and does nothing with them but return the options. */
async function parse([name = "", ...args]: readonly string[], isComplete: boolean): Promise<OptionValues> {
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
  return command.opts();
}

function idle(command: Command): Command {
  for (const each of command.commands) idle(each);
  if (command.commands.length === 0) command.action(() => {});
  return command.exitOverride().configureOutput({ writeErr: () => {} });
}

const pages = ["README.md", ...globSync("docs/**/*.md", { cwd: root }).sort()].map((path) => {
  return { path, lines: linesOf(readFileSync(join(root, path), "utf8")) };
});
const calledIn = new Map<Line, string[][]>();
const allLines = pages.flatMap(({ lines }) => lines);
for (const [index, calls] of callsIn(allLines.map(({ text }) => text)).entries()) {
  const line = allLines[index];
  if (line !== undefined) calledIn.set(line, calls);
}
const callsOf = (line: Line): string[][] => calledIn.get(line) ?? [];

describe.each(pages.filter(({ lines }) => lines.length > 0))("the command lines of $path", ({ lines }) => {
  it("are read by a shell", () => {
    expect(lines.filter((line) => callsOf(line).length === 0)).toEqual([]);
  });

  it("name subcommands and options that optropic has", async () => {
    for (const line of lines) {
      for (const [program, name, ...args] of callsOf(line)) {
        if (program !== "npx" || name !== "optropic") continue;
        await expect(parse(args, line.isComplete), args.join(" ")).resolves.toBeDefined();
      }
    }
  });

  it("name scripts that the package has", () => {
    // The API that the settings describe has a script of its own.
    const scripts = [...Object.keys(packageJson.scripts), "start"];
    for (const [program, name, script] of lines.flatMap(callsOf)) {
      if (program === "npm" && name === "run") expect(scripts).toContain(script);
    }
  });
});

describe("the README's lines to try", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [, section = ""] = /^## Try it\n(.*?)^## /ms.exec(readme) ?? [];
  const texts = linesOf(section).flatMap(({ text, isComplete }) => (isComplete ? [text] : []));
  const calls = callsIn(texts);
  const tried = texts.map((line, index) => {
    const [[, , ...args] = []] = calls[index] ?? [];
    return { line, args, items: /# (.*)$/.exec(line)?.[1]?.split(", ") ?? [] };
  });

  it("are there", () => {
    expect(tried.length).toBeGreaterThan(5);
  });

  // Without the processes of a preview, which take seconds for each line.
  it.each(tried)("$line", async ({ args, items: refused }) => {
    const { cwd, stack, config } = previewOptions.parse(await parse(args, true));
    const { resources, context } = await (resolve(root, cwd) === join(root, "delivery")
      ? recordDelivery(...config)
      : recordPlatform(stack[0], ...config));
    const found = new Set<string>(refusing(judge(resources, context)).flatMap(({ policy }) => policy.items));
    expect(items.map(({ id }) => id).filter((id) => found.has(id))).toEqual(refused);
  });
});

/** What of the options of a preview says which stack is judged. */
const previewOptions = z.object({
  cwd: z.string(),
  stack: z.array(z.string()).max(1).default(["production"]),
  config: z.array(z.string()),
});
