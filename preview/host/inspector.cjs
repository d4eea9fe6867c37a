// The SDK opens the inspector of its own process before a program or a pack is loaded, and from then on hears of
// every script that is compiled. It needs a session to serialize functions, so here that waits for the first of them,
// and the names of scripts wait for an error, which says where a function is.
const inspector = require("node:inspector");
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const { withoutFlags } = require("./start.cjs");
const isWritable = require("./writable.cjs");

/** @param {string} sdk folder of the SDK */
module.exports = (sdk) => {
  const closure = join(sdk, "runtime", "closure");
  if (!existsSync(join(closure, "v8Hooks.js"))) return;
  const hooks = require(join(closure, "v8Hooks.js"));
  const maker = require(join(closure, "createClosure.js"));
  const isOurs =
    ["isInitializedAsync", "getSessionAsync", "getScriptUrl"].every((name) => isWritable(hooks, name)) &&
    isWritable(maker, "createClosureInfoAsync");
  if (!isOurs) return;
  const log = require(join(sdk, "log", "index.js"));
  const scripts = new Map();
  let session;
  hooks.isInitializedAsync = async () => undefined;
  hooks.getScriptUrl = (id) => scripts.get(id);
  hooks.getSessionAsync = async () => {
    if (session === undefined) {
      session = new inspector.Session();
      session.connect();
      loadBuiltins();
      // The preview starts the host of dynamic providers meanwhile.
      void log.debug("optropic:serializes");
    }
    return session;
  };
  const { createClosureInfoAsync } = maker;
  maker.createClosureInfoAsync = Object.assign(closureOf, createClosureInfoAsync);
  async function closureOf(...args) {
    try {
      return await createClosureInfoAsync(...args);
    } catch (error) {
      if (session === undefined || scripts.size > 0) throw error;
      session.on("Debugger.scriptParsed", ({ params }) => scripts.set(params.scriptId, params.url));
      await new Promise((resolve) => {
        session.post("Debugger.enable", () => resolve());
      });
      return createClosureInfoAsync(...args);
    }
  }
};

/** Modules of Node.js that take long to load; each version of the SDK loads them to find out whether it has them. */
const builtins = ["domain", "https", "readline", "repl"];

/** Loads them as Node.js compiled them, which suits a V8 without flags, and without the places of a stack. */
function loadBuiltins() {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  withoutFlags(() => {
    for (const name of builtins) require(`node:${name}`);
  });
  Error.stackTraceLimit = stackTraceLimit;
}
