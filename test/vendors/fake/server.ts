import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { parseJson } from "../../../lib/json.ts";
import { listening } from "./listening.ts";

/** What an API of a vendor answers. */
export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sent as it stands, in place of `body`. */
  readonly text?: string;
}

export interface FakeRequest {
  readonly method: string;
  /** Without the prefix of the vendor. */
  readonly path: string;
  /** Variable parts of the path, in their order. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** The body as it came. */
  readonly text: string;
  readonly headers: IncomingMessage["headers"];
}

/** A method and a path with `:` before each variable part, such as `GET /v9/projects/:id`. */
export type Routes = Readonly<Record<string, (request: FakeRequest) => FakeAnswer>>;

/** One vendor of the server. */
export interface FakeVendor {
  /** First part of the path, such as `vercel`. */
  readonly prefix: string;
  /** The only token that it takes, as it stands in the header. */
  readonly authorization: string;
  readonly routes: Routes;
}

/** What every vendor may do instead of answering. */
export type Misbehavior =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: unknown;
    }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "silent" }
  | { readonly kind: "slow" }
  | { readonly kind: "endless" }
  | { readonly kind: "closed" }
  | { readonly kind: "redirect"; readonly to: string };

export interface FakeServer {
  readonly url: string;
  /** `METHOD /prefix/path` of every request, in the order of arrival. */
  readonly requests: string[];
  /** Authorization headers that arrived, by prefix. */
  readonly credentials: Map<string, Set<string>>;
  /** What a vendor does from now on in place of answering, for its first `times` requests. */
  misbehave(prefix: string, misbehavior: Misbehavior, times?: number): void;
  /** Requests of some paths only, such as `/v13/`. */
  misbehaveAt(prefix: string, path: string, misbehavior: Misbehavior): void;
  behave(): void;
  stop(): Promise<void>;
}

export async function startFake(vendors: readonly FakeVendor[]): Promise<FakeServer> {
  const requests: string[] = [];
  const credentials = new Map<string, Set<string>>();
  let misbehaviors: { prefix: string; path: string; left: number; misbehavior: Misbehavior }[] = [];
  const server = createServer((incoming, outgoing) => {
    read(incoming).then(
      (text) => {
        const url = new URL(incoming.url ?? "/", "http://fake");
        const [, prefix = "", ...rest] = url.pathname.split("/");
        const path = `/${rest.join("/")}`;
        requests.push(`${incoming.method} ${url.pathname}`);
        const given = incoming.headers.authorization;
        if (given !== undefined) credentials.set(prefix, (credentials.get(prefix) ?? new Set()).add(given));
        const active = misbehaviors.find(
          (one) => one.prefix === prefix && one.left > 0 && path.includes(one.path),
        );
        if (active !== undefined) {
          active.left -= 1;
          misbehaveNow(active.misbehavior, outgoing);
          return;
        }
        send(outgoing, answerOf(vendors, { incoming, prefix, path, url, text }));
      },
      () => outgoing.destroy(),
    );
  });
  const { port } = await listening(server);
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    credentials,
    misbehave(prefix, misbehavior, times = Number.POSITIVE_INFINITY) {
      misbehaviors.push({ prefix, path: "", left: times, misbehavior });
    },
    misbehaveAt(prefix, path, misbehavior) {
      misbehaviors.push({ prefix, path, left: Number.POSITIVE_INFINITY, misbehavior });
    },
    behave() {
      misbehaviors = [];
      requests.length = 0;
      credentials.clear();
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function answerOf(
  vendors: readonly FakeVendor[],
  {
    incoming,
    prefix,
    path,
    url,
    text,
  }: { incoming: IncomingMessage; prefix: string; path: string; url: URL; text: string },
): FakeAnswer {
  const vendor = vendors.find((one) => one.prefix === prefix);
  if (vendor === undefined) return { status: 404, body: { message: "no such vendor" } };
  if (incoming.headers.authorization !== vendor.authorization) {
    return { status: 401, body: { message: "invalid token" } };
  }
  const method = incoming.method ?? "GET";
  for (const [route, handle] of Object.entries(vendor.routes)) {
    const parts = partsOf(route, `${method} ${path}`);
    if (parts === undefined) continue;
    const { headers } = incoming;
    const query = url.searchParams;
    const body = text === "" ? undefined : parseJson(text);
    return handle({ method, path, parts, query, body, text, headers });
  }
  return { status: 404, body: { message: `no route for ${method} ${path}` } };
}

/** Variable parts where the request is of the route. */
function partsOf(route: string, request: string): string[] | undefined {
  const wanted = route.split("/");
  const given = request.split("/");
  if (wanted.length !== given.length) return undefined;
  const parts: string[] = [];
  for (const [index, part] of wanted.entries()) {
    const own = given[index] ?? "";
    if (part.startsWith(":")) parts.push(decodeURIComponent(own));
    else if (part !== own) return undefined;
  }
  return parts;
}

function send(outgoing: ServerResponse, { status = 200, headers = {}, body, text }: FakeAnswer): void {
  outgoing.writeHead(status, { "content-type": "application/json", ...headers });
  outgoing.end(text ?? (body === undefined ? undefined : JSON.stringify(body)));
}

function misbehaveNow(misbehavior: Misbehavior, outgoing: ServerResponse): void {
  switch (misbehavior.kind) {
    case "status":
      send(outgoing, misbehavior);
      return;
    case "text":
      outgoing.writeHead(200, { "content-type": "application/json" }).end(misbehavior.text);
      return;
    case "redirect":
      outgoing.writeHead(302, { location: misbehavior.to }).end();
      return;
    case "closed":
      outgoing.destroy();
      return;
    case "silent":
      return;
    case "slow":
      outgoing.writeHead(200).write("{");
      return;
    case "endless": {
      outgoing.writeHead(200);
      const chunk = Buffer.alloc(64 * 1024, " ");
      const pour = (): void => {
        while (!outgoing.destroyed && outgoing.write(chunk));
      };
      outgoing.on("drain", pour);
      pour();
      return;
    }
  }
}

async function read(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
