// Many modules take longer to load than to run. `tools/prepare.ts` makes one file of those of the checklist's pack, and
// one of those of `optropic preview`, which are loaded in their place while every module is what they were made of. An
// isolated guest does not see them.
const { hash, randomUUID } = require("node:crypto");
const { existsSync, readFileSync, renameSync, rmSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { dirname, join } = require("node:path");
const { setFlagsFromString } = require("node:v8");
const { constants, Script } = require("node:vm");

/**
 * @param {string} root folder of the project
 * @param {string} name of the preparation
 * @returns {string | undefined} the file to load; undefined where there is none, or it or anything that it was made of has
 *   changed
 */
exports.preparedFile = (root, name) => {
  const folder = join(root, "node_modules", ".cache", "prepared", name);
  try {
    const prepared = JSON.parse(readFileSync(join(folder, "prepared.json"), "utf8"));
    if (prepared.root !== root) return undefined;
    if (prepared.folders.some((path) => existsSync(join(root, path, "node_modules")))) return undefined;
    for (const [path, digest] of Object.entries(prepared.files)) {
      if (hash("sha256", readFileSync(join(root, path))) !== digest) return undefined;
    }
    return join(folder, prepared.file);
  } catch {
    // None was made, or it or a file that it was made of is gone.
    return undefined;
  }
};

/**
 * Runs a prepared file with the code that V8 has compiled of it. Node.js keeps of a module what V8 compiles before it
 * runs, which is hardly any function; here it is what has run.
 *
 * @param {string} file
 * @param {(keep: () => void) => void} whenNew is called before it runs, where nothing is kept of it: to call `keep`
 *   keeps for the next time what has run by then
 * @returns {object} what it exports
 */
exports.runPrepared = (file, whenNew) => {
  const kept = `${file}.code`;
  const cachedData = keptCode(kept);
  const script = new Script(Module.wrap(readFileSync(file, "utf8")), {
    filename: file,
    cachedData,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  if (cachedData === undefined || script.cachedDataRejected) whenNew(() => keep(kept, script));
  const module = { exports: {} };
  const load = Module.createRequire(file);
  script.runInThisContext().call(module.exports, module.exports, load, module, file, dirname(file));
  return module.exports;
};

/** Bytes of the digest that stands before the code. */
const digestBytes = 32;

/** What is kept of an earlier run; undefined where that is nothing, or is damaged: V8 would run it and crash. */
function keptCode(path) {
  try {
    const content = readFileSync(path);
    const code = content.subarray(digestBytes);
    return hash("sha256", code, "buffer").equals(content.subarray(0, digestBytes)) ? code : undefined;
  } catch {
    return undefined;
  }
}

function keep(path, script) {
  // V8 takes only what was compiled with the flags that it has, and early collections begin later.
  setFlagsFromString("--heap-growing-percent=0");
  const draft = `${path}.${randomUUID()}`;
  try {
    const code = script.createCachedData();
    writeFileSync(draft, Buffer.concat([hash("sha256", code, "buffer"), code]), { flag: "wx" });
    renameSync(draft, path);
  } catch {
    // Where nothing can be written, each process compiles what it runs.
    rmSync(draft, { force: true });
  }
}
