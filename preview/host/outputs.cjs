// The SDK makes an output for each property of each resource as it is declared, and each is some thirty promises with
// their functions, which wait until the resource is registered: more than half of a large program's memory, and of its
// time what copying them takes. Few are ever looked at, so here each is made when something looks at it.
const { join } = require("node:path");
const { setFlagsFromString } = require("node:v8");

const rewritten = require("./rewritten.cjs");

/**
 * By how many percent a heap grows until V8 collects what was kept for a while, by the number of resources from which
 * on it does. It else lets a heap double; a program of few resources ends before that matters.
 */
const growth = new Map([
  [257, 40],
  [10_000, 30],
]);

/** What of the SDK is changed, by module. */
const changes = {
  "runtime/resource.js": [
    [
      "new output_1.Output(res, debuggable_1.debuggablePromise(",
      "globalThis[Symbol.for('optropic.identity')](res, debuggable_1.debuggablePromise(",
      2,
    ],
  ],
  "runtime/rpc.js": [
    [
      "const resolvers = {};\n    for (const k of Object.keys(props)) {",
      "const resolvers = {}; const optropicResolvers = resolvers;\n    for (const k of Object.keys(props)) {",
      1,
    ],
    [
      "onto[k] = new output_1.Output(onto, debuggable_1.debuggablePromise(",
      "onto[k] = globalThis[Symbol.for('optropic.property')](onto, optropicResolvers, k) ?? new output_1.Output(onto, debuggable_1.debuggablePromise(",
      1,
    ],
    [
      "    return resolvers;\n}\nexports.transferProperties",
      "    return globalThis[Symbol.for('optropic.resolvers')](resolvers);\n}\nexports.transferProperties",
      1,
    ],
  ],
  "resource.js": [
    [
      "this.__aliases.push(collapseAliasToUrn(alias, name, t, parent));",
      "this.__aliases.push(globalThis[Symbol.for('optropic.alias')](collapseAliasToUrn, alias, name, t, parent));",
      1,
    ],
  ],
};

/**
 * @param {string} sdk folder of the SDK
 * @param {() => void} load loads the SDK
 */
module.exports = (sdk, load) => {
  const byPath = Object.entries(changes).map(([module, ofModule]) => [join(sdk, module), [ofModule]]);
  rewritten(new Map(byPath), load);
  const { Output } = require(join(sdk, "output.js"));
  const debuggable = require(join(sdk, "runtime", "debuggable.js"));
  const text = String(require(join(sdk, "runtime", "rpc.js")).transferProperties);
  // Whoever looks for promises that stay open wants to see all of them.
  const isOurs = !debuggable.debugPromiseLeaks && isKnown(text);
  const { isGrpcError } = text.includes("isGrpcError(") ? require(join(sdk, "errors.js")) : {};
  const makeOf = (onto, parts) => new Made(new Output(onto, ...parts.map((part) => Promise.resolve(part))));
  const makeProperty = (onto, parts) =>
    parts === undefined ? open(Output, onto, debuggable.debuggablePromise) : makeOf(onto, parts);
  /** What the SDK calls to give a property its value, by the property's name. */
  const resolver = {
    get: (laters, key) => {
      const later = Reflect.get(laters, key);
      if (!Later.is(later)) return later;
      return (...answer) => {
        if (!answer[4] || !isGrpcError?.(answer[4])) Later.settled(later, answer);
      };
    },
  };
  let declared = 0;
  provide("identity", (onto, ...parts) =>
    isOurs ? shown(new Later(makeOf, onto, parts)) : new Output(onto, ...parts),
  );
  provide("property", (onto, resolvers, key) => {
    // Of a property that is called so both get a prototype.
    if (!isOurs || key === "__proto__") return undefined;
    resolvers[key] = new Later(makeProperty, onto);
    return shown(resolvers[key]);
  });
  provide("resolvers", (resolvers) => {
    declared += 1;
    if (isOurs && growth.has(declared)) setFlagsFromString(`--heap-growing-percent=${growth.get(declared)}`);
    return isOurs ? new Proxy(resolvers, resolver) : resolvers;
  });
  provide("alias", (collapse, stated, ...rest) => {
    const kept = isOurs ? plainAlias(stated) : undefined;
    if (kept === undefined) return collapse(stated, ...rest);
    return shown(new Later(([make, ...args]) => new Made(make(...args)), [collapse, kept, ...rest]));
  });
};

module.exports.changes = changes;

/** Gives the changed SDK what stands in the place of its own. */
function provide(name, value) {
  Object.defineProperty(globalThis, Symbol.for(`optropic.${name}`), { configurable: true, value });
}

/** Whether a version of the SDK makes properties as is done here in its place. */
function isKnown(text) {
  return (
    text.includes("optropic.property") &&
    text.includes("optropic.resolvers") &&
    text.includes("(v, isKnown, isSecret, deps = [], err) => {") &&
    text.split("debuggable_1.debuggablePromise(").length === 5
  );
}

/** What a preview answers of most properties. */
const openAnswer = [undefined, false, false, []];

/** An output that was made, and what gives it its value, where it has none yet. */
class Made {
  constructor(output, settle) {
    this.output = output;
    this.settle = settle;
  }
}

/** An output, from when something looks at it. */
class Later {
  #make;
  #onto;
  /** What the SDK makes an output of, or a promise for each; then what was made. */
  #state;

  /**
   * @param {(onto: object, parts: unknown[] | undefined) => Made} make
   * @param {object} onto what it is an output of
   */
  constructor(make, onto, parts) {
    this.#make = make;
    this.#onto = onto;
    this.#state = parts;
  }

  static is(value) {
    return typeof value === "object" && value !== null && #state in value;
  }

  /** What the SDK calls once the resource is registered. */
  static settled(later, [value, isKnown, isSecret, resources = [], error]) {
    // An error has to be heard of, whoever looks.
    if (error) Later.made(later);
    const isOpen = value === undefined && isKnown === false && isSecret === false && resources.length === 0;
    const parts = isOpen ? openAnswer : [value, isKnown, isSecret, resources];
    if (later.#state === undefined) later.#state = parts;
    else if (later.#state instanceof Made) later.#state.settle?.(parts, error);
  }

  /** @returns the output, of which this object has everything from now on */
  static made(later) {
    if (!(later.#state instanceof Made)) {
      later.#state = later.#make.call(undefined, later.#onto, later.#state);
      const { output } = later.#state;
      Object.setPrototypeOf(later, Object.getPrototypeOf(output));
      Object.defineProperties(later, Object.getOwnPropertyDescriptors(output));
    }
    return later.#state.output;
  }
}

/** What the SDK calls the promises of a property's value, and of what it says of that. */
const partNames = ["transferProperty(", "transferIsStable(", "transferIsSecret(", "transferDeps("];

/** Makes an output of promises of its parts, of each of which `noted` is told. */
function open(Output, onto, noted) {
  const parts = partNames.map(() => Promise.withResolvers());
  const promises = parts.map(({ promise }, index) => noted(promise, partNames[index]));
  return new Made(new Output(onto, ...promises), (known, error) => {
    for (const [index, { resolve, reject }] of parts.entries()) {
      if (error) reject(error);
      else resolve(known[index]);
    }
  });
}

/** What an alias stands for if it is plain, as it is now; undefined for one that has to be waited for. */
function plainAlias(stated) {
  if (typeof stated === "string") return stated;
  if (typeof stated !== "object" || stated === null || Object.getPrototypeOf(stated) !== Object.prototype) {
    return undefined;
  }
  const entries = Object.entries(stated);
  return entries.every(([key, value]) => aliasKeys.has(key) && typeof value === "string")
    ? Object.fromEntries(entries)
    : undefined;
}

const aliasKeys = new Set(["name", "type", "stack", "project"]);

// V8 gives the first objects of a class room for more properties, and all later ones as much as these took: none.
for (let count = 0; count < 16; count += 1) void new Later();

const nothing = {};

/** Two proxies: whoever prints an output looks behind the outer one. */
function shown(later) {
  return new Proxy(new Proxy(later, whenUsed), nothing);
}

/** Every way in which an output is looked at. */
const whenUsed = {
  get(later, key, receiver) {
    // By this the SDK tells what is an output.
    if (key === "__pulumiOutput") return true;
    const output = Later.made(later);
    return Object.hasOwn(later, key) ? Reflect.get(later, key, receiver) : Reflect.get(output, key);
  },
};
for (const trap of [
  ...["set", "has", "deleteProperty", "ownKeys", "getOwnPropertyDescriptor", "defineProperty"],
  ...["getPrototypeOf", "setPrototypeOf", "isExtensible", "preventExtensions"],
]) {
  whenUsed[trap] = (later, ...rest) => {
    Later.made(later);
    return Reflect[trap](later, ...rest);
  };
}
