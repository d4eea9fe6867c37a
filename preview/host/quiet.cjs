// The SDK sends each of its debug messages to the engine, some twenty for a resource, one after the other. The preview
// drops them, so here they are not sent; what a program says of its settings travels as one, and is.
const { join } = require("node:path");

/** How messages begin that the preview reads. */
const ours = "optropic:";

/** @param {string} sdk folder of the SDK */
module.exports = (sdk) => {
  const log = require(join(sdk, "log", "index.js"));
  const { debug } = log;
  if (!Object.getOwnPropertyDescriptor(log, "debug")?.writable) return;
  log.debug = (message, ...rest) =>
    typeof message === "string" && !message.startsWith(ours) ? Promise.resolve() : debug(message, ...rest);
};
