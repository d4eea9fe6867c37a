import { connect, createServer, type Socket } from "node:net";

/**
 * Passes sessions on to a server, which does not hear of the end of one of a program's before it is asked for sessions or
 * has refused another one.
 *
 * @param mark what such a session sends: those of pg_dump take a snapshot
 */
export async function startLingering(
  to: number,
  mark = /SET TRANSACTION SNAPSHOT/,
): Promise<{ port: number; sessions: () => number; stop: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  let sessions = 0;
  const release = (): void => {
    for (const end of waiting) end();
    waiting.clear();
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const onward = connect({ host: "127.0.0.1", port: to, allowHalfOpen: true });
    let isHeld = false;
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      if (!isHeld) {
        onward.end();
        return;
      }
      sessions += 1;
      waiting.add(() => onward.end());
    };
    for (const socket of [client, onward]) {
      sockets.add(socket);
      socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
    }
    client.on("data", (data) => {
      isHeld ||= mark.test(data.toString("latin1"));
      if (data.includes("pg_stat_get_activity")) release();
      if (isHeld && data.equals(terminate)) end();
      else if (!isOver) onward.write(data);
    });
    client.once("end", end).once("close", end);
    // A server may also break a connection off, which then has no end.
    onward.on("data", (data) => {
      client.write(data);
      if (data.includes("FATAL")) release();
    });
    for (const event of ["end", "close"]) onward.once(event, () => client.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The passage has no port");
  return {
    port: address.port,
    sessions: () => sessions,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a client sends at the end: https://www.postgresql.org/docs/17/protocol-message-formats.html */
const terminate = Buffer.from([0x58, 0, 0, 0, 4]);
