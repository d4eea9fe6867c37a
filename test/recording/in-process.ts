import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Server } from "@grpc/grpc-js";
import { runtime } from "@pulumi/pulumi";
import { makePrivateFolder, removeFolder } from "../../lib/files.ts";
import { Doorway } from "../../preview/engine/doorway.ts";
import { Engine } from "../../preview/engine/engine.ts";
import { maxMessageBytes, serve, type UnaryMethods } from "../../preview/engine/grpc.ts";
import { Monitor } from "../../preview/engine/monitor.ts";
import type { PreviewResource } from "../../preview/engine/resource.ts";
import { Sources } from "../../project/sources.ts";

/** A program to run as the language host runs `index.ts`. */
export interface Program {
  readonly project: string;
  readonly stack: string;
  readonly organization?: string;
  /** `namespace:key` to its value; structures are JSON. */
  readonly config?: ReadonlyMap<string, string>;
  /** Keys of `config` that hold a secret. */
  readonly secretKeys?: ReadonlySet<string>;
  /** Declares the resources; what it returns are the outputs of the stack. */
  readonly run: () => unknown;
}

// As in a preview: the runtime notes no stack of its many promises, which costs most of the time, and sends no
// debug messages.
const load = createRequire(import.meta.url);
const sdk = dirname(load.resolve("@pulumi/pulumi"));
for (const name of ["promises", "quiet"]) load(`../../preview/host/${name}.cjs`)(sdk);

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs the program in this process, with the runtime of @pulumi/pulumi against the monitor of the offline
 * preview, one program after the other, since the runtime keeps its state in globals.
 *
 * @returns the resources in the order in which they were registered
 * @throws {Error} what the program throws, or logs as an error
 */
export function runInProcess(program: Program): Promise<PreviewResource[]> {
  const running = last.then(() => run(program));
  last = running.catch(() => undefined);
  return running;
}

async function run({ organization = "organization", ...program }: Program): Promise<PreviewResource[]> {
  const { project, stack, config = new Map(), secretKeys = new Set() } = program;
  const engine = new Engine();
  const server = new Server({ "grpc.max_receive_message_length": maxMessageBytes });
  engine.addTo(server);
  const folder = makePrivateFolder("recording");
  const socket = join(folder, "engine");
  const stopListening = serve(server, await Doorway.open(socket));
  const monitor = new Monitor({
    project,
    stack,
    organization,
    config,
    secretKeys,
    programDirectory: import.meta.dirname,
    stackOutputs: new Map(),
    sources: new Sources(import.meta.dirname),
    mayRead: () => undefined,
    heard: () => undefined,
    check: async ({ inputs }) => inputs,
    read: async () => undefined,
    remediate: async ({ inputs }) => inputs,
    registered: () => undefined,
    connection: () => {
      throw new Error("A recorded program has no process of its own to call functions in");
    },
    warn: (message, urn) => engine.warn(message, urn),
    failed: (message) => fail(new Error(message)),
  });
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  failed.catch(() => undefined);
  // The runtime takes a stack trace for each of the many promises of a resource, which costs most of the time.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    runtime.resetOptions(project, stack, parallel, `unix:${socket}`, "", true, organization);
    runtime.setMockOptions(clientOf(monitor.methods, fail), project, stack, true, organization);
    runtime.setAllConfig(Object.fromEntries(config), [...secretKeys]);
    await Promise.race([failed, monitor.refused, toItsEnd(program)]);
    throwErrors(engine.messages("error"));
    return [...monitor.resources.values()];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    runtime.disconnectSync();
    monitor.close();
    stopListening();
    removeFolder(folder);
  }
}

async function toItsEnd(program: Program): Promise<void> {
  await runtime.runInPulumiStack(async () => program.run());
  // Waits for every registration.
  await runtime.disconnect(true);
}

/** As many registrations at once as the engine allows by default. */
const parallel = 16;

/** What the runtime takes for a gRPC client of the methods; `failed` is told of an error that one throws. */
function clientOf(methods: UnaryMethods, failed: (error: unknown) => void) {
  const calls = Object.entries(methods).map(([name, method]) => {
    const call = (request: object, ...rest: unknown[]): void => {
      const answer = rest.at(-1);
      if (typeof answer !== "function") throw new TypeError(`${name} was called without a callback`);
      new Promise((resolve) => {
        resolve(method(request));
      }).then(
        (response) => answer(null, response),
        (error: unknown) => {
          failed(error);
          answer(error);
        },
      );
    };
    return [name, call];
  });
  return { ...Object.fromEntries(calls), close: () => undefined };
}

function throwErrors(errors: readonly string[]): void {
  if (errors.length > 0) throw new Error(errors.join("\n"));
}
