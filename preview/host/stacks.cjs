// @pulumi/policy makes every resource of a stack anew for each policy of stacks: with many of both, that is most of
// a pack's time and memory. Here every policy but the first gets a list that is made when the policy looks at it, by
// the host's own code, around which a function is put as it is compiled.
const { createRequire } = require("node:module");
const { join } = require("node:path");

const lazyResources = require("./resources.cjs");
const rewritten = require("./rewritten.cjs");
const WhenRead = require("./when-read.cjs");

/** What of the host is changed, by what it calls the resources of a stack: an older one has no name for them. */
const forms = ["resources", "req.getResourcesList()"].map((stack) => [
  [
    `const intermediates = [];\n                        for (const r of ${stack}) {`,
    `const optropicStack = ${stack}; const optropicMake = () => { const intermediates = [];\n                        for (const r of optropicStack) {`,
    1,
  ],
  [
    "const args = {\n                            resources: intermediates.map(r => r.resource),",
    "return intermediates.map(r => r.resource); }; const args = {\n                            resources: globalThis[Symbol.for('optropic.resources')](optropicStack, optropicMake),",
    1,
  ],
]);

/** Loads the host that a pack will load. */
module.exports = () => {
  const requireFrom = createRequire(join(process.cwd(), "package.json"));
  let server;
  try {
    server = requireFrom.resolve("@pulumi/policy/server.js");
  } catch {
    // Whoever needs it will say that it is not installed.
    return;
  }
  Object.defineProperty(globalThis, Symbol.for("optropic.resources"), { value: listOf });
  rewritten(new Map([[server, forms]]), () => requireFrom(server));
  lazyResources(server);
};

module.exports.forms = forms;

const made = new WeakSet();

/** The first list of a stack is made at once, so that what cannot be read fails as ever. */
function listOf(stack, make) {
  if (!made.has(stack)) {
    made.add(stack);
    return make();
  }
  // Two proxies: whoever prints a list looks behind the outer one.
  return new Proxy(new Proxy([], new WhenRead(make)), {});
}
