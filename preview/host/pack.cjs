// The main module of a policy pack's process: it becomes the policy host of the pack's own SDK, whose server
// has one connection, inherited from the preview. The host also listens on a port of the loopback interface and
// prints it. Anybody on the machine can connect there, so everybody is turned away and nobody needs the number.
const http2 = require("node:http2");
const Module = require("node:module");
const net = require("node:net");
const { basename, dirname, join } = require("node:path");
const { setFlagsFromString } = require("node:v8");

require("./start.cjs");

const lazyCompiler = require("./compiler.cjs");
const lazyInputs = require("./inputs.cjs");

const { createServer } = http2;
// The server keeps the process alive; without one, it ends.
const connection = new net.Socket({ fd: 3 }).unref();
let isTaken = false;
http2.createServer = (...args) => {
  const server = createServer(...args);
  server.on("listening", () => {
    // The host's own server is the first that listens at a port of the loopback interface.
    if (isTaken || server.address()?.address !== "127.0.0.1") return;
    isTaken = true;
    const { emit } = server;
    lazyInputs();
    // Before it prints its port, the server of an older SDK refuses what it is asked.
    whenPrinted(server.address().port, () => server.emit("connection", connection));
    server.emit = (event, ...rest) => {
      if (event !== "connection" || rest[0] === connection) return emit.call(server, event, ...rest);
      rest[0].destroy();
      return true;
    };
  });
  return server;
};
Module.syncBuiltinESMExports();

/** Hides the port that the host prints, and calls back. */
function whenPrinted(port, ready) {
  const { stdout } = process;
  const { write } = stdout;
  stdout.write = (chunk, ...rest) => {
    if (chunk !== `${port}\n`) return write.call(stdout, chunk, ...rest);
    stdout.write = write;
    ready();
    setImmediate(() => {
      // The preview kills a pack once it has judged, so that Node.js never comes to write what it compiled.
      Module.flushCompileCache();
      // It holds what it compiled and all resources at the end, and V8 else lets a heap double before it collects.
      // With the flag from the start, V8 would take none of the code that was compiled before.
      setFlagsFromString("--heap-growing-percent=40");
    });
    return true;
  };
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
