// The SDK notes the stack of each resource that is declared: it has the source maps of every frame read, writes all of
// them as text and takes that apart again, which is more than a tenth of a large program's time. A place in an
// installed package declares nothing, and most frames recur, so here only the others are mapped, each once.
const { sep } = require("node:path");
const { pathToFileURL } = require("node:url");

const installed = `${sep}node_modules${sep}`;

/** @param {Function} Resource the SDK's class, whose pattern already reads the frames of ES modules */
module.exports = (Resource) => {
  const { stackTrace, framePositionRegExp } = Resource;
  if (typeof stackTrace !== "function" || !(framePositionRegExp instanceof RegExp)) return;
  const known = new Map();
  let mapping;
  Resource.stackTrace = (skip) => {
    const { prepareStackTrace, stackTraceLimit } = Error;
    // Node.js itself may map what the SDK reads.
    if (typeof prepareStackTrace !== "function") return stackTrace.call(Resource, skip + 1);
    // What a program sets may give each frame another place.
    if (mapping !== prepareStackTrace) {
      mapping = prepareStackTrace;
      known.clear();
    }
    // The SDK counts itself and `callsites` too, and leaves out the class that is declared.
    const sites = sitesOf(Resource.stackTrace).slice(Math.max(0, skip - 1));
    const own = sites.filter((site) => isOwn(fileOf(site)));
    const places = own.flatMap((site) => placeOf(site, framePositionRegExp) ?? []);
    return places.length > 0 || own.length === 0 ? places : stackTrace.call(Resource, skip + 1);

    function placeOf(site, pattern) {
      const key = `${fileOf(site)}:${site.getLineNumber()}:${site.getColumnNumber()}`;
      if (!known.has(key)) known.set(key, read(site, pattern, prepareStackTrace));
      return known.get(key);
    }

    function sitesOf(above) {
      try {
        Error.stackTraceLimit = Number.POSITIVE_INFINITY;
        Error.prepareStackTrace = (_, found) => found;
        const holder = {};
        Error.captureStackTrace(holder, above);
        return Array.isArray(holder.stack) ? holder.stack : [];
      } finally {
        Error.stackTraceLimit = stackTraceLimit;
        Error.prepareStackTrace = prepareStackTrace;
      }
    }
  };
};

function fileOf(site) {
  return site.getFileName() ?? site.getScriptNameOrSourceURL();
}

function isOwn(file) {
  return file != null && !file.startsWith("node:") && !file.includes(installed);
}

/** What the SDK would read from the line of one frame. */
function read(site, pattern, prepareStackTrace) {
  const text = prepareStackTrace(new Error(), [site]);
  if (typeof text !== "string") return undefined;
  const { file, line, column } = pattern.exec(text.split("\n").at(-1))?.groups ?? {};
  if (!file || file.startsWith("node:") || !(Number(line) > 0) || !(Number(column) > 0)) return undefined;
  return { uri: pathToFileURL(file).toString(), line: Number(line), column: Number(column) };
}
