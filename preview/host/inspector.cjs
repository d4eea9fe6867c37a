// The SDK opens the inspector of its own process before a program or a pack is loaded, and from then on hears of
// every script that is compiled. It needs that to serialize functions, so here it waits for the first of them. The
// inspector then names the scripts that are there already.
const inspector = require("node:inspector");
const { existsSync } = require("node:fs");
const { join } = require("node:path");

/** @param {string} sdk folder of the SDK */
module.exports = (sdk) => {
  const path = join(sdk, "runtime", "closure", "v8Hooks.js");
  if (!existsSync(path)) return;
  const hooks = require(path);
  const names = ["isInitializedAsync", "getSessionAsync", "getScriptUrl"];
  if (!names.every((name) => Object.getOwnPropertyDescriptor(hooks, name)?.writable)) return;
  const scripts = new Map();
  let session;
  hooks.isInitializedAsync = async () => undefined;
  hooks.getScriptUrl = (id) => scripts.get(id);
  hooks.getSessionAsync = () => {
    session ??= openSession(scripts);
    return session;
  };
};

async function openSession(scripts) {
  const session = new inspector.Session();
  session.connect();
  session.on("Debugger.scriptParsed", ({ params }) => scripts.set(params.scriptId, params.url));
  await new Promise((resolve, reject) => {
    session.post("Debugger.enable", (error) => (error === null ? resolve() : reject(error)));
  });
  return session;
}
