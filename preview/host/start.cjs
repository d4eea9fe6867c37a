// Makes the start of a guest cheaper; loaded first of all.
const { createRequire } = require("node:module");
const { setFlagsFromString } = require("node:v8");

// Compiled code is of use only to a process whose V8 has the same flags. Pulumi's SDK sets one as it is loaded, so
// that what was loaded before it never fits, and what one host left never fits another, which loads it in another
// order. With the flag set from the start, every host takes the code of every other.
setFlagsFromString("--allow-natives-syntax");

// The SDK loads npm's package resolver as it starts, which takes a third of that, and needs it only where a
// program serializes functions with their packages. It is loaded when something of it is read.
const [, , runner = __filename] = process.argv;
const load = createRequire(runner);
try {
  const path = load.resolve("@npmcli/arborist");
  let loaded;
  const resolver = () => {
    if (loaded === undefined) {
      delete load.cache[path];
      loaded = load(path);
    }
    return loaded;
  };
  const exports = new Proxy(class {}, {
    // The SDK copies the properties of a module that does not say it is one of ES.
    get: (_, name) => name === "__esModule" || Reflect.get(resolver(), name),
    construct: (_, args) => Reflect.construct(resolver(), args),
  });
  load.cache[path] = { id: path, filename: path, loaded: true, children: [], paths: [], exports };
} catch {
  // An older SDK does without.
}
