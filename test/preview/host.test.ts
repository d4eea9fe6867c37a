import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inspect } from "node:util";
import analyzerPb from "@pulumi/pulumi/proto/analyzer_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { afterAll, expect, it } from "vitest";
import { originsPrefix } from "../../config/origin-message.ts";

// What the preview changes of a guest's SDK must not be seen by the guest's own code.

const requireHost = createRequire(join(import.meta.dirname, "..", "..", "preview", "host", "package.json"));
const folder = mkdtempSync(join(tmpdir(), "host-"));

afterAll(() => rmSync(folder, { recursive: true }));

/** Writes modules of an SDK. @returns its folder */
function sdk(name: string, files: Record<string, string>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name, path)), { recursive: true });
    writeFileSync(join(folder, name, path), text);
  }
  return join(folder, name);
}

const log = {
  "log/index.js": "exports.sent = [];\nexports.debug = async (m) => { exports.sent.push(m); };\n",
};

it("sends of the SDK's debug messages only the preview's own", async () => {
  const path = sdk("quiet", log);
  requireHost("./quiet.cjs")(path);
  const messages = requireHost(join(path, "log/index.js"));
  for (const message of ["Registering resource", `${originsPrefix}{}`, undefined]) {
    await expect(messages.debug(message)).resolves.toBeUndefined();
  }
  expect(messages.sent).toEqual([`${originsPrefix}{}`, undefined]);
});

it("keeps which promises of a program are open, as the SDK does", async () => {
  const path = sdk("promises", {
    "runtime/state.js": "const store = { leakCandidates: new Set() };\nexports.getStore = () => store;\n",
    "runtime/debuggable.js":
      "exports.noted = 0;\nexports.debuggablePromise = (p) => { exports.noted += 1; return p; };\n",
  });
  requireHost("./promises.cjs")(path);
  const debuggable = requireHost(join(path, "runtime/debuggable.js"));
  const { leakCandidates } = requireHost(join(path, "runtime/state.js")).getStore();
  await debuggable.debuggablePromise(Promise.resolve(1));
  const { promise, resolve } = Promise.withResolvers<number>();
  const waiting = debuggable.debuggablePromise(promise);
  const broken = Promise.reject(new Error("broken"));
  const failing = debuggable.debuggablePromise(broken);
  expect([...leakCandidates]).toEqual([promise, broken]);
  resolve(2);
  expect(await waiting).toBe(2);
  await expect(failing).rejects.toMatchObject({ message: "broken", promise: broken });
  expect([leakCandidates.size, debuggable.noted]).toEqual([0, 1]);
});

it("opens the inspector for the first function that is serialized, and names scripts in errors alone", async () => {
  const path = sdk("inspector", {
    ...log,
    "runtime/closure/v8Hooks.js":
      "exports.isInitializedAsync = exports.getSessionAsync = exports.getScriptUrl = () => { throw new Error('open'); };\n",
    "runtime/closure/createClosure.js":
      "const hooks = require('./v8Hooks.js');\nexports.createClosureInfoAsync = async (id) => { await hooks.getSessionAsync(); if (id === undefined) return 'made'; throw new Error('in ' + hooks.getScriptUrl(id)); };\nexports.createClosureInfoAsync.doNotCapture = true;\n",
  });
  requireHost("./inspector.cjs")(path);
  const hooks = requireHost(join(path, "runtime/closure/v8Hooks.js"));
  const maker = requireHost(join(path, "runtime/closure/createClosure.js"));
  await hooks.isInitializedAsync();
  const { sent } = requireHost(join(path, "log/index.js"));
  expect([sent, maker.createClosureInfoAsync.doNotCapture]).toEqual([[], true]);
  expect(await maker.createClosureInfoAsync()).toBe("made");
  expect(await maker.createClosureInfoAsync()).toBe("made");
  expect(sent).toEqual(["optropic:serializes"]);
  expect(hooks.getScriptUrl("1")).toBeUndefined();
  await expect(maker.createClosureInfoAsync("nowhere")).rejects.toThrow("in undefined");
  const session = await hooks.getSessionAsync();
  session.disconnect();
});

interface Args {
  resources: { urn: string; props: Record<string, unknown> }[];
}

it("makes the list of a stack's resources for each policy, and for all but the first when it is read", async () => {
  const compile: unknown = Reflect.get(Module.prototype, "_compile");
  requireHost("./stacks.cjs")();
  const requirePack = createRequire(join(import.meta.dirname, "..", "..", "policies", "package.json"));
  const { makeAnalyzeStackRpcFun } = requirePack("@pulumi/policy/server.js");
  Reflect.set(Module.prototype, "_compile", compile);

  const request = new analyzerPb.AnalyzeStackRequest();
  let reads = 0;
  const resources = ["a", "b"].map((name) => {
    const resource = new analyzerPb.AnalyzerResource();
    resource.setUrn(`urn:pulumi:dev::p::t:i:T::${name}`);
    resource.setOptions(new analyzerPb.AnalyzerResourceOptions());
    resource.setProperties(structPb.Struct.fromJavaScript({ name }));
    const getType = resource.getType.bind(resource);
    resource.getType = () => {
      reads += 1;
      return getType();
    };
    return resource;
  });
  request.setResourcesList(resources);

  const seen: unknown[] = [];
  const policy = (name: string, validateStack: (args: Args) => void) => ({
    ...{ name, description: name, validateStack },
  });
  const policies = [
    policy("changes", ({ resources: list }) => {
      list.reverse().push(...list);
      seen.push(list.length, reads);
    }),
    policy("reads nothing", () => seen.push(reads)),
    policy("reads all", ({ resources: list }) => {
      seen.push(
        Array.isArray(list),
        list.length,
        list.map(({ props }) => props.name),
        reads,
      );
      list.sort((one, other) => (one.urn < other.urn ? 1 : -1)).pop();
      seen.push(
        JSON.stringify(list.map(({ urn }) => urn.slice(-1))),
        Object.keys(list),
        0 in list,
        1 in list,
      );
    }),
    policy("prints", ({ resources: list }) => seen.push(inspect(list).includes("::b"))),
  ];
  const answer = await new Promise((resolve, reject) => {
    makeAnalyzeStackRpcFun(
      "pack",
      "1.0.0",
      "mandatory",
      policies,
    )({ request }, (error: unknown, response: unknown) => (error ? reject(error) : resolve(response)));
  });
  expect(answer).toBeInstanceOf(Object);
  expect(seen).toEqual([4, 2, 2, true, 2, ["a", "b"], 4, '["b"]', ["0"], true, false, true]);
});
