// Loaded into a previewed program before its runner. The SDK notes where each resource is declared, but reads
// only stack frames in parentheses and takes a module's `file:` address for a path: what an ES module declares
// at its top level would have no position, and what its functions declare a wrong one.
const { existsSync } = require("node:fs");
const { basename, dirname, join } = require("node:path");
const { isMainThread } = require("node:worker_threads");

const [, runner = ""] = process.argv;
const folder = dirname(runner);
// Processes and threads that the program starts get the same arguments for Node.js, and have no runner.
if (isMainThread && basename(folder) === "run" && basename(dirname(folder)) === "cmd") {
  // The runner loads this first too, before what it traces; an older one has none.
  const instrumentation = join(folder, "instrumentation.js");
  if (existsSync(instrumentation)) require(instrumentation);
  const sdk = join(folder, "..", "..");
  const { Resource } = require(join(sdk, "resource.js"));
  if (Resource.framePositionRegExp instanceof RegExp) {
    Resource.framePositionRegExp =
      /^\s*at (?:.* \()?(?:file:\/\/)?(?<file>.*):(?<line>[0-9]+):(?<column>[0-9]+)\)?$/;
    require("./places.cjs")(Resource);
  }
}
