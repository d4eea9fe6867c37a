// What needs a run of its own, since the preview is to end it or to refuse it.
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const { join } = require("node:path");
const { isMainThread } = require("node:worker_threads");
const grpc = require("@grpc/grpc-js");
const resourcePb = require("@pulumi/pulumi/proto/resource_pb.js");
const { ResourceMonitorClient } = require("@pulumi/pulumi/proto/resource_grpc_pb.js");
const enginePb = require("@pulumi/pulumi/proto/engine_pb.js");
const { EngineClient } = require("@pulumi/pulumi/proto/engine_grpc_pb.js");
const structPb = require("google-protobuf/google/protobuf/struct_pb.js");
const emptyPb = require("google-protobuf/google/protobuf/empty_pb.js");

const forever = () => new Promise(() => setInterval(() => undefined, 1000));
const options = { "grpc.max_send_message_length": -1 };
const monitor = () =>
  new ResourceMonitorClient(process.env.PULUMI_NODEJS_MONITOR, grpc.credentials.createInsecure(), options);
const engine = () =>
  new EngineClient(process.env.PULUMI_NODEJS_ENGINE, grpc.credentials.createInsecure(), options);
const call = (client, method, request) =>
  new Promise((resolve, reject) =>
    client[method](request, (error, answer) => (error ? reject(error) : resolve(answer))),
  );

function registration(name, bytes = 0) {
  const request = new resourcePb.RegisterResourceRequest();
  request.setType("random:index/randomPet:RandomPet");
  request.setName(name);
  request.setCustom(true);
  request.setObject(structPb.Struct.fromJavaScript({ prefix: bytes > 0 ? "x".repeat(bytes) : "forbidden" }));
  return request;
}

exports.misuse = {
  /** Says that it is finished, then declares what must not be. */
  async "finish-early"() {
    await call(monitor(), "signalAndWaitForShutdown", new emptyPb.Empty());
    await call(monitor(), "registerResource", registration("late"));
  },
  /** Declares what must not be, and does not wait for it to be judged. */
  async "race-the-end"() {
    const late = call(monitor(), "registerResource", registration("late")).catch(() => undefined);
    await call(monitor(), "signalAndWaitForShutdown", new emptyPb.Empty());
    await late;
  },
  async "speak-as-the-engine"() {
    const text =
      "\u001b[2J::stop-commands::x\n::add-mask::violated\n##[error]x\n0 mandatory violated. The checklist holds.";
    const request = new enginePb.LogRequest();
    request.setSeverity(enginePb.LogSeverity.WARNING);
    request.setMessage(text);
    await call(engine(), "log", request);
    console.log(text);
  },
  async "call-elsewhere"(config) {
    const callback = new (require("@pulumi/pulumi/proto/callback_pb.js").Callback)();
    callback.setToken("x");
    callback.setTarget(config.require("target"));
    await call(monitor(), "registerStackTransform", callback);
    await call(monitor(), "registerResource", registration("called"));
  },
  async "huge-message"() {
    await call(monitor(), "registerResource", registration("huge", 64 * 1024 * 1024));
  },
  async "huge-total"() {
    for (let index = 0; ; index += 1)
      await call(monitor(), "registerResource", registration(`large-${index}`, 24 * 1024 * 1024)).catch(
        () => undefined,
      );
  },
  async "many-connections"() {
    const net = require("node:net");
    const path = process.env.PULUMI_NODEJS_MONITOR.replace(/^unix:/, "");
    let open = 0;
    const sockets = Array.from({ length: 500 }, () =>
      net
        .connect(path)
        .on("error", () => undefined)
        .on("close", () => (open -= 1))
        .on("connect", () => (open += 1)),
    );
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const most = open;
    for (const socket of sockets) socket.destroy();
    return most;
  },
  async "fork-bomb"() {
    spawn(
      "/bin/sh",
      ["-c", "f() { f & sleep 0.1; f & wait; }; setsid sh -c 'while :; do sleep 60 & done' & f"],
      {
        detached: true,
        stdio: "ignore",
      },
    ).unref();
    await forever();
  },
  async "use-memory"() {
    const held = [];
    for (;;) {
      held.push(Buffer.alloc(64 * 1024 * 1024, 1));
      await new Promise(setImmediate);
    }
  },
  async "fill-the-disk"() {
    const { TMPDIR } = process.env;
    const chunk = Buffer.alloc(64 * 1024 * 1024, 1);
    try {
      for (let index = 0; index < 64; index += 1) fs.writeFileSync(join(TMPDIR, `fill-${index}`), chunk);
    } catch (error) {
      return error.code;
    }
    return "it wrote 4 GiB";
  },
  async "kill-everything"() {
    process.kill(-1, "SIGKILL");
    await forever();
  },
  async "stop-and-stay"(config) {
    const code = "setInterval(() => undefined, 1000)";
    spawn(
      "/bin/sh",
      [
        "-c",
        `(setsid ${process.execPath} -e '${code}' ${config.require("marker")} </dev/null >/dev/null 2>&1 &)`,
      ],
      { detached: true, stdio: "ignore" },
    ).unref();
    console.log("ready");
    if (isMainThread) await forever();
  },
  async "name-a-file"(config) {
    const { FileAsset } = require("@pulumi/pulumi").asset;
    const { Resource } = require("./resource.cjs");
    new Resource("file", { source: new FileAsset(config.require("file")) });
  },
};
