// Changes the text of a module as it is compiled, where nothing that it exports can be replaced.
const Module = require("node:module");

/**
 * Loads modules, of which one is changed. Nothing of this is left when they are loaded, so that no error of whoever
 * loads modules afterwards shows it.
 *
 * @param {string} path of the module
 * @param {[from: string, to: string, count: number][]} changes each with how often it is made; a version of the module
 *   in which it is another number of times stays as it is
 * @param {() => void} load
 */
module.exports = (path, changes, load) => {
  const { _compile } = Module.prototype;
  Module.prototype._compile = function (content, filename, ...rest) {
    return _compile.call(this, filename === path ? changed(content, changes) : content, filename, ...rest);
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
