import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import type { PreviewDocument } from "../../preview/index.ts";
import { makePackage } from "../../tools/package.ts";
import { type Estate, startEstate } from "../vendors/fake/estate.ts";

const root = join(import.meta.dirname, "..", "..");
const example = join(root, "examples", "judge-only");
const folder = mkdtempSync(join(tmpdir(), "package-"));
const repository = join(folder, "shop");
const modules = join(repository, "node_modules");
const run = promisify(execFile);

let estate: Estate;

/** The example with the package as npm packs it, and beside it what npm would install for both. */
beforeAll(async () => {
  estate = await startEstate();
  await makePackage(join(folder, "package"));
  const packing = ["pack", "--offline", "--ignore-scripts", "--json", join(folder, "package")];
  const { stdout } = await run("npm", packing, { cwd: folder });
  const [{ filename }] = JSON.parse(stdout);
  cpSync(example, repository, { recursive: true });
  mkdirSync(join(modules, "optropic"), { recursive: true });
  await run("tar", ["-xzf", join(folder, filename), "-C", join(modules, "optropic"), "--strip-components=1"]);
  const needed = Object.keys(
    JSON.parse(readFileSync(join(modules, "optropic", "package.json"), "utf8")).dependencies,
  );
  for (const name of readdirSync(join(root, "node_modules")).filter((one) => !one.startsWith("."))) {
    if (name !== "optropic") symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  for (const name of needed) expect(existsSync(join(modules, name))).toBe(true);
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await estate.stop();
});

async function optropic(args: readonly string[]): Promise<{ status: number; document: PreviewDocument }> {
  const command = join(modules, "optropic", "cli", "optropic.js");
  const env = { ...process.env, ...estate.environment };
  const ended = await run(process.execPath, [command, ...args, "--json"], {
    cwd: repository,
    env,
    maxBuffer: 1e8,
  }).then(
    ({ stdout }) => ({ status: 0, stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      status: error.code,
      stdout: error.stdout,
    }),
  );
  return { status: ended.status, document: JSON.parse(ended.stdout) };
}

it("judges the program of the repository that installed it, with the checklist", async () => {
  const { jobs } = parse(readFileSync(join(repository, ".github", "workflows", "checklist.yml"), "utf8"));
  const line: string = jobs.judge.steps.at(-1).run;
  const [npx, command, ...args] = line.split(" ");
  expect([npx, command]).toEqual(["npx", "optropic"]);
  const { status, document } = await optropic(args);
  expect({ status, project: document.project, stack: document.stack }).toEqual({
    ...{ status: 0, project: "shop", stack: "live" },
  });
  const found = document.findings?.find(({ message }) => message === "The minimum TLS version is 1.0.");
  expect(found).toMatchObject({ enforcement: "advisory", items: ["4.1"] });
});

it("judges what the vendors have, with the types of providers that have no package on npm", async () => {
  const { status, document } = await optropic(["judge", "--without", "pagerduty"]);
  expect(status).toBe(1);
  expect(document.resources.some(({ type }) => type === "cloudflare:index/ruleset:Ruleset")).toBe(true);
});
