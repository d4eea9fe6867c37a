import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectSecure } from "node:tls";
import type { Connection } from "../../postgres/connection.ts";
import { tlsAttempts } from "../../postgres/tls.ts";
import type { Context } from "../context.ts";
import { Unknown } from "../unknown.ts";

/** What a server says to a client that names a user and a database, before it has any password. */
export type Greeting =
  /** It goes on: it asks for a password, or needs none. */
  { readonly kind: "goes-on" } | { readonly kind: "refused"; readonly message: string };

/** The first words of a server over TLS. */
export interface SecureGreeting {
  /** Why the certificate is not trusted, or that there is no TLS; undefined where it is right. */
  readonly problem: string | undefined;
  readonly greeting: Greeting | undefined;
}

/** The most bytes of a first message; an error of PostgreSQL is far shorter. */
const mostBytes = 64 * 1024;

/**
 * Greets the server without TLS, and sends it nothing that is secret: whoever listens could read a password.
 *
 * @throws {Unknown} where no answer of PostgreSQL came
 */
export async function greetPlainly(context: Context, connection: Connection): Promise<Greeting> {
  const socket = await open(context, connection);
  return closing(socket, () => greet(context, socket, connection));
}

/**
 * Greets the server over TLS, with its certificate checked against the authorities and the name, and without a
 * password.
 *
 * @throws {Unknown} where the handshake fails for another reason than the certificate
 */
export async function greetSecurely(context: Context, connection: Connection): Promise<SecureGreeting> {
  const [options] = tlsAttempts(connection);
  if (options === undefined || options === false) throw new Error("There is no TLS to be checked");
  const plain = await open(context, connection);
  return closing(plain, async () => {
    const isDirect = connection.PGSSLNEGOTIATION === "direct";
    if (!isDirect) {
      plain.write(message(requests.tls));
      const [answer] = await read(context, plain, 1);
      if (answer === "N".charCodeAt(0)) return { problem: "the server offers no TLS", greeting: undefined };
      if (answer !== "S".charCodeAt(0)) throw new Unknown("not-understood", "The answer is not PostgreSQL's");
    }
    const { PGHOST: host } = connection;
    const socket = connectSecure({
      ...options,
      socket: plain,
      rejectUnauthorized: false,
      ...(isIP(host) === 0 && { servername: host }),
      ...(isDirect && { ALPNProtocols: ["postgresql"] }),
    });
    return closing(socket, async () => {
      await until(context, socket, "secureConnect");
      context.record(socket.getPeerCertificate().raw);
      // Nothing secret is sent, so whom it goes to may be told afterwards.
      const problem = socket.authorized ? undefined : String(socket.authorizationError);
      return { problem, greeting: await greet(context, socket, connection) };
    });
  });
}

/** Codes of requests and of version 3.0 of the protocol (PostgreSQL's documentation, "Message Formats"). */
const requests = { tls: 80_877_103, startup: 196_608 } as const;

function message(code: number, text = ""): Buffer {
  const body = Buffer.from(text);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(head.length + body.length, 0);
  head.writeUInt32BE(code, 4);
  return Buffer.concat([head, body]);
}

async function greet(context: Context, socket: Socket, connection: Connection): Promise<Greeting> {
  const { PGUSER, PGDATABASE } = connection;
  const parameters = ["user", PGUSER, "database", PGDATABASE, "application_name", "optropic verify", "", ""];
  socket.write(message(requests.startup, parameters.join("\0")));
  const head = await read(context, socket, 5);
  const kind = String.fromCharCode(head[0] ?? 0);
  if (kind === "R" || kind === "S") return { kind: "goes-on" };
  const length = head.readUInt32BE(1) - 4;
  if (kind !== "E" || length < 0 || length > mostBytes) {
    throw new Unknown("not-understood", "The answer is not PostgreSQL's");
  }
  const fields = (await read(context, socket, length)).toString("utf8").split("\0");
  const said = fields.find((field) => field.startsWith("M"))?.slice(1);
  return { kind: "refused", message: said ?? "without a reason" };
}

async function open(context: Context, { PGHOST: host, PGPORT }: Connection): Promise<Socket> {
  const socket = connectPlain({ host, port: Number(PGPORT) });
  await until(context, socket, "connect");
  return socket;
}

/** Waits for an event of a socket, for as long as a request may take. */
async function until(context: Context, socket: Socket, event: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (error: Error): void => {
    reject(new Unknown("target-refused", `The database did not answer: ${error.message}`, { cause: error }));
  };
  const timer = setTimeout(() => fail(new Error("timed out")), context.limits.requestMs);
  const stop = (): void => reject(context.signal.reason);
  context.signal.addEventListener("abort", stop, { once: true });
  socket.once(event, resolve).once("error", fail);
  socket.once("close", () => fail(new Error("the connection was closed")));
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener("abort", stop);
  }
}

/** The next bytes, as many as are asked for. */
async function read(context: Context, socket: Socket, bytes: number): Promise<Buffer> {
  for (;;) {
    const found: unknown = bytes === 0 ? Buffer.alloc(0) : socket.read(bytes);
    if (Buffer.isBuffer(found)) {
      if (found.length < bytes) throw new Unknown("not-understood", "The answer of the database ends early");
      return found;
    }
    await until(context, socket, "readable");
  }
}

async function closing<T>(socket: Socket, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    socket.on("error", () => undefined).destroy();
  }
}
