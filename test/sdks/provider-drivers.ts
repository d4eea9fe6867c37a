import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import grpc from "@grpc/grpc-js";
import type * as pulumi from "@pulumi/pulumi";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import status from "@pulumi/pulumi/proto/status_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";

type Properties = Record<string, JavaScriptValue>;
type JavaScriptValue = struct.JavaScriptValue;

/** A provider as a test calls it, wherever it runs. */
export interface Driver {
  check(news: Properties): Promise<string[]>;
  diff(id: string, olds: Properties, news: Properties): Promise<{ changes: boolean; replaces: string[] }>;
  create(inputs: Properties): Promise<{ id: string; outs: Properties }>;
  read(id: string, props: Properties): Promise<{ id: string; props: Properties; inputs: Properties }>;
  update(id: string, olds: Properties, news: Properties): Promise<Properties>;
  delete(id: string, props: Properties): Promise<void>;
}

/** Pulumi's host of dynamic providers, as `pulumi up` runs it, with what it printed. */
export interface Host {
  driver(token: string): Driver;
  output(): string;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Serializes the providers as a program does, and starts the host with these variables added to its
 * environment.
 */
export async function startHost(environment: Record<string, string>): Promise<Host> {
  const texts = await serializedProviders();
  const entry = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/dynamic-provider");
  const child = spawn(process.execPath, [entry, "127.0.0.1:0"], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    printed += chunk;
  });
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    printed += chunk;
  });
  while (!/^\d+\n/.test(printed)) {
    await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
    if (child.exitCode !== null) {
      throw new Error(`The host ended before it gave its port: ${printed}`);
    }
  }
  const address = `127.0.0.1:${printed.split("\n")[0]}`;
  const client = new providerGrpc.ResourceProviderClient(address, grpc.credentials.createInsecure());
  await configure(client);
  return {
    driver: (token) => remoteDriver(client, texts[token] ?? ""),
    output: () => printed,
    close: async () => {
      client.close();
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}

/** The provider as it is, in this process. */
export function localDriver(provider: Required<Pick<pulumi.dynamic.ResourceProvider, Method>>): Driver {
  return {
    check: async (news) => (await provider.check({}, news)).failures?.map(({ property }) => property) ?? [],
    diff: async (id, olds, news) => {
      const { changes, replaces } = await provider.diff(id, olds, news);
      return { changes: changes === true, replaces: replaces ?? [] };
    },
    create: async (inputs) => {
      const { id, outs } = await provider.create(inputs);
      return { id: String(id), outs };
    },
    read: async (id, props) => {
      const result = await provider.read(id, props);
      return { id: String(result.id), props: result.props ?? {}, inputs: result.inputs ?? {} };
    },
    update: async (id, olds, news) => (await provider.update(id, olds, news)).outs,
    delete: (id, props) => provider.delete(id, props),
  };
}

type Method = "check" | "diff" | "create" | "read" | "update" | "delete";

let serialized: Promise<Record<string, string>> | undefined;

/** The provider of each dynamic resource as the resource carries it, by type token; made once for all test files. */
export function serializedProviders(): Promise<Record<string, string>> {
  serialized ??= serialize();
  return serialized;
}

async function serialize(): Promise<Record<string, string>> {
  const program = fileURLToPath(new URL("fixtures/serialized-providers.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program], { cwd: root });
  return JSON.parse(stdout);
}

function remoteDriver(client: providerGrpc.ResourceProviderClient, text: string): Driver {
  // The engine passes the provider along with the properties of every call.
  const encode = (properties: Properties) =>
    struct.Struct.fromJavaScript({ ...properties, __provider: text });
  const urn = "urn:pulumi:production::optropic::pulumi-nodejs:supabase:Any::any";
  return {
    check: async (news) => {
      const request = new proto.CheckRequest().setUrn(urn).setOlds(encode({})).setNews(encode(news));
      const response = await unary<proto.CheckResponse>((done) => client.check(request, done));
      return response.getFailuresList().map((failure) => failure.getProperty());
    },
    diff: async (id, olds, news) => {
      const request = new proto.DiffRequest()
        .setUrn(urn)
        .setId(id)
        .setOlds(encode(olds))
        .setNews(encode(news));
      const response = await unary<proto.DiffResponse>((done) => client.diff(request, done));
      const changes = response.getChanges() === proto.DiffResponse.DiffChanges.DIFF_SOME;
      return { changes, replaces: response.getReplacesList() };
    },
    create: async (inputs) => {
      const request = new proto.CreateRequest().setUrn(urn).setProperties(encode(inputs));
      const response = await unary<proto.CreateResponse>((done) => client.create(request, done)).catch(
        (error: grpc.ServiceError) => {
          throw Object.assign(error, initializationFailure(error));
        },
      );
      return { id: response.getId(), outs: decode(response.getProperties()) };
    },
    read: async (id, props) => {
      const request = new proto.ReadRequest().setUrn(urn).setId(id).setProperties(encode(props));
      const response = await unary<proto.ReadResponse>((done) => client.read(request, done));
      return {
        id: response.getId(),
        props: decode(response.getProperties()),
        inputs: decode(response.getInputs()),
      };
    },
    update: async (id, olds, news) => {
      const request = new proto.UpdateRequest().setUrn(urn).setId(id).setOlds(encode(olds));
      request.setNews(encode(news));
      const response = await unary<proto.UpdateResponse>((done) => client.update(request, done));
      return decode(response.getProperties());
    },
    delete: async (id, props) => {
      const request = new proto.DeleteRequest().setUrn(urn).setId(id).setProperties(encode(props));
      await unary((done) => client.delete(request, done));
    },
  };
}

/** What the engine keeps of a resource that was made and did not come up: its id and properties. */
function initializationFailure(error: grpc.ServiceError): { id?: string; properties?: Properties } {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  if (!Buffer.isBuffer(bytes)) {
    return {};
  }
  const [detail] = status.Status.deserializeBinary(bytes).getDetailsList();
  const failed = detail?.unpack(
    proto.ErrorResourceInitFailed.deserializeBinary,
    "pulumirpc.ErrorResourceInitFailed",
  );
  return { id: failed?.getId() ?? "", properties: failed?.getProperties()?.toJavaScript() ?? {} };
}

function configure(client: providerGrpc.ResourceProviderClient): Promise<unknown> {
  const request = new proto.ConfigureRequest().setArgs(struct.Struct.fromJavaScript({}));
  return unary((done) => client.configure(request, done));
}

function decode(properties: struct.Struct | undefined): Properties {
  const { __provider, ...rest } = properties?.toJavaScript() ?? {};
  return rest;
}

function unary<Response>(
  send: (done: (error: grpc.ServiceError | null, response: Response) => void) => void,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    send((error, response) => (error === null ? resolve(response) : reject(error)));
  });
}
