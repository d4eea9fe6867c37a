// Many modules take longer to load than to run. `tools/prepare.ts` makes one file of those of the checklist's pack, and
// others of those of `optropic`, which are loaded in their place while every module is what they were made of. An
// isolated guest does not see them.
const { createHash, hash, randomUUID } = require("node:crypto");
const {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require("node:fs");
const Module = require("node:module");
const { dirname, join } = require("node:path");
const { getHeapCodeStatistics, setFlagsFromString } = require("node:v8");
const { constants, Script } = require("node:vm");

/**
 * @param {string} root folder of the project
 * @param {string} part of a preparation
 * @returns {import("./prepared.cjs").Prepared | undefined} undefined where there is none, or it or anything that this part
 *   of it was made of has changed
 */
exports.prepared = (root, part) => {
  try {
    const made = JSON.parse(
      readFileSync(join(root, "node_modules", ".cache", "prepared", `${part}.json`), "utf8"),
    );
    if (made.root !== root) return undefined;
    if (made.folders.some((path) => existsSync(join(root, path, "node_modules")))) return undefined;
    const digest = createHash("sha256");
    // One place for each in turn, with room for a byte more than it had.
    const room = Buffer.allocUnsafeSlow(Math.max(...made.files.map(([, bytes]) => bytes)) + 1);
    for (const [path, bytes] of made.files) {
      if (readInto(room, join(root, path)) !== bytes) return undefined;
      digest.update(room.subarray(0, bytes));
    }
    if (digest.digest("hex") !== made.digest) return undefined;
    const [path, bytes] = made.files.at(-1);
    const file = join(root, path);
    // It has no character beyond ASCII.
    return { file, source: room.toString("latin1", 0, bytes), code: `${file}.${part}.code` };
  } catch {
    // None was made, or it or a file that it was made of is gone.
    return undefined;
  }
};

/** Reads a file from its beginning, and answers how many bytes that are. */
function readInto(room, path) {
  const file = openSync(path, "r");
  try {
    return readSync(file, room, 0, room.length, 0);
  } finally {
    closeSync(file);
  }
}

/**
 * A prepared file, with the code that V8 has compiled of it. Node.js keeps of a module what V8 compiles before it runs,
 * which is hardly any function; here it is what has run.
 *
 * @param {import("./prepared.cjs").Prepared} prepared
 * @returns {import("./prepared.cjs").Compiled}
 */
exports.compiled = ({ file, source, code }) => {
  const kept = keptCode(code);
  const script = new Script(Module.wrap(source), {
    filename: file,
    cachedData: kept?.subarray(countBytes),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const isNew = kept === undefined || script.cachedDataRejected === true;
  return {
    run() {
      const module = { exports: {} };
      const load = Module.createRequire(file);
      script.runInThisContext().call(module.exports, module.exports, load, module, file, dirname(file));
      return module.exports;
    },
    keepFirst: isNew ? () => keep(code, script, compiledBytes()) : undefined,
    keepMore() {
      const bytes = compiledBytes();
      if (isNew || bytes > Number(kept.readBigUInt64LE()) * (1 + growth)) keep(code, script, bytes);
    },
  };
};

/** By how much more a run has compiled than the one whose code is kept, for that to be kept in its place. */
const growth = 0.05;

/** Bytes of the digest that stands first, and of how much had been compiled, which stands before the code. */
const digestBytes = 32;
const countBytes = 8;

/** How much V8 has compiled in this process. */
function compiledBytes() {
  return getHeapCodeStatistics().bytecode_and_metadata_size;
}

/** What is kept of an earlier run; undefined where that is nothing, or is damaged: V8 would run it and crash. */
function keptCode(path) {
  try {
    const content = readFileSync(path);
    const kept = content.subarray(digestBytes);
    return hash("sha256", kept, "buffer").equals(content.subarray(0, digestBytes)) ? kept : undefined;
  } catch {
    return undefined;
  }
}

function keep(path, script, bytes) {
  // V8 takes only what was compiled with the flags that it has, and early collections begin later.
  for (const flag of ["--heap-growing-percent=0", "--semi-space-growth-factor=2"]) setFlagsFromString(flag);
  const draft = `${path}.${randomUUID()}`;
  try {
    const count = Buffer.alloc(countBytes);
    count.writeBigUInt64LE(BigInt(bytes));
    const kept = Buffer.concat([count, script.createCachedData()]);
    writeFileSync(draft, Buffer.concat([hash("sha256", kept, "buffer"), kept]), { flag: "wx" });
    renameSync(draft, path);
  } catch {
    // Where nothing can be written, each process compiles what it runs.
    rmSync(draft, { force: true });
  }
}
