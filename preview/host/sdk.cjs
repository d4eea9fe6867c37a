// Loads the SDK of a guest before its runner does, less what a preview has no use for.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const lazy = require("./lazy.cjs");
const quiet = require("./quiet.cjs");
const inspector = require("./inspector.cjs");
const promises = require("./promises.cjs");
const outputs = require("./outputs.cjs");
const gate = require("./gate.cjs");

/**
 * @param {string} sdk its folder
 * @param {() => void} load loads what the guest needs of it
 */
module.exports = (sdk, load) => {
  lazy(sdk, () => {
    outputs(sdk, load);
    for (const path of ["cmd/run/tracing.js", "runtime/manifest.js"]) {
      const module = join(sdk, path);
      if (existsSync(module)) require(module);
    }
  });
  for (const change of [promises, gate, quiet, inspector]) change(sdk);
};
