// Watches what a previewed program does with the answers of functions that only a provider could give. As an
// output such an answer is unknown, as the preview wants it; but a program that awaits one reads it at once. What
// it reads then is the SDK's own unknown value, however deep, and in a text the mark of an unknown one: both stay
// unknown where they become an input, and the program is warned, once for each function. So it is with outputs of
// other stacks that nobody gave.
const { existsSync } = require("node:fs");
const { basename, dirname, join, relative } = require("node:path");
const { isMainThread } = require("node:worker_threads");

const anywhereInSdk = /[\\/]node_modules[\\/]@pulumi[\\/]/;
const [, runner = ""] = process.argv;
const folder = dirname(runner);
if (isMainThread && basename(folder) === "run" && basename(dirname(folder)) === "cmd")
  watch(join(folder, "..", ".."));

function watch(sdk) {
  const { unknown } = require(join(sdk, "output.js"));
  const { unknownValue } = require(join(sdk, "runtime", "rpc.js"));
  const log = require(join(sdk, "log", "index.js"));
  const { ResourceInvokeResponse } = require(join(sdk, "proto", "resource_pb.js"));
  const modules = [join(sdk, "runtime", "invoke.js"), join(sdk, "runtime", "index.js")];
  const warned = new Set();
  // The value says what is unknown, in every SDK alike; an older one has no other way.
  if (ResourceInvokeResponse !== undefined) ResourceInvokeResponse.prototype.getUnknown = () => false;
  replace(
    "invoke",
    (original) =>
      (token, ...rest) =>
        original(token, ...rest).then((answer) => (isOpen(answer) ? watchedUnknown(token) : answer)),
  );
  for (const name of ["invokeOutput", "call"]) {
    // An answer that holds an unknown would have known properties beside it: the whole must be unknown.
    replace(
      name,
      (original) =>
        (...args) =>
          original(...args).apply((answer) => (isOpen(answer) ? unknown : answer), true),
    );
  }

  watchOtherStacks();

  function watchOtherStacks() {
    const { prototype } = require(join(sdk, "stackReference.js")).StackReference;
    const { readOutputValue } = prototype;
    if (typeof readOutputValue !== "function") return;
    prototype.readOutputValue = async function (caller, output, ...rest) {
      const stack = longStack();
      if (await this.outputs.isKnown) return readOutputValue.call(this, caller, output, ...rest);
      const name = `${await this.name.promise()}:${output}`;
      if (!warned.has(name)) {
        warned.add(name);
        const text = `${name}, an output of another stack, is not known offline, and ${placeIn(stack)} reads it as a plain value: give it with --stack-output, or ask for it with getOutput`;
        void log.warn(text);
      }
      return [openValue(() => {}), false];
    };
  }

  function replace(name, change) {
    const [original] = modules.map((path) => require(path)[name]);
    if (typeof original !== "function") return;
    const changed = change(original);
    for (const path of modules) {
      const exported = require(path);
      // Of a newer SDK the second gives what the first has.
      if (Object.getOwnPropertyDescriptor(exported, name)?.writable) exported[name] = changed;
    }
  }

  function isOpen(answer) {
    return typeof answer === "object" && answer !== null && answer !== unknown && answer.unknown === unknown;
  }

  /** The SDK's unknown value, but for what is read of it. */
  function watchedUnknown(token) {
    // The SDK itself reads a property where the program asks an output for it, and lists them where it serializes.
    const warn = (stack, what, ownReads) => {
      const [, ...callers] = stack;
      // A function of the language, such as Object.keys, stands between the two without a place of its own.
      const caller = callers.find((line) => !line.endsWith("(<anonymous>)") && !line.includes(__dirname));
      if (warned.has(token) || ownReads.test(caller ?? "")) return;
      warned.add(token);
      const text = `the answer of ${token} is not known offline, and ${placeIn(stack)} reads ${what} of it as a plain value: ask for an output instead, by the function of the same name that ends in Output`;
      void log.warn(text);
    };
    const within = openValue(() => {});
    return openValue(warn, within);
  }

  /** An unknown value whose properties are unknown, and as a text too; `warn` is told of each use. */
  function openValue(warn, within) {
    const asText = () => {
      warn(longStack(), "the text", anywhereInSdk);
      return unknownValue;
    };
    const value = new Proxy(unknown, {
      get(target, key, receiver) {
        if (key === Symbol.toPrimitive) return (hint) => (hint === "number" ? Number.NaN : asText());
        if (key === "toString" || key === "toJSON") return asText;
        if (typeof key === "symbol" || key in target || key === "then" || key.startsWith("__")) {
          return Reflect.get(target, key, receiver);
        }
        warn(longStack(), `.${key}`, /[\\/]output\.[jt]s:/);
        return within ?? value;
      },
      // What is spread, destructured into a rest or written as JSON takes its properties from here: none.
      ownKeys(target) {
        warn(longStack(), "the properties", anywhereInSdk);
        return Reflect.ownKeys(target);
      },
      has(target, key) {
        if (typeof key === "string" && !key.startsWith("__")) warn(longStack(), `.${key}`, anywhereInSdk);
        return Reflect.has(target, key);
      },
    });
    return value;
  }
}

/** Lines of the stack, from the function that called this one outwards. */
function longStack() {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  const { stack = "" } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return stack.split("\n").slice(2);
}

/** The innermost line of the program's own code. */
function placeIn(stack) {
  for (const line of stack) {
    const [, file = "", row] = /(?:file:\/\/)?(\/[^()]*):(\d+):\d+\)?$/.exec(line) ?? [];
    if (existsSync(file) && !file.startsWith(__dirname) && !file.split("/").includes("node_modules")) {
      return `${relative(process.cwd(), file)}:${row}`;
    }
  }
  return "the program";
}
