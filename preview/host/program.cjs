// The main module of a previewed program's process: it answers the preview over an inherited connection, then
// becomes the runner of the program's own SDK as if Node.js had been started with that.
//
// The program's SDK offers its callbacks (transforms and hooks) at ports of the loopback interface, which a
// program in a network of its own has for itself. The preview reaches them by CONNECT over descriptor 3.
const http2 = require("node:http2");
const Module = require("node:module");
const net = require("node:net");
const { dirname, join } = require("node:path");

require("./start.cjs");

const connection = new net.Socket({ fd: 3 }).unref();
const server = http2.createServer();
// Nothing here keeps the process from its end.
server.on("session", (session) => session.unref());
server.on("stream", (stream, headers) => {
  const [, port] = /^127\.0\.0\.1:(\d{1,5})$/.exec(headers[":authority"] ?? "") ?? [];
  if (headers[":method"] !== "CONNECT" || port === undefined) {
    stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    return;
  }
  const local = net.connect(Number(port), "127.0.0.1", () => {
    stream.respond({ ":status": 200 });
    local.pipe(stream).pipe(local);
  });
  local.unref();
  local.on("error", () => stream.close(http2.constants.NGHTTP2_CONNECT_ERROR));
  stream.on("error", () => local.destroy());
  stream.on("close", () => local.destroy());
});
server.emit("connection", connection);

process.argv.splice(1, 1);
require("./sdk.cjs")(join(dirname(process.argv[1]), "..", ".."), () => {
  require("./positions.cjs");
  require("./answers.cjs");
});
Module.runMain();
