import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { argumentsOf, readInputs } from "../../pull-requests/action.ts";
import { type Ended, ended } from "../cli/command.ts";
import { pack, program } from "../preview/harness.ts";
import { readSarif } from "../preview/report/sarif-schema.ts";

const root = join(import.meta.dirname, "..", "..");
const file = z
  .looseObject({
    inputs: z.record(z.string(), z.looseObject({ default: z.string() })),
    outputs: z.record(z.string(), z.looseObject({ value: z.string() })),
    runs: z.looseObject({
      steps: z.array(
        z.looseObject({ id: z.string().optional(), run: z.string(), env: z.record(z.string(), z.string()) }),
      ),
    }),
  })
  .parse(parse(await readFile(join(root, "action.yml"), "utf8")));
const previewStep = file.runs.steps.find(({ id }) => id === "preview");

let workspace: string;

beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), "action-"));
});

afterEach(() => rm(workspace, { recursive: true }));

/** Runs the step that previews as the runner does. */
async function runAction(given: Record<string, string>): Promise<Ended & { outputs: string }> {
  return runSteps(file.runs.steps.slice(-1), given);
}

/** Runs steps as the runner does, until one fails: inputs and their defaults in its variables, its script in bash. */
async function runSteps(
  steps: typeof file.runs.steps,
  given: Record<string, string>,
  environment: NodeJS.ProcessEnv = {},
): Promise<Ended & { outputs: string }> {
  const outputs = join(workspace, "outputs");
  const values: Record<string, string> = { "github.action_path": root };
  for (const [name, input] of Object.entries(file.inputs)) {
    values[`inputs.${name}`] = given[name] ?? input.default;
  }
  let end: Ended | undefined;
  for (const step of steps) {
    const env = Object.fromEntries(
      Object.entries(step.env).map(([name, value]) => [
        name,
        value.replace(/^\$\{\{ (.*) \}\}$/, (_, expression: string) => values[expression] ?? "?"),
      ]),
    );
    end = await ended(
      spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run], {
        cwd: workspace,
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          ...process.env,
          ...env,
          GITHUB_WORKSPACE: workspace,
          GITHUB_OUTPUT: outputs,
          GITHUB_ACTIONS: "true",
          GITHUB_STEP_SUMMARY: join(workspace, "summary"),
          ...environment,
        },
      }),
    );
    if (end.status !== 0) break;
  }
  if (end === undefined) throw new Error("The action has no step");
  return { ...end, outputs: existsSync(outputs) ? await readFile(outputs, "utf8") : "" };
}

describe("the action", () => {
  it("judges a program of another folder with the checklist", async () => {
    const end = await runAction({ "working-directory": join(root, "delivery") });
    expect(end).toMatchObject({ status: 0, outputs: "status=holds\nreport=\n" });
  });

  it("fails with the item that a setting breaks", async () => {
    const end = await runAction({
      "working-directory": join(root, "delivery"),
      config: "repository.review.approvals=0\n",
    });
    expect(end).toMatchObject({ status: 1, outputs: "status=does-not-hold\nreport=\n" });
    expect(end.stdout).toContain("1.5");
    expect(end.stdout).toMatch(
      /^::error file=[\w./-]+,line=\d+,title=pull-request-approved::.*%0AExpected: .*%0AFix: /m,
    );
    expect(await readFile(join(workspace, "summary"), "utf8")).toContain(
      "### ❌ Refused: preview of `optropic-delivery`",
    );
  });

  it("cannot tell with a Node.js that is too old, whatever the caller's path has", async () => {
    const bin = join(workspace, "bin");
    await mkdir(bin);
    await writeFile(join(bin, "node"), '#!/bin/sh\n[ "$1" = --version ] && echo v20.19.0\nexit 1\n', {
      mode: 0o755,
    });
    const outputs = join(workspace, "outputs");
    const end = await ended(
      spawn("bash", [join(root, ".ci", "action")], {
        stdio: ["ignore", "pipe", "pipe"],
        env: { PATH: `${bin}:/usr/bin:/bin`, GITHUB_OUTPUT: outputs },
      }),
    );
    expect(end).toMatchObject({
      status: 2,
      stdout: expect.stringMatching(/^::error .*22\.18 or newer.*v20\.19\.0/),
    });
    expect(await readFile(outputs, "utf8")).toBe("status=could-not-tell\nreport=\n");
  });

  it("cannot tell where there is no program", async () => {
    const end = await runAction({});
    expect(end).toMatchObject({ status: 2, outputs: "status=could-not-tell\nreport=\n" });
  });

  it("judges another repository's program by that one's pack, into the files and folders that it names", async () => {
    await cp(program("small"), join(workspace, "infrastructure"), { recursive: true });
    await symlink(join(root, "node_modules"), join(workspace, "node_modules"));
    const end = await runAction({
      "working-directory": "infrastructure",
      stack: "dev",
      "policy-pack": `${pack("configured")}\r\n`,
      output: "reports/preview.md\nreports/scan/preview.sarif\n",
    });
    const report = join(workspace, "reports", "preview.md");
    expect(end).toMatchObject({ status: 1, outputs: `status=does-not-hold\nreport=${report}\n` });
    expect((await readdir(join(workspace, "reports"), { recursive: true })).toSorted()).toEqual([
      "preview.md",
      "scan",
      "scan/preview.sarif",
    ]);
    expect(await readFile(report, "utf8")).toContain("### ❌ Refused: preview of `small`, stack `dev`");
    const { results = [] } = readSarif(await readFile(join(workspace, "reports/scan/preview.sarif"), "utf8"));
    expect(results.map(({ ruleId }) => ruleId)).toContain("configured/as-it-is");
  });

  it("installs its packages without their scripts, but for Node.js, and then judges another repository's program", async () => {
    const bin = join(workspace, "bin");
    const calls = join(workspace, "calls");
    await mkdir(bin);
    // The packages are there; npm itself would fetch them anew.
    const script = `#!/bin/bash\ncase "$1" in ci | rebuild) echo "$@" >>'${calls}' ;; *) PATH="\${PATH#*:}" exec npm "$@" ;; esac\n`;
    await writeFile(join(bin, "npm"), script, { mode: 0o755 });
    await cp(program("small"), join(workspace, "infrastructure"), { recursive: true });
    await symlink(join(root, "node_modules"), join(workspace, "node_modules"));
    const given = { "working-directory": "infrastructure", stack: "dev", "policy-pack": pack("configured") };
    const end = await runSteps(file.runs.steps, given, { PATH: `${bin}:${process.env.PATH}` });
    expect(end).toMatchObject({ status: 1, outputs: "status=does-not-hold\nreport=\n" });
    expect((await readFile(calls, "utf8")).split("\n")).toEqual([
      `ci --prefix ${root} --include=dev --ignore-scripts --no-audit --no-fund`,
      `rebuild --prefix ${root} --ignore-scripts=false node`,
      "",
    ]);
  });

  it.each([
    [
      "an input is too long",
      { stack: "x".repeat(201) },
      /The inputs of the action are invalid:\n.*\n.*STACK/,
    ],
    ["a folder cannot be made", { output: "/dev/null/preview.md" }, /\/dev\/null/],
  ])("cannot tell, and says why, where %s", async (_, given: Record<string, string>, message) => {
    const end = await runAction({ "working-directory": root, ...given });
    expect(end).toMatchObject({ status: 2, outputs: "status=could-not-tell\nreport=\n" });
    expect(end.stderr).toMatch(message);
  });

  it.each(["stack and settings", "all of them at once"])("runs no input: %s", async (which) => {
    const mark = join(workspace, "mark");
    const attack = `$(touch ${mark}); touch ${mark} \`touch ${mark}\` "; touch ${mark} #`;
    const every = Object.keys(file.inputs).map((name) => [name, `x${attack}\n${attack}\n--help`]);
    const some = { "working-directory": root, stack: attack, config: `x=${attack}` };
    const end = await runAction(which === "stack and settings" ? some : Object.fromEntries(every));
    expect(end.status).toBe(2);
    expect(end.outputs).toMatch(/^status=could-not-tell\nreport=.*\n$/);
    expect(existsSync(mark)).toBe(false);
  });

  it("has a variable for each of its inputs, which is read", () => {
    const names = Object.keys(previewStep?.env ?? {}).filter((name) => name.startsWith("OPTROPIC_INPUT_"));
    expect(names.map((name) => name.slice("OPTROPIC_INPUT_".length))).toEqual(
      Object.keys(file.inputs).map((name) => name.toUpperCase().replaceAll("-", "_")),
    );
    expect(Object.keys(readInputs({})).toSorted()).toEqual(
      names.map((name) => name.slice("OPTROPIC_INPUT_".length)).toSorted(),
    );
  });

  it("takes several packs, settings and files, from the workspace on", () => {
    const inputs = readInputs({
      OPTROPIC_INPUT_WORKING_DIRECTORY: "infra",
      OPTROPIC_INPUT_STACK: "staging",
      OPTROPIC_INPUT_POLICY_PACK: "one\r\n\n/two\n",
      OPTROPIC_INPUT_POLICY_PACK_CONFIG: "one.json\n",
      OPTROPIC_INPUT_CONFIG: "a=1\n--state=b",
      OPTROPIC_INPUT_STACK_OUTPUT: "network:id=7",
      OPTROPIC_INPUT_STATE: "state.json",
      OPTROPIC_INPUT_FORMAT: "json",
      OPTROPIC_INPUT_DIFF: "base.json",
      OPTROPIC_INPUT_OUTPUT: "out/preview.md\nout/preview.sarif",
      OPTROPIC_INPUT_ENV: "REGION\nZONE",
      OPTROPIC_INPUT_READ: "shared",
    });
    expect(argumentsOf(inputs, "/w")).toEqual([
      "preview",
      "--cwd=/w/infra",
      "--stack=staging",
      "--policy-pack=/w/one",
      "--policy-pack=/two",
      "--policy-pack-config=/w/one.json",
      "--config=a=1",
      "--config=--state=b",
      "--stack-output=network:id=7",
      "--state=/w/state.json",
      "--format=json",
      "--diff=/w/base.json",
      "--isolate=namespaces",
      "--env=REGION",
      "--env=ZONE",
      "--read=/w/shared",
      "--output=/w/out/preview.md",
      "--output=/w/out/preview.sarif",
    ]);
  });

  it("isolates what it runs, unless it is told that the code is to be trusted", () => {
    const isolated = (value: string) => argumentsOf(readInputs({ OPTROPIC_INPUT_ISOLATE: value }), "/w");
    expect(argumentsOf(readInputs({}), "/w")).toContain("--isolate=namespaces");
    expect(isolated("permissions")).toContain("--isolate=permissions");
    expect(isolated("none").join(" ")).not.toContain("--isolate");
    expect(() => isolated("off")).toThrow(/ISOLATE/);
  });
});
