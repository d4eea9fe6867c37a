import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { parse } from "yaml";
import * as z from "zod";
import type { Answers } from "../../adopt/init/answers.ts";
import { foundIn } from "../../adopt/init/found.ts";
import { advisoryPack, packFile, workflow, workflowFile } from "../../adopt/init/judge-only.ts";
import { answerQuestions, type Question, questions } from "../../adopt/init/questions.ts";
import { settingsFrom } from "../../adopt/init/settings.ts";
import { hasToken, tokenlessVendors } from "../../adopt/live/index.ts";
import type { Existing } from "../../adopt/resources.ts";
import { parseSettings } from "../../config/parse.ts";
import { runCommand } from "../../lib/command.ts";
import { exitStatus } from "../../lib/exit.ts";
import { Failure } from "../../lib/failure.ts";
import { jsonLine } from "../../lib/json.ts";
import { camelCase, printable } from "../../lib/text.ts";
import { readState } from "../../preview/index.ts";
import { writeOutput } from "../output.ts";
import { isPackaged, ownFolder } from "../own.ts";
import { existingOf } from "./existing.ts";
import { liveState } from "./live.ts";

export interface InitFlags extends Record<string, unknown> {
  stack: string;
  folder: string;
  from: string[];
  judgeOnly: boolean;
  action?: string;
  yes: boolean;
  force: boolean;
  live: boolean;
  without: string[];
  json: boolean;
}

const template = join(ownFolder, "Pulumi.production.yaml");

/** Writes the files with which a platform that runs already begins. */
export async function runInit(flags: InitFlags): Promise<void> {
  await runCommand({ json: flags.json }, async ({ warn }) => {
    checkStackName(flags.stack);
    const states = flags.from.map(readState);
    for (const warning of states.flatMap(({ warnings }) => warnings)) warn(warning);
    const live = flags.judgeOnly ? [] : await readLive(flags, warn);
    const { files, secrets } = flags.judgeOnly
      ? { files: filesToJudge(flags, states[0]?.path), secrets: [] }
      : await filesToManage(
          flags,
          [...states.flatMap(({ resources }) => resources.map(existingOf)), ...live],
          warn,
        );
    const there = [...files.keys()].filter((name) => existsSync(join(flags.folder, name)));
    if (there.length > 0 && !flags.force)
      throw new Failure(
        "refused",
        `${there.join(" and ")} ${there.length === 1 ? "exists" : "exist"} already: --force writes over ${there.length === 1 ? "it" : "them"}`,
      );
    for (const [name, content] of files) writeOutput(join(flags.folder, name), content, "--folder");
    if (isPackaged && !flags.judgeOnly)
      warn(
        "The settings are for the platform's program, which this package does not have: copy them into a checkout of the checklist, and run the next commands there. A repository with its own program needs --judge-only",
      );
    const next = flags.judgeOnly
      ? nextToJudge(states[0]?.path, flags.action !== undefined, flags.live && hasToken(process.env))
      : nextToManage(flags);
    return {
      status: exitStatus.holds,
      output: flags.json
        ? jsonLine({ files: [...files.keys()], next, ...(secrets.length > 0 && { secrets }) })
        : `${[...section("Written:", [...files.keys()]), "", ...section("Next:", next), ...givenLines(secrets, flags)].join("\n")}\n`,
    };
  });
}

function section(title: string, lines: readonly string[]): string[] {
  return [title, ...lines.map((line) => `  ${line}`)];
}

function givenLines(secrets: readonly string[], { stack }: InitFlags): string[] {
  if (secrets.length === 0) return [];
  const lines = secrets.map((name) => `pulumi config set --stack ${stack} --secret optropic-secrets:${name}`);
  return [
    "",
    ...section("Before the first update, give the secrets that are in use, so that they stay:", lines),
  ];
}

/** A stack's name becomes a part of a file's name: https://www.pulumi.com/docs/iac/concepts/stacks/#stack-naming. */
function checkStackName(stack: string): void {
  if (/^[A-Za-z0-9_][\w.-]{0,99}$/.test(stack)) return;
  throw new Failure(
    "refused",
    `--stack ${printable(stack)} must be at most 100 letters, digits, underscores, dashes and periods`,
  );
}

/** What the vendors have whose tokens are set. */
async function readLive(flags: InitFlags, warn: (message: string) => void): Promise<Existing[]> {
  if (!flags.live || !hasToken(process.env)) return [];
  const without = [...new Set([...flags.without, ...tokenlessVendors(process.env)])];
  const { resources, warnings, untold } = await liveState(
    { grafana: process.env.GRAFANA_URL, ...flags, without },
    { project: "live", stack: flags.stack },
  );
  for (const warning of warnings) warn(warning);
  return resources.filter(({ custom, urn }) => custom && !untold.urns.has(urn)).map(existingOf);
}

/** @throws {Failure} for an action that is not pinned, and for a state that a workflow would not find */
function filesToJudge({ action, stack, folder }: InitFlags, path: string | undefined): Map<string, string> {
  const files = new Map([[packFile, advisoryPack]]);
  if (action === undefined) return files;
  if (!/^[\w.-]+\/[\w.-]+(?:\/[\w.-]+)*@[0-9a-f]{40}$/.test(action))
    throw new Failure(
      "refused",
      `--action ${printable(action)} must be OWNER/NAME@ and a commit of 40 digits`,
    );
  const state = path === undefined ? undefined : relative(resolve(folder), resolve(path));
  if (state !== undefined && (state.startsWith("..") || !/^[\w./-]+$/.test(state)))
    throw new Failure(
      "refused",
      `the workflow cannot read ${printable(state)}: keep the state in the repository, under a plain name`,
    );
  return files.set(workflowFile, workflow({ action, stack, ...(state !== undefined && { state }) }));
}

async function filesToManage(
  flags: InitFlags,
  existing: readonly Existing[],
  warn: (message: string) => void,
): Promise<{ files: Map<string, string>; secrets: readonly string[] }> {
  const given = Object.fromEntries(
    questions.flatMap(({ flag }) => {
      const value = flags[camelCase(flag)] ?? (flag === "grafana" ? process.env.GRAFANA_URL : undefined);
      return typeof value === "string" ? [[flag, value]] : [];
    }),
  );
  const answers = await allAnswers(given, existing, flags);
  const found = foundIn(existing, answers);
  for (const one of found.left) warn(`${one}, so it stays as it is and is not in the settings`);
  const { text, left } = settingsFrom(readFileSync(template, "utf8"), answers, found);
  if (left.length > 0)
    throw new Failure(
      "refused",
      `these settings would still have a value of the example: ${left.join(", ")}`,
    );
  const file = `Pulumi.${flags.stack}.yaml`;
  checkSettings(text, flags.stack);
  const secrets = found.settings["secrets.existing"];
  return {
    files: new Map([
      [file, text],
      [packFile, advisoryPack],
    ]),
    secrets,
  };
}

/** @throws {Failure} for answers that the program would refuse */
function checkSettings(text: string, stack: string): void {
  const { config } = z.object({ config: z.record(z.string(), z.unknown()) }).parse(parse(text));
  const given = Object.entries(config).map(([key, value]): [string, string] => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  parseSettings(Object.fromEntries(given), { namespace: "optropic", stack, isSecret: () => false });
}

async function allAnswers(given: Answers, existing: readonly Existing[], flags: InitFlags): Promise<Answers> {
  let { answers, open } = answerQuestions(given, existing);
  if (open.length === 0) return answers;
  if (flags.yes || flags.json || !process.stdin.isTTY) {
    const missing = open.map(({ flag, text }) => `  --${flag}: ${text}`).join("\n");
    throw new Failure(
      "refused",
      `There is no terminal to ask at, and these answers are missing:\n${missing}`,
    );
  }
  const asked: Record<string, string> = { ...given };
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    while (open.length > 0) {
      for (const question of open) asked[question.flag] = await ask(terminal, question);
      ({ answers, open } = answerQuestions(asked, existing));
    }
    return answers;
  } finally {
    terminal.close();
  }
}

async function ask(terminal: ReturnType<typeof createInterface>, { text }: Question): Promise<string> {
  for (;;) {
    const answer = (await terminal.question(`${text}: `)).trim();
    if (answer !== "") return answer;
  }
}

function nextToJudge(state: string | undefined, hasWorkflow: boolean, isLive: boolean): string[] {
  const what = state === undefined ? "preview --cwd ." : `preview --state ${printable(state)}`;
  return [
    `npx optropic ${state === undefined && isLive ? "judge" : what} --policy-pack-config ${packFile}`,
    hasWorkflow
      ? `git add ${packFile} ${workflowFile}`
      : "npx optropic init --judge-only --force --action OWNER/NAME@COMMIT, to judge every pull request",
    `then raise a policy in ${packFile} from advisory to mandatory once it holds`,
  ];
}

function nextToManage({ stack, from }: InitFlags): string[] {
  const states = from.map((path) => ` --from ${printable(path)}`).join("");
  return [
    `npx optropic preview --stack ${stack} --policy-pack-config ${packFile}`,
    `npx optropic doctor --stack ${stack}${states}`,
    `npx optropic import --plan --stack ${stack}${states}`,
  ];
}
