// Has the pack of this process loaded from the file that is prepared of it, where there is one.
const Module = require("node:module");
const { join } = require("node:path");

const { compiled, prepared } = require("./prepared.cjs");

module.exports = () => {
  // An isolated pack runs nothing that one without bounds may have left. In a sandbox, where this module is elsewhere,
  // none is found.
  if (process.permission !== undefined) return;
  const root = join(__dirname, "..", "..");
  const pack = process.cwd();
  const found = pack === join(root, "policies") ? prepared(root, "pack") : undefined;
  if (found === undefined) return;
  const { _load } = Module;
  // The host requires the pack's folder, once.
  Module._load = function (request, ...rest) {
    if (request !== pack) return _load.call(this, request, ...rest);
    Module._load = _load;
    const { run, keepFirst } = compiled(found);
    if (keepFirst !== undefined) beforeAnswer(keepFirst);
    return run();
  };
};

/** Calls back when the stack is judged, before the preview, which then ends this process, hears of it. */
function beforeAnswer(callback) {
  const server = Module.createRequire(join(process.cwd(), "package.json")).resolve(
    "@pulumi/policy/server.js",
  );
  const { AnalyzerService } = Module.createRequire(server)("@pulumi/pulumi/proto/analyzer_grpc_pb.js");
  const { responseSerialize } = AnalyzerService.analyzeStack;
  AnalyzerService.analyzeStack.responseSerialize = (...args) => {
    callback();
    return responseSerialize(...args);
  };
}
