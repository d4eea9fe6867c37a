// What a program hands to `apply` does not run where the value is not known, as in any preview. But beside its provider
// a function's answer would be known, and what is applied to it may declare resources: manifests and charts are read
// like that. Of such resources nobody would hear, so the program is warned.

const { dirname, join, sep } = require("node:path");

const { declares, mayDeclare } = require("./declares.cjs");

/** How the value of an output came about, by the promise that it has and its proxies share. */
const origins = new WeakMap();

/** Members of a value that are looked at, and how deep. */
const mostMembers = 100;
const deepest = 2;

/**
 * @param {string} sdk folder of the SDK
 * @param {(value: unknown) => string | undefined} tokenOf whose answer a value is, where that is not known
 * @param {(token: string, place: Error) => void} warn takes where something was applied
 */
module.exports = (sdk, tokenOf, warn) => {
  const path = require.resolve(join(sdk, "output.js"));
  const own = `${dirname(path)}${sep}`;
  const { prototype } = require(path).Output;
  const { apply } = prototype;
  prototype.apply = function (func, runWithUnknowns) {
    const result = apply.call(this, func, runWithUnknowns);
    const before = origins.get(this.isKnown) ?? (() => whole(this));
    origins.set(result.isKnown, async () => {
      // However long a chain of outputs is, each asks the one before it from an empty stack.
      await undefined;
      return (await before()) ?? whole(result);
    });
    // What the SDK itself applies declares nothing.
    if (!runWithUnknowns && mayDeclare(func) && !callerOf(prototype.apply).startsWith(own)) {
      const here = longError();
      void before().then((token) => token !== undefined && declares(func) && warn(token, here));
    }
    return result;
  };

  /** Whose answer an output's value is or holds. */
  async function whole(output) {
    try {
      return tokenIn(await output.promise(true), 0);
    } catch {
      // Whoever uses the output hears of it.
      return undefined;
    }
  }

  function tokenIn(value, depth) {
    if (typeof value !== "object" || value === null) return undefined;
    // Both have outputs of their own, which nobody else looks at.
    if (value.__pulumiOutput === true || value.__pulumiResource === true) return undefined;
    const token = tokenOf(value);
    if (token !== undefined || depth === deepest || value.__pulumiUnknown === true) return token;
    for (const member of Object.values(value).slice(0, mostMembers)) {
      const found = tokenIn(member, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }
};

/** The file from which a function was called. */
function callerOf(func) {
  const { prepareStackTrace } = Error;
  try {
    Error.prepareStackTrace = (_, sites) => sites[0]?.getFileName() ?? "";
    const holder = {};
    Error.captureStackTrace(holder, func);
    return holder.stack ?? "";
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}

/** An error with the stack of who called, down to the program's own lines below those of a package. */
function longError() {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  const error = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}
