// The SDK writes down the stack of each promise that it waits for, some hundred for a resource, and shows it only
// where PULUMI_DEBUG_PROMISE_LEAKS is set. With source maps that is half of a program's time. So here the SDK
// takes its note without the stack, while the program's own errors keep theirs whole.
const { join } = require("node:path");

/** @param {string} sdk folder of the SDK */
module.exports = (sdk) => {
  const debuggable = require(join(sdk, "runtime", "debuggable.js"));
  const { debuggablePromise } = debuggable;
  if (debuggable.debugPromiseLeaks || typeof debuggablePromise !== "function") return;
  debuggable.debuggablePromise = (...args) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(...args);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
};
