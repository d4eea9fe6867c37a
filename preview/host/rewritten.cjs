// Changes the text of modules as they are compiled, where nothing that they export can be replaced.
const Module = require("node:module");

/**
 * Loads modules, of which some are changed. Nothing of this is left when they are loaded, so that no error of whoever
 * loads modules afterwards shows it.
 *
 * @param {Map<string, [from: string, to: string, count: number][]>} changes by the path of a module, each with how often
 *   it is made; a version of the module in which it is another number of times stays as it is
 * @param {() => void} load
 */
module.exports = (changes, load) => {
  const { _compile } = Module.prototype;
  Module.prototype._compile = function (content, filename, ...rest) {
    return _compile.call(this, changed(content, changes.get(filename) ?? []), filename, ...rest);
  };
  try {
    load();
  } finally {
    Module.prototype._compile = _compile;
  }
};

function changed(content, changes) {
  const isKnown = changes.every(([from, , count]) => content.split(from).length === count + 1);
  return isKnown ? changes.reduce((text, [from, to]) => text.replaceAll(from, () => to), content) : content;
}
