import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** What a small service does wrong. */
export interface Faults {
  /** Milliseconds before each answer of a path. */
  delayMs?: (path: string) => number;
  /** Status of the nth answer, from 0. */
  status?: (path: string, answer: number) => number;
}

export interface Service extends AsyncDisposable {
  readonly url: string;
  /** Paths that were asked for, in order, with the user agent of each request and whether it had the session. */
  readonly seen: { path: string; agent: string | undefined; session: boolean }[];
}

export const user = { email: "load-test@optropic.example", password: "correct horse" };
const token = "s3ssion";

/** A service on loopback with a home page, a health check, a login and a page behind it. */
export async function startService(faults: Faults = {}): Promise<Service> {
  const seen: Service["seen"] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    const answer = seen.filter((other) => other.path === path).length;
    const session = request.headers.authorization === `Bearer ${token}`;
    seen.push({ path, agent: request.headers["user-agent"], session });
    setTimeout(() => {
      const status = faults.status?.(path, answer) ?? 200;
      if (status !== 200) response.writeHead(status).end();
      else answerTo(path, session, request, response);
    }, faults.delayMs?.(path) ?? 0);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return { url: `http://127.0.0.1:${portOf(server)}`, seen, [Symbol.asyncDispose]: () => close(server) };
}

function answerTo(path: string, session: boolean, request: IncomingMessage, response: ServerResponse): void {
  if (path === "/api/trpc/login") {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      if (request.method === "POST" && body === JSON.stringify(user)) {
        response.writeHead(200, { "Content-Type": "application/json" });
        response.end(JSON.stringify({ result: { data: { token } } }));
      } else response.writeHead(401).end();
    });
  } else if (path === "/" || path === "/api/health") response.end("ok");
  else response.writeHead(session ? 200 : 401).end();
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
