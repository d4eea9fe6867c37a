import type { AsyncLocalStorage } from "node:async_hooks";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setImmediate as setImmediatePromise } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";

// What the SDK prepares of a resource waits for its turn; what a program sees of it does not.

const requireHost = createRequire(join(import.meta.dirname, "..", "..", "preview", "host", "package.json"));
const folder = mkdtempSync(join(tmpdir(), "deferred-"));

/** An SDK that does as Pulumi's own, in the lines that the host knows and in little else. */
const files = {
  "errors.js": "exports.isGrpcError = () => false;\n",
  "log/index.js": "exports.debug = async () => undefined;\n",
  "output.js": `exports.made = [];
exports.Output = class OutputImpl {
  constructor(onto, ...parts) {
    exports.made.push(onto);
    this.__pulumiOutput = true;
    this.promise = () => Promise.all(parts).then(([value]) => value);
  }
  static isInstance(value) { return value?.__pulumiOutput === true; }
};
`,
  "resource.js": `const resource_1 = require("./runtime/resource.js");
exports.collapsed = [];
function collapseAliasToUrn(alias, name, t, parent) {
  exports.collapsed.push(alias);
  const { Output } = require("./output.js");
  return new Output("alias", \`\${alias.type ?? alias}::\${name}\`, true, false, []);
}
exports.Resource = class {
  constructor(name, custom, remote, props, opts) {
    this.__pulumiResource = true;
    this.__aliases = [];
    for (const alias of opts.aliases ?? []) {
      const t = "t:i:T", parent = undefined;
      this.__aliases.push(collapseAliasToUrn(alias, name, t, parent));
    }
    resource_1.registerResource(this, undefined, "t:i:T", name, custom, remote, undefined, props, opts);
  }
  static isInstance(value) { return value?.__pulumiResource === true; }
};
`,
  "runtime/debuggable.js": `exports.noted = [];
exports.debuggablePromise = (promise, name) => { exports.noted.push(name); return promise; };
`,
  "runtime/state.js": `const store = { settings: { rpcDone: Promise.resolve() }, leakCandidates: new Set() };
exports.getStore = () => store;
`,
  "runtime/settings.js": `const state = require("./state.js");
exports.chained = 0;
exports.rpcKeepAlive = () => {
  exports.chained += 1;
  const { promise, resolve } = Promise.withResolvers();
  const { settings } = state.getStore();
  settings.rpcDone = settings.rpcDone.then(() => promise);
  return resolve;
};
exports.getMonitor = () => undefined;
`,
  "runtime/rpc.js": `const output_1 = require("../output.js");
const debuggable_1 = require("./debuggable.js");
exports.serializeResourceProperties = async (label, props) => ({ ...props });
exports.transferProperties = function (onto, label, props) {
  const unused = ((v, isKnown, isSecret, deps = [], err) => {
    isGrpcError(err); safeToString(v);
    onto[v] = new output_1.Output(onto, debuggable_1.debuggablePromise(new Promise(() => {})), debuggable_1.debuggablePromise(),
      debuggable_1.debuggablePromise(), debuggable_1.debuggablePromise());
  });
};
`,
  "proto/resource_grpc_pb.js": `exports.ResourceMonitorClient = class {
  registerResource() {}
  readResource() {}
};
`,
  "runtime/resource.js": `const { AsyncLocalStorage } = require("node:async_hooks");
const output_1 = require("../output.js");
const debuggable_1 = require("./debuggable.js");
const rpc_1 = require("./rpc.js");
const settings_1 = require("./settings.js");
exports.context = new AsyncLocalStorage();
exports.prepared = [];
exports.registered = [];
exports.failed = [];
function getResource(resopAsync) {
    debuggable_1.debuggablePromise(resopAsync
        .then(async (resop) => {}));
}
function readResource(resopAsync) {
    debuggable_1.debuggablePromise(resopAsync
        .then(async (resop) => {}));
}
function registerResource(res, parent, t, name, custom, remote, newDependency, props, opts) {
    const label = \`resource:\${name}[\${t}]\`;
    const done = settings_1.rpcKeepAlive();
    const monitor = settings_1.getMonitor();
    const resopAsync = prepareResource(label, res, parent, custom, remote, props, opts, t, name);
    const preallocError = new Error(name);
    debuggable_1.debuggablePromise(resopAsync
        .then(async (resop) => {
        exports.registered.push(name);
        resop.resolveURN("urn:" + name);
        resop.resolvers?.size?.(resop.props.size, true, false);
        done();
    })
        .catch((error) => {
        exports.failed.push(error, preallocError.stack);
        done();
    }), label);
}
exports.registerResource = registerResource;
async function prepareResource(label, res, parent, custom, remote, props, opts, type, name) {
    let resolveURN;
    exports.prepared.push({ name, label, type, stack: new Error().stack, context: exports.context.getStore(), dependsOn: opts.dependsOn });
    res.urn = new output_1.Output(res, debuggable_1.debuggablePromise(new Promise((resolve) => { resolveURN = resolve; })), true, false, []);
    if (custom)
      res.id = new output_1.Output(res, debuggable_1.debuggablePromise(Promise.resolve("id")), true, false, []);
    const resolvers = custom ? rpc_1.transferProperties(res, label, props) : undefined;
    await opts.dependsOn;
    if (props.fails) throw new Error("no inputs");
    return { resolveURN, resolvers, props: await rpc_1.serializeResourceProperties(label, props) };
}
`,
};

interface Declared {
  urn: { promise(): Promise<unknown> };
  id: { promise(): Promise<unknown> };
  size: { promise(): Promise<unknown> };
  __aliases: { promise(): Promise<unknown> }[];
}

interface Sdk {
  Resource: new (
    name: string,
    custom: boolean,
    remote: boolean,
    props: Record<string, unknown>,
    opts: Record<string, unknown>,
  ) => Declared;
  collapsed: unknown[];
}

interface Prepared {
  name: string;
  label: string;
  type: string;
  stack: string;
  context: unknown;
  dependsOn: unknown;
}

interface Registrations {
  context: AsyncLocalStorage<string>;
  prepared: Prepared[];
  registered: string[];
  failed: (Error | string)[];
}

/** Writes the SDK. @returns its folder */
function write(name: string, changed: Record<string, string> = {}): string {
  for (const [path, text] of Object.entries({ ...files, ...changed })) {
    mkdirSync(dirname(join(folder, name, path)), { recursive: true });
    writeFileSync(join(folder, name, path), text);
  }
  return join(folder, name);
}

let own: string;
let changed: string;

beforeAll(() => {
  own = write("own");
  changed = write("changed");
  requireHost("./sdk.cjs")(changed, () => requireHost(join(changed, "resource.js")), 0);
});

afterAll(() => rmSync(folder, { recursive: true }));

const sdkOf = (path: string): Sdk => requireHost(join(path, "resource.js"));
const registrationsOf = (path: string): Registrations => requireHost(join(path, "runtime", "resource.js"));

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await setImmediatePromise();
};

it("prepares a resource when it has its turn, and shows at once what the program sees of it", async () => {
  const { Resource, collapsed } = sdkOf(changed);
  const { context, prepared, registered } = registrationsOf(changed);
  const { made } = requireHost(join(changed, "output.js"));
  const settings = requireHost(join(changed, "runtime", "settings.js"));
  const { leakCandidates, settings: state } = requireHost(join(changed, "runtime", "state.js")).getStore();
  const declare = (name: string, opts: Record<string, unknown> = {}): Declared =>
    new Resource(name, true, false, { size: name.length }, opts);
  const first = declare("first");
  const dependsOn = [first];
  const inputs = { size: 7 };
  const last = context.run("of the program", () => {
    for (let index = 0; index < 600; index += 1) declare(`one ${index}`);
    declare("dependent", { dependsOn, aliases: [{ type: "t:i:Old" }, "an alias"] });
    new Resource("shared", true, false, inputs, {});
    return new Resource("last", true, false, inputs, {});
  });
  dependsOn.push(last);
  process.nextTick(() => dependsOn.push(first));
  const { urn, id, size } = last;
  expect(Object.keys(last)).toEqual(["__pulumiResource", "__aliases", "urn", "id", "size"]);
  expect([prepared, registered, made, collapsed, leakCandidates.size]).toEqual([[], [], [], [], 0]);
  const early = Promise.all([urn.promise(), id.promise(), size.promise()]);

  await turns();
  expect(prepared.map(({ name }) => name)).toEqual(registered);
  expect(registered).toHaveLength(604);
  expect(registered.slice(0, 2)).toEqual(["first", "one 0"]);
  // What depends on others is read after them.
  expect(registered.slice(-3)).toEqual(["shared", "last", "dependent"]);
  expect(prepared.at(-2)).toMatchObject({
    context: "of the program",
    label: "resource:last[t:i:T]",
    type: "t:i:T",
  });
  expect([prepared[0]?.context, prepared.at(-1)?.dependsOn]).toEqual([undefined, [first, last]]);
  expect([last.urn, last.id, last.size]).toEqual([urn, id, size]);
  expect(await early).toEqual(["urn:last", "id", 7]);
  expect(await first.urn.promise()).toBe("urn:first");
  expect(await first.size.promise()).toBe(5);
  // All of them are under way as one, until the last is done.
  await state.rpcDone;
  expect([settings.chained, leakCandidates.size]).toEqual([1, 0]);
});

it("reads what a program passes when the SDK reads it, however long it waits for its turn", async () => {
  const { Resource } = sdkOf(changed);
  const { prepared } = registrationsOf(changed);
  for (let index = 0; index < 600; index += 1) new Resource(`before ${index}`, true, false, {}, {});
  const parts = [1];
  const inputs: Record<string, unknown> = { size: parts, __proto__: null };
  const changing = new Resource("changing", true, false, inputs, {});
  parts.push(2);
  process.nextTick(() => {
    parts.push(3);
    inputs["other"] = 4;
  });
  await turns();
  expect(prepared.some(({ name }) => name === "changing")).toBe(true);
  expect(await changing.size.promise()).toEqual([1, 2]);
});

it("leaves to the SDK at once what has to be waited for, or notices that it is read", async () => {
  const { Resource } = sdkOf(changed);
  const { prepared } = registrationsOf(changed);
  const before = prepared.length;
  const circle: Record<string, unknown> = {};
  circle["circle"] = circle;
  const noticing = {
    promise: { part: Promise.resolve(1) },
    getter: {
      get part() {
        return 1;
      },
    },
    proxy: { part: new Proxy({}, {}) },
    instance: { part: [new Map()] },
    text: { part: { toString: () => "text" } },
    circle,
  };
  for (const [name, inputs] of Object.entries(noticing)) new Resource(name, true, false, inputs, {});
  expect(prepared.slice(before).map(({ name }) => name)).toEqual(Object.keys(noticing));
  await turns();
});

it("makes what an alias stands for when somebody asks, if it is plain", async () => {
  const { Resource, collapsed } = sdkOf(changed);
  const named = { type: "t:i:Old" };
  const parent = { type: "t:i:Old", parent: "urn:parent" };
  const later = Promise.resolve("t:i:Later");
  const { __aliases: aliases } = new Resource(
    "aliased",
    true,
    false,
    {},
    { aliases: [named, "text", parent, later] },
  );
  expect(collapsed).toEqual([parent, later]);
  named.type = "t:i:Changed";
  expect(await aliases[0]?.promise()).toBe("t:i:Old::aliased");
  expect(await aliases[1]?.promise()).toBe("text::aliased");
  await turns();
});

it("prepares at once what waits for something, and what it cannot begin", async () => {
  const { Resource } = sdkOf(changed);
  const { prepared } = registrationsOf(changed);
  const before = prepared.length;
  const ready = Promise.resolve();
  new Resource("waiting", true, false, {}, { dependsOn: ready });
  new Resource("waiting for one of some", true, false, {}, { dependsOn: [ready] });
  new Resource("component", false, false, {}, { dependsOn: [new Resource("later", true, false, {}, {})] });
  new Resource("remote", false, true, {}, {});
  new Resource("taken", true, false, { __aliases: 1 }, {});
  expect(prepared.slice(before).map(({ name }) => name)).toEqual([
    ...["waiting", "waiting for one of some", "component", "remote", "taken"],
  ]);
  await turns();
  expect(prepared.at(-1)?.name).toBe("later");
});

it("leaves the stacks of the SDK as they are, of what fails and of what is prepared at once", async () => {
  const stacks = await Promise.all(
    [own, changed].map(async (path) => {
      const { Resource } = sdkOf(path);
      const { prepared, failed } = registrationsOf(path);
      new Resource("remote", false, true, {}, {});
      const [before] = prepared.slice(-1);
      new Resource("failing", true, false, { fails: true }, {});
      await turns();
      return [before?.stack, ...failed].map((found) =>
        String(found).replaceAll(path, "sdk").split("\n").slice(0, 4),
      );
    }),
  );
  expect(stacks[0]).toHaveLength(3);
  expect(stacks[1]).toEqual(stacks[0]);
});

it("lets an SDK that counts what is under way later prepare its resources itself", async () => {
  const text = files["runtime/resource.js"];
  const other = write("other", {
    "runtime/resource.js": text.replace("const monitor = settings_1.getMonitor();", "const monitor = 1;"),
  });
  requireHost("./sdk.cjs")(other, () => requireHost(join(other, "resource.js")), 0);
  const { Resource } = sdkOf(other);
  const { prepared, registered } = registrationsOf(other);
  new Resource("one", true, false, {}, {});
  expect(prepared).toHaveLength(1);
  await turns();
  expect(registered).toEqual(["one"]);
});

it("has the SDK prepare the first thousand resources of a program by itself, at once", () => {
  const small = write("small");
  requireHost("./sdk.cjs")(small, () => requireHost(join(small, "resource.js")));
  const { Resource } = sdkOf(small);
  const { prepared } = registrationsOf(small);
  for (let index = 0; index < 1010; index += 1) new Resource(`r${index}`, true, false, {}, {});
  expect(prepared).toHaveLength(1000);
});
