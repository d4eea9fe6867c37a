// The SDK sends each message to the engine, one after the other, and of its own debug messages some twenty for a
// resource. The preview drops these, progress, and all that comes after the first thousand: here they are not sent, and
// how many were left out is said instead. What a program says of its settings travels as a debug message, and is sent.
const { join } = require("node:path");

const isWritable = require("./writable.cjs");

/** How messages begin that the preview reads. */
const ours = "optropic:";

/** Messages that the preview keeps. */
const most = 1000;

/** @param {string} sdk folder of the SDK */
module.exports = (sdk) => {
  const log = require(join(sdk, "log", "index.js"));
  const { debug } = log;
  if (!isWritable(log, "debug")) return;
  bound(log);
  log.debug = (message, ...rest) =>
    typeof message === "string" && !message.startsWith(ours) ? Promise.resolve() : debug(message, ...rest);
};

function bound(log) {
  // A program may put another in its place.
  const later = setImmediate;
  let sent = 0;
  let left = 0;
  for (const name of ["info", "warn"]) {
    const send = log[name];
    if (!isWritable(log, name)) continue;
    log[name] = (message, resource, stream, isProgress) => {
      // What is no text may fail, as ever.
      if (typeof message !== "string") return send(message, resource, stream, isProgress);
      if (isProgress === true) return Promise.resolve();
      sent += 1;
      if (sent <= most) return send(message, resource, stream);
      if (left === 0) later(tell);
      left += 1;
      return Promise.resolve();
    };
  }
  function tell() {
    void log.debug(`${ours}left:${left}`);
    left = 0;
  }
}
