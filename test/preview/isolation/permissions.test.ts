import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { roomForObjects } from "../../../preview/isolation/index.ts";
import { byPermissions } from "../../../preview/isolation/permissions.ts";

const root = mkdtempSync(join(tmpdir(), "permissions-"));
const folder = join(root, "project");
mkdirSync(folder);
writeFileSync(join(folder, "package.json"), "{}");

afterAll(() => rmSync(root, { recursive: true }));

function launch(nodeArgs: readonly string[]) {
  const isolation = byPermissions({ by: "permissions", env: [], read: [] }, root);
  const socket = join(root, "0");
  const runner = join(folder, "package.json");
  return isolation.launch({
    ...{ host: "program", nodeArgs, runner, args: [], cwd: folder, folder, needs: [], socket, env: {} },
  });
}

it.each([
  ...["--allow-fs-write=*", "--allow_child_process", "--no-permission", "--env-file=./.env"],
  ...["--experimental-default-config-file", "--run", "--cpu-prof", "--logfile=/tmp/x", "--inspect"],
])("a project that has Node.js started with %s is refused where that may lift its permissions", (arg) => {
  expect(() => launch(["--no-warnings", arg])).toThrow(`nodeargs has ${arg.replace(/=.*/, "")},`);
});

it("harmless options, and those of the preview, stand behind the permissions", () => {
  const { args } = launch([...roomForObjects, "--import", "./register.mjs", "--max-old-space-size=4096"]);
  expect(args[0]).toBe("--permission");
  expect(args).toContain("--max-old-space-size=4096");
  expect(args.filter((arg) => /^--allow-(?!fs-|inspector$)/.test(arg))).toEqual([]);
});
