import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { main } from "../../cli/main.ts";
import { previewedProduction } from "../recording/recorded.ts";
import { captureConsole } from "./console.ts";

const captured = captureConsole();
let folder: string;
let args: string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "export-"));
  const preview = join(folder, "preview.json");
  writeFileSync(preview, JSON.stringify(await previewedProduction()));
  args = ["export", "render.yaml", "--preview", preview];
});
afterAll(() => rmSync(folder, { recursive: true }));

it("writes render.yaml, finds it equal, and finds a change in it", async () => {
  const file = join(folder, "render.yaml");
  await main([...args, "--output", file]);
  expect(process.exitCode).toBe(0);
  expect(captured.stdout).toBe(`${file}: written, 4 settings left out (named in it)\n`);

  await main([...args, "--check", file]);
  expect(process.exitCode).toBe(0);
  expect(captured.stdout).toContain(`${file} is what production declares at Render.`);

  writeFileSync(file, readFileSync(file, "utf8").replace("plan: standard", "plan: free"));
  await main([...args, "--check", file, "--json"]);
  expect(process.exitCode).toBe(1);
  expect(captured.stdout).toContain('.plan is \\"free\\", and \\"standard\\" is declared');
});

it("refuses to check and write at once, and what it cannot read", async () => {
  await main([...args, "--check", "a", "--output", "b"]);
  expect(process.exitCode).toBe(2);
  expect(captured.stderr).toContain("--check writes nothing");
  await main([...args, "--check", join(folder, "none.yaml")]);
  expect(process.exitCode).toBe(2);
  expect(captured.stderr).toContain("Cannot read --check");
});

it("says of a program that cannot be previewed what a preview says of it", async () => {
  await main(["export", "render.yaml", "--cwd", folder, "--json"]);
  expect(process.exitCode).toBe(2);
  expect(JSON.parse(captured.stdout)).toEqual({
    error: {
      failure: "project",
      message: `no Pulumi.yaml in ${folder}: name the project's folder with --cwd`,
    },
  });
});
