// Changes the text of modules as they are compiled, where nothing that they export can be replaced.
const Module = require("node:module");

/**
 * Loads modules, of which some are changed. Nothing of this is left when they are loaded, so that no error of whoever
 * loads modules afterwards shows it.
 *
 * New text uses no name but of what it replaces, of the language, and its own, which begin with `optropic`: what else
 * a version has a name for, nobody knows.
 *
 * @param {Map<string, [from: string, to: string, count: number][][]>} forms by the path of a module, the forms in which
 *   it is known, each with what is changed in it and how often; a module that has none of them stays as it is
 * @param {() => void} load
 */
module.exports = (forms, load) => {
  const { _compile } = Module.prototype;
  Module.prototype._compile = function (content, filename, ...rest) {
    return _compile.call(this, changed(content, forms.get(filename) ?? []), filename, ...rest);
  };
  try {
    load();
  } finally {
    Module.prototype._compile = _compile;
  }
};

function changed(content, forms) {
  const known = forms.find((changes) =>
    changes.every(([from, , count]) => content.split(from).length === count + 1),
  );
  return (known ?? []).reduce((text, [from, to]) => text.replaceAll(from, () => to), content);
}
