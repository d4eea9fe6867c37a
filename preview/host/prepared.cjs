// Many modules take longer to load than to run. `tools/prepare.ts` makes one file of those of the checklist's pack, and
// some of those of the command, which are loaded in their place while every module is what they were made of. An
// isolated guest does not see them.
const { hash } = require("node:crypto");
const { existsSync, readFileSync } = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");

/**
 * @param {string} root folder of the project
 * @param {"command" | "pack"} name
 * @returns {string | undefined} the file to load; undefined where there is none, or anything has changed
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
    const file = join(folder, prepared.file);
    return existsSync(file) ? file : undefined;
  } catch {
    // None was made, or a file that it was made of is gone.
    return undefined;
  }
};

/** Has the pack of this process loaded from one file, where there is one of it. */
exports.loadPack = () => {
  const root = join(__dirname, "..", "..");
  const pack = process.cwd();
  const file = pack === join(root, "policies") ? exports.preparedFile(root, "pack") : undefined;
  if (file === undefined) return;
  const { _resolveFilename } = Module;
  Module._resolveFilename = function (request, ...rest) {
    if (request !== pack) return _resolveFilename.call(this, request, ...rest);
    // The host requires the pack's folder, once.
    Module._resolveFilename = _resolveFilename;
    return file;
  };
};
