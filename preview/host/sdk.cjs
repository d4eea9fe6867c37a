// Loads the SDK of a guest before its runner does, less what a preview has no use for.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const lazy = require("./lazy.cjs");
const quiet = require("./quiet.cjs");
const inspector = require("./inspector.cjs");
const promises = require("./promises.cjs");
const outputs = require("./outputs.cjs");
const gate = require("./gate.cjs");
const { changes, defer } = require("./deferred.cjs");
const rewritten = require("./rewritten.cjs");

/**
 * @param {string} sdk its folder
 * @param {() => void} load loads what the guest needs of it
 * @param {number | undefined} first how many of its resources wait for nothing
 */
module.exports = (sdk, load, first = undefined) => {
  let given;
  let isDeferring = false;
  lazy(sdk, () => {
    given = outputs(sdk, () => {
      isDeferring = rewritten(join(sdk, "runtime", "resource.js"), changes, load);
    });
    for (const path of ["cmd/run/tracing.js", "runtime/manifest.js"]) {
      const module = join(sdk, path);
      if (existsSync(module)) require(module);
    }
  });
  for (const change of [promises, quiet, inspector]) change(sdk);
  const turns = gate(sdk, first);
  if (isDeferring && given !== undefined && turns !== undefined) defer(sdk, given, turns);
};
