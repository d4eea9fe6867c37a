// The main module of a policy pack's process: it becomes the policy host of the pack's own SDK, whose server
// has one connection, inherited from the preview. The host also listens on a port of the loopback interface and
// prints it. Anybody on the machine can connect there, so everybody is turned away and nobody needs the number.
const http2 = require("node:http2");
const Module = require("node:module");
const net = require("node:net");
const { basename, dirname, join } = require("node:path");
const { stripVTControlCharacters } = require("node:util");
const { setFlagsFromString } = require("node:v8");

require("./start.cjs");

const lazyCompiler = require("./compiler.cjs");
const lazyInputs = require("./inputs.cjs");

const { createServer } = http2;
// The server keeps the process alive; without one, it ends.
const connection = new net.Socket({ fd: 3 }).unref();
/** Servers that listen, by port, and the connections that each has: the host's is the one whose port is printed. */
const listening = new Map();
http2.createServer = (...args) => {
  const server = createServer(...args);
  server.on("listening", () => {
    const { port } = server.address() ?? {};
    if (port === undefined || isPrinted) return;
    const sockets = new Set();
    listening.set(port, { server, sockets });
    server.on("connection", (socket) => sockets.add(socket));
    server.on("close", () => listening.delete(port));
  });
  return server;
};
Module.syncBuiltinESMExports();

// The host's server listens at the loopback interface or, with an older SDK, at all of them. As for the engine, it is
// the one whose port is printed first. Before that, the server of an older SDK refuses what it is asked.
let isPrinted = false;
const { stdout } = process;
const { write } = stdout;
stdout.write = function ours(chunk, ...rest) {
  const host = isPrinted ? undefined : listening.get(portIn(chunk));
  if (host === undefined) return write.call(stdout, chunk, ...rest);
  isPrinted = true;
  if (stdout.write === ours) stdout.write = write;
  answerPreview(host);
  return true;
};

/** The port that a line is; an older SDK prints a number, which Node.js colors where FORCE_COLOR asks for it. */
function portIn(chunk) {
  const [, port] = (typeof chunk === "string" && /^(\d{1,5})\n$/.exec(stripVTControlCharacters(chunk))) || [];
  return Number(port);
}

/** Has the host's server answer the preview, and nobody else. */
function answerPreview({ server, sockets }) {
  const { emit } = server;
  lazyInputs();
  for (const socket of sockets) socket.destroy();
  server.emit = (event, ...rest) => {
    if (event !== "connection" || rest[0] === connection) return emit.call(server, event, ...rest);
    rest[0].destroy();
    return true;
  };
  server.emit("connection", connection);
  setImmediate(() => {
    // The preview kills a pack once it has judged, so that Node.js never comes to write what it compiled.
    Module.flushCompileCache();
    // It holds what it compiled and all resources at the end, and V8 else lets a heap double before it collects.
    // With the flag from the start, V8 would take none of the code that was compiled before.
    setFlagsFromString("--heap-growing-percent=40");
  });
}

process.argv.splice(1, 1);
const sdk = join(dirname(process.argv[1]), "..", "..");
// The host of dynamic providers, which starts the same way, needs no more of the SDK.
const isOfPack = basename(dirname(process.argv[1])) === "run-policy-pack";
require("./sdk.cjs")(sdk, () => require(join(sdk, isOfPack ? "index.js" : "runtime/index.js")));
lazyCompiler(sdk);
if (isOfPack) {
  require("./stacks.cjs")();
  require("./load-pack.cjs")();
}
Module.runMain();
