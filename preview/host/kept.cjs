// What a program passes to a resource stays the program's, which may change it, fail in it, or count who reads it. The
// SDK reads it within a few microtasks. What is read later here is a copy that was made then, of what can be copied
// without anybody noticing; everything else is left to the SDK at once.
const { isProxy } = require("node:util/types");

/** No copy: something may notice it, or has to be waited for. */
const refused = Symbol("refused");

/** Nested deeper, or in a circle, the SDK itself says what it thinks of it. */
const deepest = 64;

/** What an output of a resource answers to by this, no other object does. */
const ofResource = Symbol.for("optropic.ofResource");

/** @returns {object | undefined} a copy of inputs as they are now; undefined if the SDK has to read them itself */
exports.inputs = (inputs) => {
  const copy = copyOf(inputs, 0);
  return copy === refused ? undefined : copy;
};

/** Options that hold what a program may change, and that the SDK reads once a resource is prepared. */
const lists = ["ignoreChanges", "replaceOnChanges", "additionalSecretOutputs", "hideDiffs"];

/** Keeps what a resource's options hold as it is now. */
exports.options = (opts) => {
  for (const name of lists) {
    if (Array.isArray(opts[name])) opts[name] = [...opts[name]];
  }
  if (opts.customTimeouts) opts.customTimeouts = { ...opts.customTimeouts };
};

function copyOf(value, depth) {
  if (value === null || value === undefined) return value;
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    case "object":
      break;
    default:
      return refused;
  }
  if (isProxy(value)) return value[ofResource] === true ? value : refused;
  if (depth === deepest) return refused;
  const isList = Array.isArray(value);
  const prototype = Object.getPrototypeOf(value);
  if (isList ? prototype !== Array.prototype : prototype !== Object.prototype && prototype !== null)
    return refused;
  const copy = isList ? new Array(value.length) : prototype === null ? Object.create(null) : {};
  for (const key of Object.keys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (!("value" in property)) return refused;
    const part = copyOf(property.value, depth + 1);
    if (part === refused) return refused;
    // A property may be called `__proto__`, which an assignment would take for the prototype.
    if (key === "__proto__") Object.defineProperty(copy, key, { ...property, value: part });
    else copy[key] = part;
  }
  return copy;
}
