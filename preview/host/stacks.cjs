// @pulumi/policy makes every resource of a stack anew for each policy of stacks: with many of both, that is most of
// a pack's time and memory. Here every policy but the first gets a list that is made when the policy looks at it, by
// the host's own code, around which a function is put as it is compiled.
const Module = require("node:module");

const WhenRead = require("./when-read.cjs");

/** What of the host is changed; a version in which one of these is not there once stays as it is. */
const changes = [
  ["const intermediates = [];", "const madeOf = () => { const intermediates = [];"],
  [
    "const args = {\n                            resources: intermediates.map(r => r.resource),",
    "return intermediates.map(r => r.resource); }; const args = {\n                            resources: globalThis[Symbol.for('optropic.resources')](resources, madeOf),",
  ],
];

module.exports = () => {
  Object.defineProperty(globalThis, Symbol.for("optropic.resources"), { value: listOf });
  const { _compile } = Module.prototype;
  Module.prototype._compile = function (content, filename, ...rest) {
    const source = /[\\/]@pulumi[\\/]policy[\\/]server\.js$/.test(filename) ? changed(content) : content;
    return _compile.call(this, source, filename, ...rest);
  };
};

function changed(content) {
  const isKnown = changes.every(([from]) => content.split(from).length === 2);
  return isKnown ? changes.reduce((text, [from, to]) => text.replace(from, () => to), content) : content;
}

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
