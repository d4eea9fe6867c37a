// Tells by its text whether a function may declare resources. What it calls by a name is looked up where the function
// finds it, which V8's inspector tells; what is not found there counts as what may.
const inspector = require("node:inspector");
const { types } = require("node:util");

/** What an arrow function begins with; any other has its name or a keyword before its parameters. */
const isArrow = /^(?:async\b\s*)?(?:\(|[\p{ID_Continue}$]+\s*=>)/u;

/** Whether a function does more than to take a value apart: it makes something, or calls what may. */
exports.mayDeclare = (func) => {
  if (typeof func !== "function") return false;
  const text = textOf(func);
  // What the language has takes a value as it is; of a function that is bound to an object there is no text.
  if (text === undefined) return String(func.name).startsWith("bound ");
  const body = text.slice(startOf(text));
  if (/\bnew\b/.test(body) || opaque.test(body)) return true;
  return [...body.matchAll(/([\w$]+)\s*\(/g)].some(([, name]) => !harmless.has(name));
};

/** The same, with what it calls looked at too. */
exports.declares = (func) => {
  try {
    return new Search().declares(func);
  } catch {
    // Node's permissions may keep the inspector from everybody.
    return true;
  }
};

/** How many functions are looked at for one. */
const most = 100;

class Search {
  #session = new inspector.Session();
  #seen = new Set();

  declares(func) {
    this.#session.connect();
    try {
      return this.#mayDeclare(func);
    } finally {
      this.#session.disconnect();
    }
  }

  #mayDeclare(func) {
    if (typeof func !== "function") return true;
    if (plain.has(func) || this.#seen.has(func)) return false;
    this.#seen.add(func);
    const text = textOf(func);
    if (text === undefined || /^class\b/.test(text) || this.#seen.size > most || opaque.test(text))
      return true;
    const start = startOf(text);
    const own = new Set(
      [...text.slice(start).matchAll(/\bfunction\s+([\w$]+)\s*\(/g)].map(([, name]) => name),
    );
    const calls = [...text.matchAll(call)]
      .filter(({ index, groups }) => index >= start && groups.word !== "function")
      .map(({ index, groups: { word, path, name } }) => ({
        isNew: word === "new",
        // Whose method a result or a member has, the text does not tell.
        isOfResult: /[.#]\s*$/.test(text.slice(0, index)),
        ...{ path, name, root: /^[\w$]*/.exec(path)[0] || name },
      }));
    // Some things are made without brackets.
    if ([...text.slice(start).matchAll(/\bnew\b/g)].length > calls.filter(({ isNew }) => isNew).length)
      return true;
    const others = calls.filter(({ isNew, name }) => isNew || !harmless.has(name));
    const isLost = ({ isOfResult, root }) => isOfResult || (!own.has(root) && isOtherwiseUsed(text, root));
    if (others.some(isLost)) return true;
    const values = this.#scopeOf(func, new Set(others.map(({ root }) => root)));
    return others.some(({ path, name, root }) => {
      // The text of its own functions is within its own.
      if (own.has(root)) return path !== "" || values.has(root);
      const value = values.has(root) ? values.get(root) : globalThis[root];
      return this.#mayDeclare(path === "" ? value : memberOf(value, path, name));
    });
  }

  /** What names mean to a function, where that is neither its own nor global. */
  #scopeOf(func, names) {
    const found = new Map();
    const { internalProperties = [] } = this.#propertiesOf(this.#remoteOf(func));
    const scopes = internalProperties.find(({ name }) => name === "[[Scopes]]");
    if (scopes === undefined) throw new Error("a function without scopes");
    for (const { value: scope } of this.#propertiesOf(scopes.value).result) {
      if (scope?.objectId === undefined || scope.description === "Global") continue;
      for (const { name, value } of this.#propertiesOf(scope).result) {
        // A function finds the innermost, which may have no value yet.
        if (names.has(name) && !found.has(name)) found.set(name, this.#valueOf(value));
      }
    }
    return found;
  }

  #propertiesOf({ objectId }) {
    return this.#post("Runtime.getProperties", { objectId, ownProperties: true });
  }

  #valueOf(remote) {
    if (remote?.objectId === undefined) return undefined;
    let value;
    provide((given) => {
      value = given;
    });
    this.#post("Runtime.callFunctionOn", {
      objectId: remote.objectId,
      functionDeclaration: `function () { globalThis[Symbol.for("optropic.asked")](this); }`,
    });
    withdraw();
    return value;
  }

  #remoteOf(value) {
    provide(value);
    const { result } = this.#post("Runtime.evaluate", {
      expression: `globalThis[Symbol.for("optropic.asked")]`,
    });
    withdraw();
    return result;
  }

  /** A session in its own thread is answered at once. */
  #post(method, params) {
    let answered;
    this.#session.post(method, params, (error, answer) => {
      if (error) throw new Error(error.message);
      answered = answer;
    });
    return answered;
  }
}

function provide(value) {
  Object.defineProperty(globalThis, Symbol.for("optropic.asked"), { value, configurable: true });
}

function withdraw() {
  delete globalThis[Symbol.for("optropic.asked")];
}

/** The text of a function, with what throws and what walks through a list out of the way; undefined without one. */
function textOf(func) {
  // Of a function that is bound to an object there is no text.
  if (String(func.name).startsWith("bound ")) return undefined;
  const text = Function.prototype.toString.call(func);
  if (/\{\s*\[native code\]\s*\}$/.test(text)) return undefined;
  // Of an error that is thrown, and of a walk by a function that stands there too, what is between the brackets counts.
  return text
    .replace(/\bthrow\s+new\s+[\w$.]+\s*\(/g, "throw (")
    .replace(walk, ";(")
    .replace(walkByName, "; $<name>(")
    .replace(imported, " $<path>(");
}

/** Where what a function does begins; what a parameter is without an argument is part of it. */
function startOf(text) {
  if (!isArrow.test(text)) return text.indexOf("(") + 1;
  return /^async\b/.test(text) ? "async".length : 0;
}

/** A call of what is itself a result, or of what may not be there. */
const opaque = /(?:[\])]|\?\.)\s*\(/;

const walks = "\\.(?:every|filter|find|findIndex|flatMap|map|some|sort)\\s*\\(";
/** A call of a method of lists whose function has its text there, or that has none. */
const walk = new RegExp(`${walks}(?=\\s*(?:\\)|[\\w$]+\\s*=>|\\([^()]*\\)\\s*=>|function\\b))`, "g");
/** One whose function has a name, which is as good as a call of it. */
const walkByName = new RegExp(`${walks}\\s*(?<name>[\\w$]+)\\s*(?=\\))`, "g");
/** How TypeScript writes a call of what is imported. */
const imported = /\(0,\s*(?<path>[\w$]+\.[\w$]+)\)\s*\(/g;

const call = /(?:\b(?<word>new|function)\s+)?(?<path>(?:[\w$]+\s*\??\.\s*)*)(?<name>[\w$]+)\s*\(/g;

/** Whether a name stands for something else than what is called by it, such as a parameter. */
function isOtherwiseUsed(text, name) {
  const escaped = name.replaceAll("$", "\\$");
  return new RegExp(`(?<![\\w$.])${escaped}(?![\\w$])(?!\\s*(?:\\(|\\??\\.))`).test(text);
}

/** A function of an object, such as a module; nothing of what is computed. */
function memberOf(value, path, name) {
  const [, ...names] = path.split(".").map((part) => part.replace(/\?$/, "").trim());
  return [...names.slice(0, -1), name].reduce((holder, key) => {
    if ((typeof holder !== "object" && typeof holder !== "function") || holder === null) return undefined;
    if (types.isProxy(holder)) return undefined;
    const { value: found, get } = Object.getOwnPropertyDescriptor(holder, key) ?? {};
    // TypeScript exports what another module exports so.
    return get !== undefined && holder.__esModule === true ? get.call(holder) : found;
  }, value);
}

/** Words before a parenthesis, and functions of the language that call nothing of the program's. */
const harmless = new Set(
  `if for while switch catch return throw typeof function await String Number Boolean parseInt parseFloat stringify isArray keys
  values entries fromEntries at charAt concat endsWith includes indexOf join padEnd padStart repeat replace replaceAll
  slice split startsWith substring toFixed toISOString toLowerCase toString toUpperCase trim trimEnd trimStart`.split(
    /\s+/,
  ),
);

/** Functions of the language and of Node.js that call nothing of the program's. */
const plain = new Set([
  ...Object.getOwnPropertyNames(Math).map((name) => Math[name]),
  ...[encodeURIComponent, decodeURIComponent, encodeURI, decodeURI],
  ...[BigInt, Date, Map, RegExp, Set, URL, URLSearchParams, Date.now, Date.UTC, Date.parse],
  ...[Number.isInteger, Number.isFinite, Number.isNaN, Object.hasOwn],
  ...Object.values(require("node:path")),
]);
