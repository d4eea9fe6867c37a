import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { StoreAddress } from "../../../operations/store/object-store.ts";
import { readyGoTool } from "../../../tools/go-tool.ts";
import { versitygw } from "../../../tools/go-tools.ts";
import { atFreePort, listening } from "../../ports.ts";

/** A real S3 server on a loopback port, behind a gate that can refuse what a test wants refused. */
export interface TestStore {
  address: StoreAddress;
  keys: { accessKeyId: string; secretAccessKey: string };
  /** Variables by which the command finds it. */
  environment: Record<string, string>;
  /** Requests so far, as `PUT /bucket/key?query`. */
  requests: string[];
  /** Decides for each request whether it is refused, by the status to answer; undefined lets it through. */
  refuse: (request: string) => number | undefined;
  /** Whether a request is never answered, or not beyond the first half of what is answered. */
  stall: (request: string) => "whole" | "half" | undefined;
  /** Whether the connection ends in the place of the answer of a request that the server got, or in its middle. */
  cut: (request: string) => "whole" | "half" | undefined;
  /** Whether it takes no notice of If-None-Match, as some lookalikes of S3. */
  unconditional: boolean;
  /** Keys of the objects that are there, sorted. */
  keysOf(): string[];
  /** Where the object of a key is, as a file. */
  path(key: string): string;
  /** Reads or replaces the bytes of an object behind the server's back. */
  read(key: string): Buffer;
  size(key: string): number;
  write(key: string, data: Buffer): void;
  remove(key: string): void;
  /** Uploads in parts that were begun and neither completed nor given up. */
  openUploads(): string[];
  /** Empties the bucket; from then on nothing is refused, stalled or cut. */
  reset(): void;
  close(): Promise<void>;
}

const bucket = "bucket";

/** Starts the server with an empty bucket. */
export async function startStore(secretAccessKey = "canary-secret-key-91ab"): Promise<TestStore> {
  const command = readyGoTool(versitygw);
  const folder = mkdtempSync(join(tmpdir(), "store-"));
  const objects = join(folder, "data", bucket);
  mkdirSync(objects, { recursive: true });
  const keys = { accessKeyId: "access-key-id", secretAccessKey };
  const { port, server } = await atFreePort(async (port) => {
    const server = spawn(command, ["--port", `127.0.0.1:${port}`, "posix", join(folder, "data")], {
      cwd: folder,
      env: { PATH: process.env.PATH, ROOT_ACCESS_KEY: keys.accessKeyId, ROOT_SECRET_KEY: secretAccessKey },
      stdio: ["ignore", "pipe", "pipe"],
    });
    // It says that it listens before it does.
    await listening(port, server);
    return { port, server };
  });
  const ended = new Promise((resolve) => server.once("exit", resolve));

  const gate = createServer((request, response) => {
    const what = `${request.method} ${request.url}`;
    store.requests.push(what);
    const status = store.refuse(what);
    const stalled = store.stall(what);
    if (stalled === "whole") return;
    if (status === undefined) {
      // The condition is signed, so what it asks for is arranged.
      const path = (request.url ?? "").replace(/\?.*/, "").slice(bucket.length + 2);
      if (store.unconditional && request.headers["if-none-match"] !== undefined) {
        rmSync(join(objects, path), { force: true });
      }
      forward(request, response, port, { stall: stalled === "half", cut: store.cut(what) });
    } else refuse(request, response, status);
  });
  await new Promise<void>((resolve) => gate.listen(0, "127.0.0.1", resolve));
  const address = gate.address();
  if (address === null || typeof address === "string") throw new Error("The store has no port");
  const endpoint = `http://127.0.0.1:${address.port}`;
  const store: TestStore = {
    address: { endpoint, region: "us-east-1", bucket, prefix: "postgres/" },
    keys,
    environment: {
      BACKUP_ENDPOINT: endpoint,
      BACKUP_REGION: "us-east-1",
      BACKUP_BUCKET: bucket,
      BACKUP_PREFIX: "postgres/",
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
    requests: [],
    ...obliging(),
    keysOf: () => filesIn(objects).filter((path) => !path.startsWith(".sgwtmp/")),
    path: (key) => join(objects, key),
    size: (key) => statSync(join(objects, key)).size,
    read: (key) => readFileSync(join(objects, key)),
    write: (key, data) => writeFileSync(join(objects, key), data),
    remove: (key) => rmSync(join(objects, key)),
    openUploads: () => filesIn(join(objects, ".sgwtmp", "multipart")),
    reset() {
      Object.assign(store, obliging());
      store.requests.length = 0;
      for (const name of readdirSync(objects)) rmSync(join(objects, name), { recursive: true });
    },
    async close() {
      gate.closeAllConnections();
      await new Promise((resolve) => gate.close(resolve));
      server.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return store;
}

/** A gate that refuses, stalls and cuts nothing. */
function obliging(): Pick<TestStore, "refuse" | "stall" | "cut" | "unconditional"> {
  return { refuse: () => undefined, stall: () => undefined, cut: () => undefined, unconditional: false };
}

/** Passes a request on as it is: its signature covers the host that the client asked for. */
function forward(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  { stall, cut }: { stall: boolean; cut: "whole" | "half" | undefined },
): void {
  const { method, url: path, headers } = request;
  const onward = httpRequest({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
    if (cut === "whole") {
      answer.resume().once("end", () => response.destroy());
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    if (!stall && cut === undefined) {
      answer.pipe(response);
      return;
    }
    answer.once("data", (chunk: Buffer) => {
      response.write(chunk.subarray(0, chunk.length >> 1), () => {
        if (cut === "half") response.destroy();
      });
    });
  });
  onward.on("error", () => response.destroy());
  request.on("error", () => onward.destroy());
  request.pipe(onward);
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  request.resume().on("end", () => {
    response.writeHead(status, { "content-type": "application/xml" });
    response.end("<Error><Code>Refused</Code><Message>The test refuses this.</Message></Error>");
  });
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => relative(".", path))
    .sort();
}
