// Watches what a previewed program does with the answers of functions that only a provider could give. As an
// output such an answer is unknown, as the preview wants it; but a program that awaits one reads it at once. What
// it reads then is the SDK's own unknown value, however deep, and in a text the mark of an unknown one: both stay
// unknown where they become an input, and the program is warned, once for each function. So it is with outputs of
// other stacks that nobody gave.
const { existsSync } = require("node:fs");
const { basename, dirname, join, relative } = require("node:path");
const { isMainThread } = require("node:worker_threads");

const watchApply = require("./unapplied.cjs");
const isWritable = require("./writable.cjs");

const anywhereInSdk = /[\\/]node_modules[\\/]@pulumi[\\/]/;
const [, runner = ""] = process.argv;
const folder = dirname(runner);
if (isMainThread && basename(folder) === "run" && basename(dirname(folder)) === "cmd")
  watch(join(folder, "..", ".."));

function watch(sdk) {
  const { all, Output, unknown } = require(join(sdk, "output.js"));
  const { unknownValue } = require(join(sdk, "runtime", "rpc.js"));
  const log = require(join(sdk, "log", "index.js"));
  const { ResourceInvokeResponse } = require(join(sdk, "proto", "resource_pb.js"));
  const modules = [join(sdk, "runtime", "invoke.js"), join(sdk, "runtime", "index.js")];
  const warned = new Set();
  /** Whose answer each unknown value is. */
  const tokens = new WeakMap();
  /** Functions to whose answers something was applied that did not run. */
  const unapplied = new Set();
  let watchesApply = false;
  // The value says what is unknown, in every SDK alike; an older one has no other way.
  if (ResourceInvokeResponse !== undefined) ResourceInvokeResponse.prototype.getUnknown = () => false;
  replace("invoke", (original) => (token, ...rest) => {
    watchUnapplied();
    return original(token, ...rest).then((answer) => (isOpen(answer) ? watchedUnknown(token) : answer));
  });
  for (const name of ["invokeOutput", "call"]) {
    // An answer that holds an unknown would have known properties beside it: the whole must be unknown.
    replace(name, (original) => (...args) => {
      watchUnapplied();
      return original(...args).apply((answer) => (isOpen(answer) ? watchedUnknown(args[0]) : answer), true);
    });
  }

  watchOtherStacks();

  function watchOtherStacks() {
    const { prototype } = require(join(sdk, "stackReference.js")).StackReference;
    const { readOutputValue } = prototype;
    for (const name of ["getOutput", "requireOutput"]) {
      const ofWhole = prototype[name];
      // What is not given of a stack makes all of its outputs unknown together, and those that are given are known.
      prototype[name] = function (output) {
        const whole = ofWhole.call(this, output);
        const value = all([output, this.outputs]).apply(
          ([key, outputs]) => (outputs !== unknown && Object.hasOwn(outputs, key) ? outputs[key] : unknown),
          true,
        );
        const { isSecret } = whole;
        return new Output(whole.resources(), value.promise(), value.isKnown, isSecret, whole.allResources());
      };
    }
    if (typeof readOutputValue !== "function") return;
    prototype.readOutputValue = async function (caller, output, ...rest) {
      const stack = longStack();
      if (await this.getOutput(output).isKnown) return readOutputValue.call(this, caller, output, ...rest);
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
      if (isWritable(exported, name)) exported[name] = changed;
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
    const value = openValue(
      warn,
      openValue(() => {}),
    );
    tokens.set(value, token);
    return value;
  }

  /** Of what is applied to answers, from the first one that a program asks for. */
  function watchUnapplied() {
    if (watchesApply) return;
    watchesApply = true;
    watchApply(
      sdk,
      (value) => tokens.get(value),
      (token, { stack = "" }) => {
        if (unapplied.has(token)) return;
        unapplied.add(token);
        const place = placeIn(stack.split("\n").slice(2));
        const text = `the answer of ${token} is not known offline, so the function that ${place} applies to it does not run: resources that it declares are not judged`;
        void log.warn(text);
      },
    );
  }

  /** An unknown value whose properties are unknown, and as a text too; `warn` is told of each use. */
  function openValue(warn, within, isLength = false) {
    // Who counts up to what is not known would go through none of it.
    const asNumber = () => {
      if (isLength) throw new TypeError("how many there are of what is not known offline cannot be counted");
      return Number.NaN;
    };
    const asText = () => {
      warn(longStack(), "the text", anywhereInSdk);
      return unknownValue;
    };
    const value = new Proxy(unknown, {
      get(target, key, receiver) {
        if (key === Symbol.toPrimitive) return (hint) => (hint === "number" ? asNumber() : asText());
        if (key === "toString" || key === "toJSON") return asText;
        if (typeof key === "symbol" || key in target || key === "then" || key.startsWith("__")) {
          return Reflect.get(target, key, receiver);
        }
        warn(longStack(), `.${key}`, /[\\/]output\.[jt]s:/);
        if (key === "length") return openValue(() => {}, undefined, true);
        return textMethods.has(key) ? openMethod(key, within ?? value) : (within ?? value);
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

  /** A method of a text or a list, whose result is as unknown as that is. */
  function openMethod(name, result) {
    return (...args) => {
      // What it would be called with, and how often, nobody knows.
      if (!args.some((arg) => typeof arg === "function")) return result;
      throw new TypeError(`.${name} of what is not known offline cannot call a function`);
    };
  }
}

/**
 * Methods of texts and lists whose names no property of an answer is likely to have. Those that call a function for
 * each member of a list are not among them: it may declare resources, and how many nobody knows.
 */
const textMethods = new Set(
  `charAt charCodeAt codePointAt concat endsWith includes indexOf join lastIndexOf localeCompare normalize padEnd
  padStart replace replaceAll reverse slice sort split startsWith substr substring toFixed toLocaleLowerCase
  toLocaleUpperCase toLowerCase toReversed toSorted toUpperCase trim trimEnd trimStart`.split(/\s+/),
);

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
