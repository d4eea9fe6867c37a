// The policy host registers ts-node, and so loads TypeScript, for every pack. One that Node.js runs by itself needs
// neither, so here both wait for the first TypeScript file that is required as a CommonJS module.
const { existsSync } = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");

const extensions = [".ts", ".tsx", ".cts", ".mts"];

/** @param {string} sdk folder of the SDK */
module.exports = (sdk) => {
  // A configuration of its own may have ts-node compile JavaScript too.
  if (existsSync(join(process.cwd(), "tsconfig.json"))) return;
  const path = join(sdk, "tsutils.js");
  if (!existsSync(path)) return;
  const tsutils = require(path);
  const requireStrings = tsutils.typeScriptRequireStrings;
  const version = versionFor(path);
  if (typeof requireStrings !== "function" || version === undefined) return;
  const requireFrom = Module.createRequire(path);
  const register = (options) => {
    const { typescriptRequire, tsnodeRequire } = requireStrings();
    requireFrom(tsnodeRequire).register({ ...options, compiler: typescriptRequire });
  };
  tsutils.typeScriptRequireStrings = () => ({ typescriptRequire: __filename, tsnodeRequire: __filename });
  // The policy host requires this file in place of both.
  module.exports = { version, register: (options) => whenRequired(() => register(options)) };
};

/** The version of TypeScript that the SDK would load; undefined where it would load its own copy. */
function versionFor(path) {
  try {
    return Module.createRequire(path)("typescript/package.json").version;
  } catch {
    return undefined;
  }
}

function whenRequired(register) {
  const before = extensions.map((extension) => [extension, Module._extensions[extension]]);
  for (const extension of extensions) {
    Module._extensions[extension] = (...args) => {
      for (const [name, handler] of before) {
        if (handler === undefined) delete Module._extensions[name];
        else Module._extensions[name] = handler;
      }
      register();
      (Module._extensions[extension] ?? Module._extensions[".js"])(...args);
    };
  }
}
