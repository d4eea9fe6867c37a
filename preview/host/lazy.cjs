// Pulumi's SDK loads much that a preview hardly ever uses: TypeScript and the reader of npm's dependency trees to
// serialize functions, the readers of packages' manifests, the Automation API, and what exports traces. Together they
// take most of the time in which the SDK loads, so here each waits until it is used.
const Module = require("node:module");
const { existsSync } = require("node:fs");
const { join } = require("node:path");

/** Modules of which the whole is handed on, by the module of the SDK that requires them. */
const wholes = [
  ["runtime/closure/codePaths.js", "@npmcli/arborist", callable],
  ["runtime/closure/codePaths.js", "../../typescript-shim", callable],
  ["runtime/closure/codePaths.js", "normalize-package-data", callable],
  ["runtime/rpc.js", "semver", callable],
  ["runtime/manifest.js", "js-yaml", callable],
  ["index.js", "./automation", plain],
];
/** Modules of which only functions and classes are taken. */
const parts = [
  "resources",
  "sdk-trace-base",
  "exporter-zipkin",
  "instrumentation-grpc",
  "sdk-trace-node",
  "instrumentation",
].map((name) => ["cmd/run/tracing.js", `@opentelemetry/${name}`, functions]);

/**
 * Loads modules of the SDK without these; whoever asks for them afterwards gets them as ever.
 *
 * @param {string} sdk folder of the SDK
 * @param {() => void} load
 */
module.exports = (sdk, load) => {
  const standIns = [...wholes, ...parts].flatMap(([from, request, make]) => {
    const file = join(sdk, from);
    return existsSync(file) ? standIn(Module.createRequire(file), request, make) : [];
  });
  try {
    load();
  } finally {
    standIns.forEach(withdraw);
  }
};

function standIn(requireFrom, request, make) {
  const path = resolved(requireFrom, request);
  if (path === undefined || require.cache[path] !== undefined) return [];
  const module = new Module(path);
  module.filename = path;
  module.loaded = true;
  let loaded;
  // What serializes functions asks TypeScript for something some ten thousand times.
  module.exports = make(() => {
    if (loaded === undefined) {
      withdraw(module);
      loaded = { exports: requireFrom(path) };
    }
    return loaded.exports;
  });
  require.cache[path] = module;
  return [module];
}

/** Whoever requires the module from now on gets the real one. */
function withdraw(module) {
  if (require.cache[module.id] === module) delete require.cache[module.id];
}

/** An older SDK may have none of them. */
function resolved(requireFrom, request) {
  try {
    return requireFrom.resolve(request);
  } catch {
    return undefined;
  }
}

/** What a module exports that may be a function itself. */
function callable(load) {
  return new Proxy(class {}, forwarding(load));
}

/** What a module exports that is an object, as whoever asks for its type sees. */
function plain(load) {
  return new Proxy({}, forwarding(load));
}

/** What a module exports of which all that is read is called, or read in turn, later. */
function functions(load) {
  return new Proxy({}, { get: (_, key) => callable(() => load()[key]) });
}

function forwarding(load) {
  const read = (key) => {
    const exported = load();
    return key === "default" && !(key in exported) ? exported : exported[key];
  };
  return {
    // The helper of compiled modules would copy all that one exports unless it is an ES module.
    get: (_, key) => key === "__esModule" || read(key),
    has: (_, key) => key in load(),
    ownKeys: () => Reflect.ownKeys(load()),
    getOwnPropertyDescriptor(_, key) {
      const found = Reflect.getOwnPropertyDescriptor(load(), key);
      return found && { ...found, configurable: true };
    },
    apply: (_, self, args) => Reflect.apply(load(), self, args),
    construct: (_, args) => Reflect.construct(load(), args),
  };
}
