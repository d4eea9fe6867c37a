import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, it } from "vitest";

// The files that guests load are CommonJS, and change what the modules of an SDK export.
const requireHost = createRequire(join(import.meta.dirname, "..", "..", "preview", "host", "package.json"));
const folder = mkdtempSync(join(tmpdir(), "late-"));

afterAll(() => rmSync(folder, { recursive: true }));

/** Writes CommonJS modules. @returns a path of one of them */
function write(name: string, files: Record<string, string>): (path: string) => string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name, path)), { recursive: true });
    writeFileSync(join(folder, name, path), text);
  }
  return (path) => join(folder, name, path);
}

it("loads what the SDK needs to serialize functions when something of it is read, and gives it to others as ever", () => {
  const path = write("sdk", {
    "typescript-shim.js":
      "globalThis.lateLoads = (globalThis.lateLoads ?? 0) + 1;\nexports.version = '1.2.3';\n",
    "node_modules/@npmcli/arborist/index.js":
      "globalThis.lateLoads = (globalThis.lateLoads ?? 0) + 1;\nmodule.exports = class { tree = 'read'; };\nmodule.exports.Arborist = module.exports;\n",
    "runtime/closure/codePaths.js":
      "const a = require('@npmcli/arborist');\nconst ts = require('../../typescript-shim');\nexports.use = () => [new a.Arborist().tree, new a().tree, ts.version, 'version' in ts];\n",
    "node_modules/semver/index.js": "exports.major = (text) => Number(text.split('.')[0]);\n",
    "runtime/rpc.js": "exports.major = require('semver').major('3.40.0');\n",
  });
  const loads = (): unknown => Reflect.get(globalThis, "lateLoads");
  const late: (sdk: string, load: () => void) => void = requireHost("./lazy.cjs");
  late(path("."), () => {
    requireHost(path("runtime/closure/codePaths.js"));
    // What an older SDK uses as it is loaded is there.
    expect(requireHost(path("runtime/rpc.js")).major).toBe(3);
  });
  expect(loads()).toBeUndefined();
  expect(requireHost(path("typescript-shim.js"))).toEqual({ version: "1.2.3" });
  expect(loads()).toBe(1);
  expect(requireHost(path("runtime/closure/codePaths.js")).use()).toEqual(["read", "read", "1.2.3", true]);
  expect(loads()).toBe(2);
});

it("registers ts-node at the first TypeScript file that a pack requires", () => {
  const path = write("compiler", {
    "tsutils.js":
      "exports.typeScriptRequireStrings = () => ({ typescriptRequire: 'typescript', tsnodeRequire: './ts-node.js' });\n",
    "ts-node.js":
      "exports.registered = [];\nexports.register = (options) => {\n  exports.registered.push(options);\n  require.extensions['.ts'] = (module, path) => { module.exports = { compiled: path }; };\n};\n",
    "node_modules/typescript/package.json": '{"version":"6.1.0"}',
    "entry.ts": "export const never: string = 'as it is';\n",
  });
  const late: (sdk: string) => void = requireHost("./compiler.cjs");
  const cwd = process.cwd;
  const before = { ...Reflect.get(Module, "_extensions") };
  try {
    process.cwd = () => folder;
    late(path("."));
    const strings = requireHost(path("tsutils.js")).typeScriptRequireStrings();
    const host = requireHost(strings.tsnodeRequire);
    expect(requireHost(strings.typescriptRequire).version).toBe("6.1.0");
    host.register({ compiler: strings.typescriptRequire, typeCheck: true });
    const { registered } = requireHost(path("ts-node.js"));
    expect(registered).toEqual([]);
    expect(requireHost(path("entry.ts"))).toEqual({ compiled: path("entry.ts") });
    expect(registered).toEqual([{ compiler: "typescript", typeCheck: true }]);
  } finally {
    process.cwd = cwd;
    const extensions = Reflect.get(Module, "_extensions");
    for (const name of Object.keys(extensions)) delete extensions[name];
    Object.assign(extensions, before);
  }
});

it("makes the properties of a resource for each policy, and for all but the first when they are read", () => {
  const path = write("inputs", {
    "@pulumi/policy/deserialize.js":
      "exports.made = 0;\nexports.deserializeProperties = (struct) => { exports.made += 1; return { ...struct, list: [1] }; };\n",
  });
  const policy = requireHost(path("@pulumi/policy/deserialize.js"));
  requireHost("./inputs.cjs")();
  const struct = { name: "one" };
  policy.deserializeProperties(struct, false).list.push(2);
  const [second, third] = [0, 1].map(() => policy.deserializeProperties(struct, false));
  expect(policy.made).toBe(1);
  second.list.push(3);
  delete second.name;
  expect([second, Object.keys(second), "name" in second]).toEqual([{ list: [1, 3] }, ["list"], false]);
  expect(policy.made).toBe(2);
  expect(Object.isFrozen(Object.freeze(third))).toBe(true);
  expect(third).toEqual({ name: "one", list: [1] });
  policy.deserializeProperties(struct, true);
  expect(policy.made).toBe(4);
});
