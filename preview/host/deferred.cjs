// From its declaration until it is registered the SDK holds some ten kilobytes for a resource: promises, functions, and
// a call that waits. A program declares all its resources before the first is registered, and few at a time are prepared
// (`gate.cjs`). So here the preparation of a resource begins with its turn, and what the program sees of it is there at
// once.
const { AsyncResource } = require("node:async_hooks");
const { join } = require("node:path");

const kept = require("./kept.cjs");
const isWritable = require("./writable.cjs");

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
 * @param {{ isFree: Function, wait: Function, take: Function }} turns says when a resource has its turn: see `gate.cjs`
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
  const isResource = (value) => Resource.isInstance(value);
  /** Whether nothing has to be waited for of what a resource depends on. */
  const isDeclared = (opts, isCustom) =>
    [opts.dependsOn, opts.replaceWith].every(
      // The options of a component are changed while it is prepared.
      (list) =>
        list === undefined || (isCustom && (Array.isArray(list) ? list.every(isResource) : isResource(list))),
    );
  let shared;
  Object.defineProperty(globalThis, deferred, {
    configurable: true,
    value: (prepare, label, res, parent, custom, remote, props, opts, ...identity) => {
      if (turns.isFree()) return undefined;
      const isKeepable = !remote && isDeclared(opts, custom) && kept.inputs(props) !== undefined;
      const begun = isKeepable ? given.begin(res, custom, props) : undefined;
      if (begun === undefined) return undefined;
      shared ??= { turns, given, prepare, debuggable, isDeclared };
      const later = new Deferred(shared, begun, [
        label,
        res,
        parent,
        custom,
        remote,
        props,
        opts,
        ...identity,
      ]);
      later.read();
      return later;
    },
  });
};

/** A copy of what a resource depends on, made as the SDK makes its own. */
async function gathered(list) {
  if (!Array.isArray(list)) return list;
  const found = [];
  for (const one of list) found.push(await gathered(one));
  return found;
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

  /**
   * Keeps what a program may change meanwhile as the SDK would find it, which reads it in as many microtasks, and
   * waits; what cannot be kept does not.
   */
  async read() {
    const [, , , custom, , inputs, opts] = this.#args;
    const replaceWith = await gathered(opts.replaceWith);
    const dependsOn = await gathered(opts.dependsOn);
    const copy = kept.inputs(inputs);
    if (copy === undefined || !this.#shared.isDeclared({ replaceWith, dependsOn }, custom))
      return this.open();
    // They are the SDK's own object; what they hold is not.
    for (const [name, list] of Object.entries({ replaceWith, dependsOn })) {
      if (list !== undefined) opts[name] = list;
    }
    kept.options(opts);
    this.#args[5] = copy;
    this.#shared.turns.wait(this);
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
