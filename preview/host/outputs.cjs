// The SDK makes an output for each property of each resource as it is declared, and each is some thirty promises with
// their functions, which wait until the resource is registered: more than half of a large program's memory, and of its
// time what copying them takes. Few are ever looked at, so here each is made when something looks at it.
const { join } = require("node:path");
const { setFlagsFromString } = require("node:v8");

const kept = require("./kept.cjs");
const rewritten = require("./rewritten.cjs");
const isWritable = require("./writable.cjs");

/** A program of no more resources ends before its heap matters. */
const mostOfSmall = 256;

/** Of what makes an identifier or a URN here, and what an alias stands for, in place of the SDK. */
const identity = Symbol.for("optropic.identity");
const alias = Symbol.for("optropic.alias");

/** By this an output of a resource is told from those that a program makes: see `kept.cjs`. */
const ofResource = Symbol.for("optropic.ofResource");

/** What of the SDK is changed, by module. */
const changes = {
  "runtime/resource.js": [
    [
      "new output_1.Output(res, debuggable_1.debuggablePromise(",
      "globalThis[Symbol.for('optropic.identity')](res, debuggable_1.debuggablePromise(",
      2,
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
 * @returns {{ begin: Function, during: Function } | undefined} `begin(resource, isCustom, inputs)` gives a resource its
 *   outputs before the SDK prepares it, where it can; `during(begun, prepare)` has the SDK prepare it then
 */
module.exports = (sdk, load) => {
  Object.entries(changes).reduce(
    (inner, [module, ofModule]) =>
      () =>
        rewritten(join(sdk, module), ofModule, inner),
    load,
  )();
  const rpc = require(join(sdk, "runtime", "rpc.js"));
  const { Output } = require(join(sdk, "output.js"));
  const debuggable = require(join(sdk, "runtime", "debuggable.js"));
  const { transferProperties } = rpc;
  // Whoever looks for promises that stay open wants to see all of them.
  const isOurs =
    !debuggable.debugPromiseLeaks && isWritable(rpc, "transferProperties") && isKnown(transferProperties);
  const makeOpen = (onto, parts) => made(Output, onto, parts, (value) => value);
  /** Of what is being prepared, what was given to it before, by name in the order in which the SDK comes to it. */
  let given = [];
  let resolvers;
  provide(identity, (onto, ...parts) => {
    if (!isOurs) return new Output(onto, ...parts);
    const [[key, later] = []] = given.splice(0, 1);
    if (later === undefined) return shown(new Later(makeOpen, onto, parts));
    Later.become(later, parts);
    return onto[key];
  });
  provide(alias, (collapse, stated, ...rest) => {
    const kept = isOurs ? plainAlias(stated) : undefined;
    if (kept === undefined) return collapse(stated, ...rest);
    return shown(new Later(([make, ...args]) => new Made(make(...args)), [collapse, kept, ...rest]));
  });
  if (!isOurs) return undefined;
  const text = String(transferProperties);
  const { isGrpcError } = require(join(sdk, "errors.js"));
  const readsTexts = !text.includes("safeToString(");
  const dropsErrors = text.includes("isGrpcError(");
  /** What the SDK calls to give a property its value, by the property's name. */
  const resolver = {
    get: (laters, key) =>
      Object.hasOwn(laters, key)
        ? (...answer) => {
            if (!answer[4] || !dropsErrors || !isGrpcError(answer[4])) Later.settled(laters[key], answer);
          }
        : undefined,
  };
  let declared = 0;
  const makeProperty = (onto, parts) =>
    made(Output, onto, parts, (value) => debuggable.debuggablePromise(value, "transferProperty"));
  rpc.transferProperties = (onto, ...rest) => resolvers ?? transferred(onto, ...rest);
  return {
    begin: (onto, isCustom, props) => {
      // What the SDK refuses, it refuses itself.
      if (["urn", "id", ...keysOf(props)].some((key) => Object.hasOwn(onto, key))) return undefined;
      const urn = new Later(makeOpen, onto);
      onto.urn = shown(urn);
      if (!isCustom) return { urn };
      const id = new Later(makeOpen, onto);
      onto.id = shown(id);
      return { urn, id, resolvers: transferred(onto, "", props) };
    },
    during: (begun, prepare) => {
      given = [["urn", begun.urn], ...(begun.id === undefined ? [] : [["id", begun.id]])];
      resolvers = begun.resolvers;
      try {
        return prepare();
      } finally {
        given = [];
        resolvers = undefined;
      }
    },
  };

  /** Reads a property as the SDK does. */
  function hasText(props, key) {
    try {
      if (Output.isInstance(props[key])) return true;
      void `${props[key]}`;
      return true;
    } catch (error) {
      return !readsTexts && error instanceof Error && error.__pulumiOutputToStringError === true;
    }
  }

  function transferred(onto, label, props) {
    declared += 1;
    // V8 else lets a heap double before it collects what was kept for a while.
    if (declared === mostOfSmall + 1) setFlagsFromString("--heap-growing-percent=40");
    const keys = keysOf(props);
    // What the SDK refuses, it refuses itself.
    if (keys.some((key) => Object.hasOwn(onto, key))) return transferProperties(onto, label, props);
    // As it fails for what has no text, and tells who counts that it reads.
    if ((readsTexts || kept.inputs(props) === undefined) && !keys.every((key) => hasText(props, key))) {
      return transferProperties(onto, label, props);
    }
    const laters = {};
    for (const key of keys) {
      define(laters, key, new Later(makeProperty, onto));
      onto[key] = shown(laters[key]);
    }
    return new Proxy(laters, resolver);
  }
};

function provide(symbol, value) {
  Object.defineProperty(globalThis, symbol, { configurable: true, value });
}

function keysOf(props) {
  return Object.keys(props).filter((key) => key !== "id" && key !== "urn");
}

/** A property may be called `__proto__`, which an assignment would take for the prototype. */
function define(object, key, value) {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Whether a version of the SDK does what is done here in its place. */
function isKnown(transferProperties) {
  if (typeof transferProperties !== "function") return false;
  const text = String(transferProperties);
  return (
    text.includes("new output_1.Output(onto, debuggable_1.debuggablePromise(new Promise(") &&
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

  /** What the SDK calls once the resource is registered. */
  static settled(later, [value, isKnown, isSecret, resources = [], error]) {
    // An error has to be heard of, whoever looks.
    if (error) Later.made(later);
    const isOpen = value === undefined && isKnown === false && isSecret === false && resources.length === 0;
    Later.become(later, isOpen ? openAnswer : [value, isKnown, isSecret, resources], error);
  }

  /** Gives it what the SDK makes an output of. */
  static become(later, parts, error) {
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

/** Makes an output of its parts, or of promises of them; `noted` is told of that of its value. */
function made(Output, onto, parts, noted) {
  if (parts !== undefined) return new Made(new Output(onto, ...parts.map((part) => Promise.resolve(part))));
  const open = Array.from({ length: 4 }, () => Promise.withResolvers());
  const [value, ...others] = open.map(({ promise }) => promise);
  return new Made(new Output(onto, noted(value), ...others), (known, error) => {
    for (const [index, { resolve, reject }] of open.entries()) {
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
    if (key === "__pulumiOutput" || key === ofResource) return true;
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
