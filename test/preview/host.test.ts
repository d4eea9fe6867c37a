import { AsyncLocalStorage } from "node:async_hooks";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setImmediate as setImmediatePromise } from "node:timers/promises";
import { inspect } from "node:util";
import analyzerPb from "@pulumi/pulumi/proto/analyzer_pb.js";
import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { afterAll, expect, it, vi } from "vitest";
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
  // What is thrown that can hold nothing is another error, as with the SDK.
  await expect(debuggable.debuggablePromise(Promise.reject("a text"))).rejects.toThrow(
    "Cannot create property",
  );
});

it("has whoever waits for a promise of the SDK hear of it as late as without the preview", async () => {
  const [own, changed] = await Promise.all(
    ["own-steps", "steps"].map(async (name) => {
      const path = sdk(name, {
        "runtime/state.js": "const store = { leakCandidates: new Set() };\nexports.getStore = () => store;\n",
        "runtime/debuggable.js":
          "exports.debuggablePromise = (p) => p.then((v) => v).catch((e) => { throw e; });\n",
      });
      if (name === "steps") requireHost("./promises.cjs")(path);
      const { debuggablePromise } = requireHost(join(path, "runtime/debuggable.js"));
      await debuggablePromise(Promise.resolve());
      return Promise.all(
        ["an operation", "transferDeps(label, a, 1)"].map(async (label) => {
          let steps = 0;
          let isDone = false;
          const done = debuggablePromise(Promise.resolve(), label).then(() => {
            isDone = true;
          });
          for (; !isDone; steps += 1) await undefined;
          await done;
          return steps;
        }),
      );
    }),
  );
  expect(own).toHaveLength(2);
  expect(changed).toEqual(own);
});

it("counts all calls of the SDK that overlap as one, until the last of them is done", async () => {
  const path = sdk("calls", {
    "runtime/state.js": `const store = { settings: { rpcDone: Promise.resolve() }, leakCandidates: new Set() };
exports.getStore = () => store;
`,
    "runtime/debuggable.js": "exports.debuggablePromise = (p) => p;\n",
    "runtime/settings.js": `exports.chained = 0;
exports.rpcKeepAlive = () => {
  exports.chained += 1;
  const { promise, resolve } = Promise.withResolvers();
  const { settings } = require("./state.js").getStore();
  settings.rpcDone = settings.rpcDone.then(() => promise);
  return resolve;
};
`,
  });
  requireHost("./promises.cjs")(path);
  const settings = requireHost(join(path, "runtime/settings.js"));
  const { settings: state } = requireHost(join(path, "runtime/state.js")).getStore();
  const ends = [settings.rpcKeepAlive(), settings.rpcKeepAlive(), settings.rpcKeepAlive()];
  let isDone = false;
  const done = state.rpcDone.then(() => {
    isDone = true;
  });
  // One that ends twice ends once.
  for (const end of [ends[0], ends[0], ends[1]]) end();
  await setImmediatePromise();
  expect([settings.chained, isDone]).toEqual([1, false]);
  ends[2]();
  await done;
  settings.rpcKeepAlive()();
  await state.rpcDone;
  expect(settings.chained).toBe(2);
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
function transferProperties(onto, label, props) {
    const resolvers = {};
    for (const k of Object.keys(props)) {
        if (k === "id") continue;
        if (Object.hasOwn(onto, k)) throw new Error("already initialized");
        resolvers[k] = (v, isKnown, isSecret, deps = [], err) => {
            if (isGrpcError(err)) return;
        };
        const propString = \`\${props[k]}\`;
        onto[k] = new output_1.Output(onto, debuggable_1.debuggablePromise(new Promise(() => {}), propString),
          debuggable_1.debuggablePromise(), debuggable_1.debuggablePromise(), debuggable_1.debuggablePromise());
    }
    return resolvers;
}
exports.transferProperties = transferProperties;
`,
};

it("makes an output when something looks at it, which then is what the SDK would have made", async () => {
  const path = sdk("outputs", ofOutputs);
  const resource = requireHost("./outputs.cjs");
  resource(path, () => ["resource.js", "rpc.js"].map((name) => requireHost(join(path, "runtime", name))));
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
  expect([resolvers.unheard, Output.isInstance(res.late), made]).toEqual([undefined, true, []]);
  expect(resolvers.toString()).toBe("[object Object]");

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

it("has the SDK itself read what a program passes, so that an error in it shows nothing of the preview's", () => {
  const [own, changed] = ["own-inputs", "inputs"].map((name) => {
    const path = sdk(name, ofOutputs);
    const load = (): void => void requireHost(join(path, "runtime/rpc.js"));
    if (name === "inputs") requireHost("./outputs.cjs")(path, load);
    const { transferProperties } = requireHost(join(path, "runtime/rpc.js"));
    let reads = 0;
    const failing = {
      toString(): string {
        reads += 1;
        throw new Error("no text");
      },
    };
    try {
      transferProperties({}, "label", { failing });
    } catch (error) {
      return [
        reads,
        String((error as Error).stack)
          .replaceAll(path, "sdk")
          .split("\n")
          .slice(2, 4),
      ];
    }
    return undefined;
  });
  expect(own).toBeDefined();
  expect(changed).toEqual(own);
});

it("makes what an alias stands for when somebody asks, if it is plain, and as it was when it was declared", async () => {
  const path = sdk("aliases", {
    ...ofOutputs,
    "resource.js": `const { Output } = require("./output.js");
exports.collapsed = [];
function collapseAliasToUrn(alias, name) {
  exports.collapsed.push(alias);
  return new Output("alias", \`\${alias.type ?? alias}::\${name}\`);
}
exports.Resource = class {
  constructor(name, aliases, t, parent) {
    this.__aliases = [];
    for (const alias of aliases) {
      this.__aliases.push(collapseAliasToUrn(alias, name, t, parent));
    }
  }
};
`,
  });
  requireHost("./outputs.cjs")(path, () =>
    ["resource.js", "runtime/rpc.js"].map((name) => requireHost(join(path, name))),
  );
  const { Resource, collapsed } = requireHost(join(path, "resource.js"));
  const named = { type: "t:i:Old" };
  const parent = { type: "t:i:Old", parent: "urn:parent" };
  const later = Promise.resolve("t:i:Later");
  const { __aliases: aliases } = new Resource("aliased", [named, "text", parent, later]);
  expect(collapsed).toEqual([parent, later]);
  named.type = "t:i:Changed";
  expect(await aliases[0].all()).toEqual(["t:i:Old::aliased"]);
  expect(await aliases[1].all()).toEqual(["text::aliased"]);
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

const ofMonitor = {
  "proto/resource_grpc_pb.js": `exports.ResourceMonitorClient = class {
  calls = [];
  registerResource(request, answered) { this.calls.push(() => answered(null, request)); }
  readResource(request, options, answered) { this.calls.push(() => answered(null, options)); }
  registerStackTransform(callback, answered) { this.calls.push(() => answered(null, callback)); }
};
`,
};

/** A client of which some calls are answered, and which numbers were answered. */
function gated(name: string): { ask: (count: number) => void; answer: () => void; answers: unknown[] } {
  const path = sdk(name, ofMonitor);
  requireHost("./gate.cjs")(path);
  const client = new (requireHost(join(path, "proto/resource_grpc_pb.js")).ResourceMonitorClient)();
  const answers: unknown[] = [];
  const answered = (_: unknown, answer: unknown): void => void answers.push(answer);
  return {
    ask: (count) => {
      for (let index = 0; index < count; index += 1) {
        if (index % 100 === 99) client.registerStackTransform(index, answered);
        else if (index % 2 === 0) client.registerResource(index, answered);
        else client.readResource(index, index, answered);
      }
    },
    answer: () => {
      for (const answer of client.calls.splice(0)) answer();
    },
    answers,
  };
}

it("asks the preview about so many resources at one time, and about all in the order of the SDK", () => {
  const { ask, answer, answers } = gated("gate");
  ask(1000);
  answer();
  expect(answers).toEqual(Array.from({ length: 256 }, (_, index) => index));
  for (let round = 0; round < 3; round += 1) answer();
  expect(answers).toEqual(Array.from({ length: 1000 }, (_, index) => index));
});

it("asks about all resources once nothing is answered any more, since what is asked may wait for what is not", () => {
  vi.useFakeTimers();
  try {
    const { ask, answer, answers } = gated("waiting");
    ask(1000);
    vi.advanceTimersByTime(4999);
    answer();
    expect(answers).toHaveLength(256);
    // Whatever is answered has the others wait anew.
    vi.advanceTimersByTime(4999);
    answer();
    expect(answers).toHaveLength(512);
    vi.advanceTimersByTime(5001);
    answer();
    expect([answers.length, vi.getTimerCount()]).toEqual([1000, 0]);
  } finally {
    vi.useRealTimers();
  }
});

it("keeps of a message that waits what is sent of it, and the rest once somebody reads it", () => {
  const path = sdk("messages", ofMonitor);
  requireHost("./gate.cjs")(path);
  const { ResourceMonitorClient } = requireHost(join(path, "proto/resource_grpc_pb.js"));
  const client = new ResourceMonitorClient();
  const request = (index: number): InstanceType<typeof resourcePb.RegisterResourceRequest> => {
    const message = new resourcePb.RegisterResourceRequest();
    message.setName(`resource ${index}`);
    message.setObject(structPb.Struct.fromJavaScript({ index, list: [1, "two"] }));
    message.getProvidersMap().set("acme", "a provider");
    return message;
  };
  const requests = Array.from({ length: 300 }, (_, index) => request(index));
  for (const message of requests) client.registerResource(message, () => undefined);
  const whole = Object.keys(request(0));
  expect(Object.keys(requests[255] ?? {})).toEqual(whole);
  const [last] = requests.slice(299);
  if (last === undefined) throw new Error("no request");
  expect(Object.keys(last)).toEqual([]);
  expect(last).toBeInstanceOf(resourcePb.RegisterResourceRequest);
  expect(Buffer.from(last.serializeBinary())).toEqual(Buffer.from(request(299).serializeBinary()));
  expect(Object.keys(last)).toEqual([]);
  expect(last.getObject()?.toJavaScript()).toEqual({ index: 299, list: [1, "two"] });
  expect([last.toObject(), Object.keys(last).sort()]).toEqual([request(299).toObject(), whole.sort()]);
  last.setName("changed");
  const read = resourcePb.RegisterResourceRequest.deserializeBinary(last.serializeBinary());
  expect(read.getName()).toBe("changed");
});

it("waits by its own clock, whatever a program puts in its place", () => {
  const { ask, answer, answers } = gated("replaced");
  vi.stubGlobal("setTimeout", () => 1);
  vi.stubGlobal("clearTimeout", () => expect.unreachable());
  try {
    ask(1000);
    for (let round = 0; round < 4; round += 1) answer();
  } finally {
    vi.unstubAllGlobals();
  }
  expect(answers).toHaveLength(1000);
});

it("sends what waits where it was sent from", () => {
  const path = sdk("context", ofMonitor);
  const context = new AsyncLocalStorage<string>();
  requireHost("./gate.cjs")(path);
  const { ResourceMonitorClient } = requireHost(join(path, "proto/resource_grpc_pb.js"));
  const client = new ResourceMonitorClient();
  const seen: unknown[] = [];
  const { push } = client.calls;
  client.calls.push = (...calls: unknown[]) => {
    seen.push(context.getStore());
    return push.apply(client.calls, calls);
  };
  for (let index = 0; index <= 256; index += 1) {
    context.run(`of ${index}`, () => client.registerResource(index, () => undefined));
  }
  expect(seen).toHaveLength(256);
  client.calls[0]();
  expect(seen.at(-1)).toBe("of 256");
});

type Change = [from: string, to: string, count: number];

it("gives a module no name but what it has, the language's and its own", () => {
  const names = (text: string): string[] => text.match(/(?<![.\w'])[a-zA-Z_]\w*(?![\w']|:)/g) ?? [];
  const changes: Change[][] = [
    ...Object.values<Change[]>(requireHost("./outputs.cjs").changes),
    ...requireHost("./stacks.cjs").forms,
  ];
  expect(changes.length).toBeGreaterThan(3);
  const language = new Set(["const", "return", "for", "of", "new", "globalThis", "Symbol"]);
  for (const ofModule of changes) {
    const declared = new Set(
      ofModule.flatMap(([, to]) => [...to.matchAll(/const (optropic\w+) =/g)].map(([, name = ""]) => name)),
    );
    for (const [from, to] of ofModule) {
      const own = new Set(names(from));
      const strange = names(to).filter(
        (name) => !own.has(name) && !language.has(name) && !declared.has(name),
      );
      expect(strange).toEqual([]);
    }
  }
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
