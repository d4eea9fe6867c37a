import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/**
 * A store on a loopback port that speaks as much of the S3 protocol as one upload and its check need, and
 * keeps R2's promise about a locked bucket: an object that exists is never replaced and never deleted.
 */
export interface ObjectStore {
  endpoint: string;
  /** What is stored, by bucket and key. */
  objects: Map<string, Buffer>;
  /** Uploads in parts that were begun and neither completed nor given up. */
  openUploads: Map<string, Map<number, Buffer>>;
  /** Access keys that signed a request. */
  accessKeys: Set<string>;
  /** Answers each further request with this status; undefined to serve again. */
  refuseWith: number | undefined;
  close(): Promise<void>;
}

export async function startObjectStore(): Promise<ObjectStore> {
  const server = createServer((request, response) => {
    respond(store, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The store has no port");
  const store: ObjectStore = {
    endpoint: `http://127.0.0.1:${address.port}`,
    objects: new Map(),
    openUploads: new Map(),
    accessKeys: new Set(),
    refuseWith: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return store;
}

async function respond(
  store: ObjectStore,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<ServerResponse> {
  const body = await readBody(request);
  const accessKey = /Credential=([^/]+)\//.exec(request.headers.authorization ?? "")?.[1];
  if (accessKey !== undefined) store.accessKeys.add(accessKey);
  if (store.refuseWith !== undefined) return fail(response, store.refuseWith, "Refused");

  const url = new URL(request.url ?? "/", store.endpoint);
  const path = decodeURIComponent(url.pathname.slice(1)).replace(/\/$/, "");
  const upload = url.searchParams.get("uploadId");
  switch (request.method) {
    case "HEAD": {
      const found = store.objects.get(path);
      if (found === undefined) return fail(response, 404, "NoSuchKey");
      return response.writeHead(200, describe(found)).end();
    }
    case "GET":
      if (path.includes("/")) return download(store, path, response);
      return list(store, path, url.searchParams.get("prefix") ?? "", response);
    case "PUT":
      if (upload === null) return keep(store, path, body, response);
      return takePart(store, upload, Number(url.searchParams.get("partNumber")), body, response);
    case "POST":
      if (upload === null) return beginUpload(store, path, response);
      return completeUpload(store, upload, path, response);
    case "DELETE":
      if (upload === null) return fail(response, 403, "ObjectLockedByBucketPolicy");
      store.openUploads.delete(upload);
      return response.writeHead(204).end();
    default:
      return fail(response, 405, "MethodNotAllowed");
  }
}

function keep(store: ObjectStore, path: string, body: Buffer, response: ServerResponse): ServerResponse {
  if (!path.includes("/")) return fail(response, 403, "AccessDenied");
  if (store.objects.has(path)) return fail(response, 403, "ObjectLockedByBucketPolicy");
  store.objects.set(path, body);
  return response.writeHead(200, { etag: etag(body) }).end();
}

function download(store: ObjectStore, path: string, response: ServerResponse): ServerResponse {
  const found = store.objects.get(path);
  if (found === undefined) return fail(response, 404, "NoSuchKey");
  return response.writeHead(200, describe(found)).end(found);
}

function list(store: ObjectStore, bucket: string, prefix: string, response: ServerResponse): ServerResponse {
  const contents = [...store.objects]
    .filter(([path]) => path.startsWith(`${bucket}/${prefix}`))
    .map(
      ([path, data]) =>
        `<Contents><Key>${path.slice(bucket.length + 1)}</Key><Size>${data.length}</Size>` +
        `<ETag>${etag(data)}</ETag><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>`,
    );
  return xml(
    response,
    `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join("")}</ListBucketResult>`,
  );
}

function beginUpload(store: ObjectStore, path: string, response: ServerResponse): ServerResponse {
  const [bucket, ...key] = path.split("/");
  const id = randomUUID();
  store.openUploads.set(id, new Map());
  return xml(
    response,
    `<InitiateMultipartUploadResult><Bucket>${bucket}</Bucket><Key>${key.join("/")}</Key>` +
      `<UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
  );
}

function takePart(
  store: ObjectStore,
  id: string,
  part: number,
  body: Buffer,
  response: ServerResponse,
): ServerResponse {
  const parts = store.openUploads.get(id);
  if (parts === undefined) return fail(response, 404, "NoSuchUpload");
  parts.set(part, body);
  return response.writeHead(200, { etag: etag(body) }).end();
}

function completeUpload(
  store: ObjectStore,
  id: string,
  path: string,
  response: ServerResponse,
): ServerResponse {
  const parts = store.openUploads.get(id);
  if (parts === undefined) return fail(response, 404, "NoSuchUpload");
  if (store.objects.has(path)) return fail(response, 403, "ObjectLockedByBucketPolicy");
  const body = Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, data]) => data));
  store.objects.set(path, body);
  store.openUploads.delete(id);
  const hashes = [...parts]
    .sort(([a], [b]) => a - b)
    .map(([, data]) => createHash("md5").update(data).digest());
  const tag = `"${createHash("md5").update(Buffer.concat(hashes)).digest("hex")}-${parts.size}"`;
  return xml(response, `<CompleteMultipartUploadResult><ETag>${tag}</ETag></CompleteMultipartUploadResult>`);
}

function describe(data: Buffer): Record<string, string> {
  return {
    "content-length": `${data.length}`,
    etag: etag(data),
    "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
  };
}

function etag(data: Buffer): string {
  return `"${createHash("md5").update(data).digest("hex")}"`;
}

function xml(response: ServerResponse, body: string): ServerResponse {
  return response.writeHead(200, { "content-type": "application/xml" }).end(`<?xml version="1.0"?>${body}`);
}

function fail(response: ServerResponse, status: number, code: string): ServerResponse {
  response.writeHead(status, { "content-type": "application/xml" });
  return response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
