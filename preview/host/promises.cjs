// The SDK writes down the stack of each promise that it waits for, some hundred for a resource, and shows it only
// where PULUMI_DEBUG_PROMISE_LEAKS is set. With source maps that is half of a program's time, and what it writes on the
// promise itself a tenth. So here the SDK takes no more note than which promises are open, while the program's own
// errors keep their stacks whole.
"use strict";

const { existsSync } = require("node:fs");
const { join } = require("node:path");

const isWritable = require("./writable.cjs");

/** @param {string} sdk folder of the SDK */
module.exports = (sdk) => {
  const debuggable = require(join(sdk, "runtime", "debuggable.js"));
  const { debuggablePromise } = debuggable;
  if (debuggable.debugPromiseLeaks || typeof debuggablePromise !== "function") return;
  const { getStore } = loaded(sdk, "state.js");
  if (typeof getStore === "function") countOpen(loaded(sdk, "settings.js"), getStore);
  let isFirst = true;
  debuggable.debuggablePromise = (promise, ...rest) => {
    const open = candidatesIn(getStore);
    // The first one has the SDK look for open promises when the program ends.
    if (open === undefined || isFirst) return withoutStack(() => debuggablePromise(promise, ...rest));
    // What waits for either hears of it as late as ever, two steps later.
    if (isBesideValue(rest[0])) return promise.then().then();
    open.add(promise);
    return promise
      .then(
        (value) => {
          open.delete(promise);
          return value;
        },
        (error) => {
          open.delete(promise);
          error.promise = promise;
          throw error;
        },
      )
      .then();
  };

  function withoutStack(note) {
    isFirst = false;
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return note();
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }
};

/**
 * Whether a promise says of a property what comes with its value, by what the SDK calls it: whether it is known or
 * secret, and its resources. The SDK settles all four at once, so the value's stands for them: of the promises that
 * wait until a resource is registered these are nearly half.
 */
function isBesideValue(name) {
  return (
    typeof name === "string" &&
    /^(?:transfer(?:IsStable|IsSecret|Deps)|resolve(?:URN|ID)IsKnown)\(/.test(name)
  );
}

/** What a module of the SDK's runtime exports; nothing where an older SDK does not have it. */
function loaded(sdk, name) {
  const path = join(sdk, "runtime", name);
  return existsSync(path) ? require(path) : {};
}

/** The SDK's set of open promises; undefined where an older SDK keeps none that can be reached. */
function candidatesIn(getStore) {
  if (typeof getStore !== "function") return undefined;
  const { leakCandidates } = getStore();
  return leakCandidates instanceof Set ? leakCandidates : undefined;
}

/** The SDK chains a promise of each call that is under way to those before it; one for all that overlap says as much. */
function countOpen(settings, getStore) {
  if (!isWritable(settings, "rpcKeepAlive")) return;
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
