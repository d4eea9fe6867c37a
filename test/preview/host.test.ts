import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setImmediate as setImmediatePromise } from "node:timers/promises";
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

it("sends no more messages than are kept, and no progress, and says how many were left out", async () => {
  const path = sdk("bounded", {
    "log/index.js": `exports.sent = [];
for (const name of ["debug", "info", "warn", "error"]) exports[name] = async (m) => { exports.sent.push(name + " " + m); };
`,
  });
  requireHost("./quiet.cjs")(path);
  const messages = requireHost(join(path, "log/index.js"));
  await messages.info("progress", undefined, undefined, true);
  for (let count = 0; count < 1300; count += 1)
    await messages[count % 2 === 0 ? "info" : "warn"](`line ${count}`);
  await messages.error("failed");
  await setImmediatePromise();
  expect(messages.sent).toHaveLength(1002);
  expect([messages.sent[0], ...messages.sent.slice(-3)]).toEqual([
    ...["info line 0", "warn line 999", "error failed", "debug optropic:left:300"],
  ]);
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

const ofOutputs = {
  "errors.js": "exports.isGrpcError = (error) => error.code !== undefined;\n",
  // An output with what the SDK's own has: state in functions, and a property of its value for each other name.
  "output.js": `exports.made = [];
exports.Output = class OutputImpl {
  constructor(onto, ...parts) {
    exports.made.push(onto);
    this.__pulumiOutput = true;
    this.all = () => Promise.all(parts);
    return new Proxy(this, { get: (o, key) => key in o ? o[key] : typeof key === "symbol" || key === "then" ? undefined : "lifted " + key });
  }
  apply(change) { return this.all().then(change); }
  static isInstance(value) { return value?.__pulumiOutput === true; }
};
`,
  "runtime/debuggable.js": "exports.debuggablePromise = (promise) => promise;\n",
  "runtime/resource.js": `const output_1 = require("../output.js");
const debuggable_1 = require("./debuggable.js");
exports.prepare = (res) => {
  res.urn = new output_1.Output(res, debuggable_1.debuggablePromise(Promise.resolve("a URN")), true, false, []);
  res.id = new output_1.Output(res, debuggable_1.debuggablePromise(Promise.resolve("an id")), true, false, []);
  return res;
};
`,
  "runtime/rpc.js": `const output_1 = require("../output.js");
const debuggable_1 = require("./debuggable.js");
exports.transferProperties = function (onto, label, props) {
  if ("taken" in onto) throw new Error("already initialized");
  return ((v, isKnown, isSecret, deps = [], err) => {
    isGrpcError(err); safeToString(v);
    onto[v] = new output_1.Output(onto, debuggable_1.debuggablePromise(new Promise(() => {})), debuggable_1.debuggablePromise(),
      debuggable_1.debuggablePromise(), debuggable_1.debuggablePromise());
  });
};
`,
};

it("makes an output when something looks at it, which then is what the SDK would have made", async () => {
  const path = sdk("outputs", ofOutputs);
  const resource = requireHost("./outputs.cjs");
  resource(path, () => requireHost(join(path, "runtime/resource.js")));
  const { made, Output } = requireHost(join(path, "output.js"));
  const rpc = requireHost(join(path, "runtime/rpc.js"));
  const res = requireHost(join(path, "runtime/resource.js")).prepare({});
  const names = ["early", "late", "open", "frozen", "failed", "dropped", "__proto", "constructor"];
  const resolvers = rpc.transferProperties(
    res,
    "label",
    Object.fromEntries([...names, "id"].map((n) => [n, n])),
  );
  expect([Object.keys(res), Object.keys(resolvers)]).toEqual([["urn", "id", ...names], names]);
  expect([resolvers.unheard, resolvers.toString, Output.isInstance(res.late), made]).toEqual([
    undefined,
    undefined,
    true,
    [],
  ]);

  const early = res.early.apply((parts: unknown) => parts);
  resolvers.early("value", true, true, ["dependency"]);
  resolvers.late("value", true, false);
  resolvers.open(undefined, false, false);
  expect(made).toEqual([res]);
  expect(await early).toEqual(["value", true, true, ["dependency"]]);
  expect(await res.late.all()).toEqual(["value", true, false, []]);
  expect(await res.open.all()).toEqual([undefined, false, false, []]);
  expect(await res.urn.all()).toEqual(["a URN", true, false, []]);

  const { late } = res;
  // As who looks at the SDK's own sees them.
  expect([res.late.zone, res.late.then, res.late === late, "zone" in res.late]).toEqual([
    "lifted zone",
    undefined,
    true,
    false,
  ]);
  expect(res.late instanceof Output).toBe(true);
  expect(Object.keys(res.late)).toEqual(["__pulumiOutput", "all"]);
  expect(inspect(res.constructor)).toBe(inspect(new Output(res)));
  expect(Object.isFrozen(Object.freeze(res.frozen))).toBe(true);
  res.late.mine = 1;
  expect([res.late.mine, delete res.late.mine, res.late.mine]).toEqual([1, true, "lifted mine"]);

  // What breaks a resource is heard of though nobody looks; a connection that is gone says nothing.
  const unhandled = Promise.withResolvers<unknown>();
  const listeners = process.listeners("unhandledRejection");
  process
    .removeAllListeners("unhandledRejection")
    .on("unhandledRejection", (error) => unhandled.resolve(error));
  const count = made.length;
  resolvers.dropped(undefined, true, false, [], { code: 14 });
  expect(made).toHaveLength(count);
  resolvers.failed(undefined, true, false, [], new Error("broken"));
  await expect(unhandled.promise).resolves.toMatchObject({ message: "broken" });
  process.removeAllListeners("unhandledRejection");
  for (const listener of listeners) process.on("unhandledRejection", listener);

  expect(() => rpc.transferProperties({ taken: 1 }, "label", { taken: 2 })).toThrow("already initialized");
});

it("leaves the outputs of an SDK that it does not know as they are", () => {
  const path = sdk("other-outputs", {
    ...ofOutputs,
    "runtime/rpc.js": "exports.transferProperties = function () { return 'own'; };\n",
  });
  requireHost("./outputs.cjs")(path, () => requireHost(join(path, "runtime/resource.js")));
  const res = {};
  requireHost(join(path, "runtime/resource.js")).prepare(res);
  expect(requireHost(join(path, "output.js")).made).toEqual([res, res]);
  expect(requireHost(join(path, "runtime/rpc.js")).transferProperties({}, "", { a: 1 })).toBe("own");
});

it("prepares resources in their order, and more where those that are prepared wait for others", async () => {
  const path = sdk("gate", {
    "runtime/rpc.js": "exports.serializeResourceProperties = async (label) => [label];\n",
    "proto/resource_grpc_pb.js": `exports.ResourceMonitorClient = class {
  calls = [];
  registerResource(request, answered) { this.calls.push(() => answered(null, request)); }
  readResource(request, options, answered) { this.calls.push(() => answered(null, options)); }
};
`,
  });
  requireHost("./gate.cjs")(path, 0);
  const rpc = requireHost(join(path, "runtime/rpc.js"));
  const client = new (requireHost(join(path, "proto/resource_grpc_pb.js")).ResourceMonitorClient)();
  const prepared: number[] = [];
  const answers: unknown[] = [];
  // Every resource but the first ten asks; those wait for the last.
  for (let index = 0; index < 1000; index += 1) {
    void rpc.serializeResourceProperties(index, {}).then(([label]: [number]) => {
      prepared.push(label);
      if (index < 10) return;
      if (index % 2 === 0)
        client.registerResource(label, (_: unknown, answer: unknown) => answers.push(answer));
      else client.readResource(label, label, (_: unknown, answer: unknown) => answers.push(answer));
    });
  }
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) await setImmediatePromise();
  };
  await turns();
  expect(prepared).toEqual(Array.from({ length: 266 }, (_, index) => index));
  while (client.calls.length > 0) {
    for (const answer of client.calls.splice(0)) answer();
    await turns();
  }
  expect(prepared).toEqual(Array.from({ length: 1000 }, (_, index) => index));
  expect(answers).toHaveLength(990);
});

it("lets the first thousand resources of a program wait for nothing, and gives the SDK what the program holds", () => {
  const path = sdk("free", {
    "runtime/rpc.js":
      "exports.read = []; exports.serializeResourceProperties = async (label, inputs) => { exports.read.push(inputs); return [label]; };\n",
    "proto/resource_grpc_pb.js":
      "exports.ResourceMonitorClient = class { registerResource() {} readResource() {} };\n",
  });
  const gate = requireHost("./gate.cjs")(path);
  const rpc = requireHost(join(path, "runtime/rpc.js"));
  const inputs = Array.from({ length: 1001 }, (_, index) => ({ index, rules: [] }));
  for (const one of inputs) void rpc.serializeResourceProperties("", one);
  expect(rpc.read).toHaveLength(1000);
  expect(rpc.read.every((one: object, index: number) => one === inputs[index])).toBe(true);
  const free = Array.from({ length: 1001 }, () => gate.isFree());
  expect(free.indexOf(false)).toBe(1000);
});

interface Args {
  resources: { urn: string; props: Record<string, unknown> }[];
}

it("makes the list of a stack's resources for each policy, and for all but the first when it is read", async () => {
  const compile: unknown = Reflect.get(Module.prototype, "_compile");
  requireHost("./stacks.cjs")();
  expect(Reflect.get(Module.prototype, "_compile")).toBe(compile);
  const requirePack = createRequire(join(import.meta.dirname, "..", "..", "policies", "package.json"));
  const { makeAnalyzeStackRpcFun } = requirePack("@pulumi/policy/server.js");

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
