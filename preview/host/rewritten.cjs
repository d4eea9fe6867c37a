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
 * @returns {boolean} whether it was changed
 */
module.exports = (path, changes, load) => {
  const { _compile } = Module.prototype;
  let isChanged = false;
  Module.prototype._compile = function (content, filename, ...rest) {
    const source = filename === path ? changed(content, changes) : content;
    isChanged ||= source !== content;
    return _compile.call(this, source, filename, ...rest);
  };
  try {
    load();
  } finally {
    Module.prototype._compile = _compile;
  }
  return isChanged;
};

function changed(content, changes) {
  const isKnown = changes.every(([from, , count]) => content.split(from).length === count + 1);
  return isKnown ? changes.reduce((text, [from, to]) => text.replaceAll(from, () => to), content) : content;
}
