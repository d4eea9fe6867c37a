// From its declaration until it is registered the SDK holds some ten kilobytes for a resource: promises, functions, and
// a call that waits. A program declares all its resources before the first is registered, and few at a time are prepared
// (`gate.cjs`). So here the preparation of a resource begins with its turn, and what the program sees of it is there at
// once.
const { AsyncResource } = require("node:async_hooks");
const { join } = require("node:path");

/** Of the function that the SDK asks whether a resource is prepared later. */
const deferred = Symbol.for("optropic.deferred");

const asked = `const done = settings_1.rpcKeepAlive();
    const monitor = settings_1.getMonitor();
`;
const waits = `debuggable_1.debuggablePromise(resopAsync
        .then(async (resop) => {`;

/**
 * What is changed of the SDK's `runtime/resource.js`. What is called stays at its place in the file, which stacks show. A
 * version that does not count a resource among what is under way before it is prepared stays as it is.
 */
exports.changes = [
  [
    `${asked}    const resopAsync = prepareResource(label, res, parent, custom, remote, props, opts, t, name);`,
    `${asked.trimEnd()} const $ = globalThis[Symbol.for("optropic.deferred")]?.(prepareResource, label, res, parent, custom, remote, props, opts, t, name);
   const resopAsync=$??prepareResource(label, res, parent, custom, remote, props, opts, t, name);`,
    1,
  ],
  [waits, waits, 3],
];

/**
 * @param {string} sdk folder of the SDK
 * @param {{ begin: Function, during: Function }} given gives a resource what a program sees of it: see `outputs.cjs`
 * @param {{ wait: Function, take: Function }} turns says when a resource has its turn: see `gate.cjs`
 */
exports.defer = (sdk, given, turns) => {
  const debuggable = require(join(sdk, "runtime", "debuggable.js"));
  const settings = require(join(sdk, "runtime", "settings.js"));
  const { Resource } = require(join(sdk, "resource.js"));
  const { debuggablePromise } = debuggable;
  if (!isWritable(debuggable, "debuggablePromise") || !isWritable(settings, "rpcKeepAlive")) return;
  // What begins later is noted then.
  debuggable.debuggablePromise = (promise, ...rest) =>
    promise instanceof Deferred ? undefined : debuggablePromise(promise, ...rest);
  countOpen(settings, require(join(sdk, "runtime", "state.js")));
  let shared;
  Object.defineProperty(globalThis, deferred, {
    configurable: true,
    value: (prepare, label, res, parent, custom, remote, props, opts, ...identity) => {
      const kept = remote ? undefined : withLists(opts, custom, Resource);
      const begun = kept && given.begin(res, custom, props);
      if (begun === undefined) return undefined;
      shared ??= { turns, given, prepare, debuggable };
      const args = [label, res, parent, custom, remote, props, kept, ...identity];
      const later = new Deferred(shared, begun, args);
      turns.wait(later);
      return later;
    },
  });
};

/** What a resource depends on is read when it is declared: a copy of it; undefined for what has to be waited for. */
function withLists(opts, isCustom, Resource) {
  let kept = opts;
  for (const name of ["dependsOn", "replaceWith"]) {
    const list = opts[name];
    if (list === undefined) continue;
    // The options of a component are changed while it is prepared.
    if (!isCustom || !(Array.isArray(list) ? list.every(isResource) : isResource(list))) return undefined;
    if (Array.isArray(list)) kept = { ...kept, [name]: [...list] };
  }
  return kept;

  function isResource(value) {
    return Resource.isInstance(value);
  }
}

/** What the SDK does with a resource once it is prepared, until that begins; it goes on where it was declared. */
class Deferred extends AsyncResource {
  #shared;
  #begun;
  #args;
  #done;
  #failed;

  constructor(shared, begun, args) {
    super("Deferred", { requireManualDestroy: true });
    this.#shared = shared;
    this.#begun = begun;
    this.#args = args;
  }

  // biome-ignore lint/suspicious/noThenProperty: the SDK takes it for a promise
  then(done) {
    this.#done = done;
    return this;
  }

  catch(failed) {
    this.#failed = failed;
    return this;
  }

  open() {
    this.runInAsyncScope(() => {
      const { turns, given, prepare, debuggable } = this.#shared;
      const [label, , , , , inputs] = this.#args;
      turns.take(inputs);
      const prepared = given.during(this.#begun, () => prepare(...this.#args)).then(this.#done);
      const promise = this.#failed === undefined ? prepared : prepared.catch(this.#failed);
      debuggable.debuggablePromise(promise, label);
    });
  }
}

/** The SDK chains a promise of each call that is under way to those before it; one for all that overlap says as much. */
function countOpen(settings, { getStore }) {
  const { rpcKeepAlive } = settings;
  const byStore = new WeakMap();
  settings.rpcKeepAlive = () => {
    const store = getStore();
    const underWay = byStore.get(store) ?? { count: 0, end: undefined };
    byStore.set(store, underWay);
    if (underWay.count === 0) underWay.end = rpcKeepAlive();
    underWay.count += 1;
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      underWay.count -= 1;
      if (underWay.count === 0) underWay.end();
    };
  };
}

function isWritable(exported, name) {
  return Object.getOwnPropertyDescriptor(exported, name)?.writable === true;
}
