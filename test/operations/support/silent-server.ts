import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { Connection } from "../../../postgres/connection.ts";

/**
 * Something that speaks as much of PostgreSQL's protocol as a session needs, finds no rows, and answers only once
 * several statements have come: whoever waits for an answer before that waits in vain.
 *
 * @param turns how many statements are answered together, one turn after the other
 * Source: https://www.postgresql.org/docs/17/protocol-message-formats.html
 */
export async function startSilentServer(
  turns: readonly number[],
): Promise<{ connection: Connection; statements: readonly string[]; stop(): void }> {
  const statements: string[] = [];
  const sockets: Socket[] = [];
  const next = [...turns];
  let open = 0;
  const server = createServer((socket) => {
    sockets.push(socket);
    let rest = Buffer.alloc(0);
    let isStarted = false;
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        // The first message has no letter.
        const head = isStarted ? 1 : 0;
        const end = rest.length < head + 4 ? undefined : head + rest.readUInt32BE(head);
        if (end === undefined || rest.length < end) return;
        const message = rest.subarray(0, end);
        rest = rest.subarray(end);
        if (!isStarted) {
          isStarted = true;
          socket.write(Buffer.concat([messageOf("R", Buffer.alloc(4)), ready]));
        } else if (message.toString("latin1", 0, 1) === "Q") {
          statements.push(message.toString("utf8", 5, end - 1));
          open += 1;
          if (open < (next[0] ?? 1)) continue;
          next.shift();
          for (; open > 0; open -= 1) socket.write(Buffer.concat([noRows, ready]));
        }
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No loopback port is free");
  return {
    connection: {
      PGHOST: "127.0.0.1",
      PGPORT: `${address.port}`,
      PGDATABASE: "none",
      PGUSER: "nobody",
      PGSSLMODE: "disable",
    },
    statements,
    stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function messageOf(letter: string, body: Uint8Array): Buffer {
  const head = Buffer.from(`${letter}....`);
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const noRows = messageOf("C", Buffer.from("SELECT 0\0"));
/** In a transaction. */
const ready = messageOf("Z", Buffer.from("T"));
