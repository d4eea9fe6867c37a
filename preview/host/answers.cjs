// Watches what a previewed program does with the answers of functions that only a provider could give. As an
// output such an answer is unknown, as the preview wants it; but a program that awaits one reads it at once. What
// it reads then is the SDK's own unknown value, which stays unknown where it becomes an input, and the program is
// warned, once for each function.
const { existsSync } = require("node:fs");
const { basename, dirname, join, relative } = require("node:path");
const { isMainThread } = require("node:worker_threads");

const [, runner = ""] = process.argv;
const folder = dirname(runner);
if (isMainThread && basename(folder) === "run" && basename(dirname(folder)) === "cmd")
  watch(join(folder, "..", ".."));

function watch(sdk) {
  const { unknown } = require(join(sdk, "output.js"));
  const log = require(join(sdk, "log", "index.js"));
  const modules = [join(sdk, "runtime", "invoke.js"), join(sdk, "runtime", "index.js")];
  const warned = new Set();
  for (const name of ["invoke", "invokeSingle"]) {
    const [original] = modules.map((path) => require(path)[name]);
    if (typeof original !== "function") continue;
    const watched = (token, ...rest) =>
      original(token, ...rest).then((answer) => watchedAnswer(token, answer, name === "invokeSingle"));
    for (const path of modules) {
      const exported = require(path);
      // Of a newer SDK the second gives what the first has.
      if (Object.getOwnPropertyDescriptor(exported, name)?.writable) exported[name] = watched;
    }
  }

  // An SDK that reads that an answer is unknown hands over an empty one; an older one hands over the unknown in it.
  function isOpen(token, answer) {
    if (token.startsWith("pulumi:pulumi:") || typeof answer !== "object" || answer === null) return false;
    return answer.unknown === unknown || Object.keys(answer).length === 0;
  }

  function watchedAnswer(token, answer, isSingle) {
    if (isSingle && answer === undefined) return unknown;
    if (answer === unknown || !isOpen(token, answer)) return answer;
    return new Proxy(
      { unknown },
      {
        get(target, key, receiver) {
          if (typeof key === "symbol" || key in target || key === "then" || /^__|^toJSON$/.test(key)) {
            return Reflect.get(target, key, receiver);
          }
          if (!warned.has(token)) {
            warned.add(token);
            const text = `the answer of ${token} is not known offline, and ${placeOfCaller()} reads .${key} of it as a plain value: ask for an output instead, by the function of the same name that ends in Output`;
            void log.warn(text);
          }
          return unknown;
        },
      },
    );
  }
}

/** The innermost line of the program's own code on the stack. */
function placeOfCaller() {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  const { stack = "" } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  for (const line of stack.split("\n").slice(1)) {
    const [, file = "", row] = /(?:file:\/\/)?(\/[^()]*):(\d+):\d+\)?$/.exec(line) ?? [];
    if (existsSync(file) && !file.startsWith(__dirname) && !file.split("/").includes("node_modules")) {
      return `${relative(process.cwd(), file)}:${row}`;
    }
  }
  return "the program";
}
