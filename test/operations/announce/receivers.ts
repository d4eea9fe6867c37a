import { createServer as createHttpServer } from "node:http";
import { createServer, type Socket } from "node:net";
import { listening } from "../../vendors/fake/listening.ts";

/** A message as it arrived. */
export interface Received {
  readonly channel: "slack" | "status-page" | "pagerduty" | "grafana" | "mail";
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Everything that takes announcements, on loopback. */
export interface Receivers {
  readonly url: string;
  readonly smtp: string;
  readonly received: Received[];
  /** Alerts that Grafana says have fired. */
  alerts: { alertName: string; newState: string; prevState?: string; time: number }[];
  /** Names of those that fire now. */
  firing: string[];
  /** The part of the samples that its metrics have. */
  coverage: number;
  /** What each HTTP channel answers with; undefined takes what it gets, and 0 cuts the connection. */
  answer: { status: number; keeps: boolean; body?: string } | undefined;
  /** What the mail server answers to a recipient. */
  recipient: string;
  /** Recipients with this text are taken whatever the answer to others is. */
  takes: string | undefined;
  stop(): Promise<void>;
}

export const grafanaApiToken = "glsa_canaryReceivers";

export async function startReceivers(): Promise<Receivers> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  const http = createHttpServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://receivers");
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const send = (status: number, body: unknown): void => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      };
      if (request.method === "GET") return send(...asked(url, request.headers.authorization));
      const { answer } = receivers;
      const channel = channelOf(url.pathname);
      if (channel !== undefined && answer?.keeps !== false)
        received.push({ channel, text, headers: request.headers });
      if (answer?.status === 0) return response.destroy();
      if (answer?.body !== undefined) return response.writeHead(answer.status).end(answer.body);
      return send(answer?.status ?? (channel === undefined ? 404 : 200), { message: "ok" });
    });
  });
  const asked = (url: URL, authorization: string | undefined): [number, unknown] => {
    if (authorization !== `Bearer ${grafanaApiToken}`) return [401, { message: "Unauthorized" }];
    const { searchParams, pathname } = url;
    if (pathname.endsWith("/query_range")) {
      const [start = 0, end = 0, step = 1] = ["start", "end", "step"].map((name) =>
        Number(searchParams.get(name)),
      );
      const count = Math.floor(((end - start) / step + 1) * receivers.coverage);
      const values = Array.from({ length: count }, (_, index) => [start + index * step, "3"]);
      return [
        200,
        { status: "success", data: { resultType: "matrix", result: count > 0 ? [{ values }] : [] } },
      ];
    }
    if (pathname.endsWith("/alertmanager/grafana/api/v2/alerts"))
      return [200, receivers.firing.map((alertname) => ({ labels: { alertname } }))];
    if (pathname !== "/api/annotations") return [404, { message: "Not found" }];
    const tag = searchParams.get("tags");
    if (tag === null) {
      const [from, to] = [Number(searchParams.get("from")), Number(searchParams.get("to"))];
      return [200, receivers.alerts.filter(({ time }) => time >= from && time <= to)];
    }
    const own = received.filter(
      ({ channel, text }) => channel === "grafana" && text.includes(JSON.stringify(tag)),
    );
    return [200, own.map((_, id) => ({ id, tags: [tag] }))];
  };
  const smtp = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    converse(socket, receivers, (text) => received.push({ channel: "mail", text, headers: {} }));
  });
  const [{ port }, mailAt] = await Promise.all([
    listening(http),
    new Promise<number>((resolve, reject) =>
      smtp.listen(0, "127.0.0.1", () => {
        const address = smtp.address();
        if (address === null || typeof address === "string") reject(new Error("The mail server has no port"));
        else resolve(address.port);
      }),
    ),
  ]);
  const receivers: Receivers = {
    url: `http://127.0.0.1:${port}`,
    smtp: `smtp://127.0.0.1:${mailAt}`,
    received,
    alerts: [],
    firing: [],
    coverage: 1,
    answer: undefined,
    recipient: "250 ok",
    takes: undefined,
    async stop() {
      http.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await Promise.all([http, smtp].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
  return receivers;
}

function channelOf(path: string): Exclude<Received["channel"], "mail"> | undefined {
  if (path.startsWith("/slack/")) return "slack";
  if (path.startsWith("/status/")) return "status-page";
  if (path === "/v2/change/enqueue") return "pagerduty";
  return path === "/api/annotations" ? "grafana" : undefined;
}

/** As much of SMTP (RFC 5321) as a message takes. */
function converse(
  socket: Socket,
  receivers: Pick<Receivers, "recipient" | "takes">,
  took: (text: string) => void,
): void {
  let text = "";
  let isMessage = false;
  socket.write("220 loopback ESMTP\r\n");
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
    for (;;) {
      const end = text.indexOf(isMessage ? "\r\n.\r\n" : "\r\n");
      if (end < 0) return;
      const part = text.slice(0, end);
      text = text.slice(end + (isMessage ? 5 : 2));
      if (isMessage) took(part);
      socket.write(isMessage ? "250 queued\r\n" : `${replyTo(part, receivers)}\r\n`);
      isMessage = !isMessage && /^data/i.test(part);
    }
  });
}

function replyTo(command: string, { recipient, takes }: Pick<Receivers, "recipient" | "takes">): string {
  if (/^data/i.test(command)) return "354 go on";
  if (takes !== undefined && command.includes(takes)) return "250 ok";
  return /^rcpt/i.test(command) ? recipient : "250 ok";
}
