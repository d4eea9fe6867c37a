// The SDK makes an output for each property of each resource as it is declared, and each is some thirty promises with
// their functions, which wait until the resource is registered: more than half of a large program's memory, and of its
// time what copying them takes. Few are ever looked at, so here each is made when something looks at it.
const { join } = require("node:path");
const { setFlagsFromString } = require("node:v8");

const rewritten = require("./rewritten.cjs");

/** A program of no more resources ends before its heap matters. */
const mostOfSmall = 256;

/** Of an identifier and a URN, where the SDK makes the output, and what makes it here. */
const identity = Symbol.for("optropic.identity");
const changes = [
  [
    "new output_1.Output(res, debuggable_1.debuggablePromise(",
    "globalThis[Symbol.for('optropic.identity')](res, debuggable_1.debuggablePromise(",
    2,
  ],
];

/**
 * @param {string} sdk folder of the SDK
 * @param {() => void} load loads the SDK
 */
module.exports = (sdk, load) => {
  rewritten(join(sdk, "runtime", "resource.js"), changes, load);
  const rpc = require(join(sdk, "runtime", "rpc.js"));
  const { Output } = require(join(sdk, "output.js"));
  const debuggable = require(join(sdk, "runtime", "debuggable.js"));
  const { transferProperties } = rpc;
  // Whoever looks for promises that stay open wants to see all of them.
  const isOurs =
    !debuggable.debugPromiseLeaks && isWritable(rpc, "transferProperties") && isKnown(transferProperties);
  Object.defineProperty(globalThis, identity, {
    configurable: true,
    value: (onto, ...parts) =>
      isOurs ? shown(new Later({ Output, onto }, "", parts)) : new Output(onto, ...parts),
  });
  if (!isOurs) return;
  const text = String(transferProperties);
  const { isGrpcError } = require(join(sdk, "errors.js"));
  const readsTexts = !text.includes("safeToString(");
  let declared = 0;
  rpc.transferProperties = (onto, label, props) => {
    declared += 1;
    // V8 else lets a heap double before it collects what was kept for a while.
    if (declared === mostOfSmall + 1) setFlagsFromString("--heap-growing-percent=40");
    const keys = Object.keys(props).filter((key) => key !== "id" && key !== "urn");
    // What the SDK refuses, it refuses itself.
    if (keys.some((key) => Object.hasOwn(onto, key))) return transferProperties(onto, label, props);
    const resource = {
      Output,
      onto,
      label,
      noted: debuggable.debuggablePromise,
      isDropped: text.includes("isGrpcError(") ? isGrpcError : () => false,
    };
    const laters = {};
    for (const key of keys) {
      // An older SDK fails for what has no text.
      if (readsTexts && !Output.isInstance(props[key])) void `${props[key]}`;
      define(laters, key, new Later(resource, key));
      onto[key] = shown(laters[key]);
    }
    return new Proxy(laters, resolver);
  };
};

/** A property may be called `__proto__`, which an assignment would take for the prototype. */
function define(object, key, value) {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function isWritable(exported, name) {
  return Object.getOwnPropertyDescriptor(exported, name)?.writable === true;
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

/** An output, from when something looks at it. */
class Later {
  #resource;
  #key;
  /** What the SDK makes an output of, or a promise for each. */
  #parts;
  #settle;
  #output;

  constructor(resource, key, parts) {
    this.#resource = resource;
    this.#key = key;
    this.#parts = parts;
  }

  /** What the SDK calls once the resource is registered. */
  static settled(later, [value, isKnown, isSecret, resources = [], error]) {
    if (error && later.#resource.isDropped(error)) return;
    // An error has to be heard of, whoever looks.
    if (error) Later.made(later);
    const isOpen = value === undefined && isKnown === false && isSecret === false && resources.length === 0;
    const parts = isOpen ? openAnswer : [value, isKnown, isSecret, resources];
    if (later.#settle === undefined) later.#parts ??= parts;
    else later.#settle(error, parts);
  }

  /** @returns the output, of which this object has everything from now on */
  static made(later) {
    if (later.#output === undefined) {
      later.#output = later.#make();
      Object.setPrototypeOf(later, Object.getPrototypeOf(later.#output));
      Object.defineProperties(later, Object.getOwnPropertyDescriptors(later.#output));
    }
    return later.#output;
  }

  #make() {
    const { Output, noted, onto, label } = this.#resource;
    if (this.#parts !== undefined)
      return new Output(onto, ...this.#parts.map((part) => Promise.resolve(part)));
    const open = Array.from({ length: 4 }, () => Promise.withResolvers());
    this.#settle = (error, parts) => {
      for (const [index, { resolve, reject }] of open.entries()) {
        if (error) reject(error);
        else resolve(parts[index]);
      }
    };
    const [value, ...others] = open.map(({ promise }) => promise);
    return new Output(onto, noted(value, `transferProperty(${label}, ${this.#key})`), ...others);
  }
}

/** What the SDK calls to give a property its value, by the property's name. */
const resolver = {
  get: (laters, key) =>
    (Object.hasOwn(laters, key) && ((...answer) => Later.settled(laters[key], answer))) || undefined,
};

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
