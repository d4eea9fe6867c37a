// Pulumi's SDK loads TypeScript, and the reader of npm's dependency trees, to serialize functions, which a preview
// hardly ever does. They take half of the time in which the SDK loads, so here each waits until it is used.
const Module = require("node:module");
const { join } = require("node:path");

/**
 * Loads modules of the SDK without the two; whoever asks for these afterwards gets them as ever.
 *
 * @param {string} sdk folder of the SDK
 * @param {() => void} load
 */
module.exports = (sdk, load) => {
  const requireFrom = Module.createRequire(join(sdk, "runtime", "closure", "codePaths.js"));
  const standIns = ["@npmcli/arborist", "../../typescript-shim"].flatMap((request) =>
    standIn(requireFrom, request),
  );
  try {
    load();
  } finally {
    for (const { id } of standIns) delete require.cache[id];
  }
};

function standIn(requireFrom, request) {
  const path = resolved(requireFrom, request);
  if (path === undefined || require.cache[path] !== undefined) return [];
  const module = new Module(path);
  module.filename = path;
  module.loaded = true;
  module.exports = whenUsed(() => requireFrom(path));
  require.cache[path] = module;
  return [module];
}

/** An older SDK may have none of them. */
function resolved(requireFrom, request) {
  try {
    return requireFrom.resolve(request);
  } catch {
    return undefined;
  }
}

/** What a CommonJS module exports, which is loaded when something is read of it. */
function whenUsed(load) {
  const read = (key) => {
    const exported = load();
    return key === "default" && !(key in exported) ? exported : exported[key];
  };
  return new Proxy(class {}, {
    // The helper of compiled modules would copy all that one exports unless it is an ES module.
    get: (_, key) => key === "__esModule" || read(key),
    has: (_, key) => key in load(),
    apply: (_, self, args) => Reflect.apply(load(), self, args),
    construct: (_, args) => Reflect.construct(load(), args),
  });
}
