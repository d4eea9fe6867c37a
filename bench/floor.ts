import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import resourceRpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { type UnaryMethods, unaries } from "../preview/engine/grpc.ts";
import { usageOf } from "./usage.ts";

/**
 * Measures what Pulumi's SDK alone needs for the program of `bench/many`: `node bench/floor.ts [resources]`. The SDK's
 * own runner runs it as it is, and a monitor that does nothing answers with what it was sent.
 */
const count = process.argv[2] ?? "10000";
const root = join(import.meta.dirname, "..");

type Register = InstanceType<typeof resourcePb.RegisterResourceRequest>;
const empty = (): InstanceType<typeof emptyPb.Empty> => new emptyPb.Empty();
const monitor: UnaryMethods = {
  supportsFeature: () => {
    const response = new resourcePb.SupportsFeatureResponse();
    response.setHassupport(true);
    return response;
  },
  registerResource: (request: Register) => {
    const response = new resourcePb.RegisterResourceResponse();
    response.setUrn(`urn:pulumi:bench::many::${request.getType()}::${request.getName()}`);
    response.setObject(request.getObject());
    return response;
  },
  registerResourceOutputs: empty,
  signalAndWaitForShutdown: empty,
};
const engine: UnaryMethods = {
  log: empty,
  getRootResource: () => new enginePb.GetRootResourceResponse(),
  setRootResource: () => new enginePb.SetRootResourceResponse(),
};

const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
server.addService(resourceRpc.ResourceMonitorService, unaries(monitor));
server.addService(engineRpc.EngineService, unaries(engine));
const port = await new Promise<number>((resolve, reject) => {
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
    error === null ? resolve(bound) : reject(error),
  );
});
const started = performance.now();
const { processorMs, peakBytes } = await usageOf(async () => {
  const address = `127.0.0.1:${port}`;
  const folder = join(root, "bench", "many");
  const child = spawn(
    process.execPath,
    [
      join(root, "node_modules/@pulumi/pulumi/cmd/run"),
      ...["--monitor", address, "--engine", address, "--project", "many", "--stack", "bench"],
      ...["--pwd", folder, "--dry-run", "--parallel", "16", "."],
    ],
    { cwd: folder, stdio: "inherit", env: { ...process.env, PULUMI_CONFIG: `{"many:count":"${count}"}` } },
  );
  const [status] = await once(child, "exit");
  if (status !== 0) throw new Error(`the program ended with status ${status}`);
});
server.forceShutdown();
console.log(
  `${count} resources, Pulumi's SDK alone: ${Math.round(performance.now() - started)} ms, ${processorMs} ms of processor time, ${Math.round(peakBytes / 2 ** 20)} MiB at most, this process included`,
);
