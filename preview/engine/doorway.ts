import { once } from "node:events";
import * as net from "node:net";

/** Connections that a child may have at once; an SDK makes one or two. */
const mostConnections = 64;

/** A Unix socket, which only who may enter its folder can reach. Connections wait until somebody takes them. */
export class Doorway {
  readonly path: string;
  #server: net.Server;
  #sockets = new Set<net.Socket>();
  #taker: ((socket: net.Socket) => void) | undefined;

  private constructor(path: string) {
    this.path = path;
    this.#server = net.createServer((socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
      // What nobody has taken yet may break off.
      socket.on("error", () => undefined);
      this.#taker?.(socket);
    });
    this.#server.maxConnections = mostConnections;
    this.#server.listen(path);
  }

  static async open(path: string): Promise<Doorway> {
    const doorway = new Doorway(path);
    await once(doorway.#server, "listening");
    return doorway;
  }

  /** Hands on every connection, those that wait first. */
  leadTo(take: (socket: net.Socket) => void): void {
    this.#taker = take;
    for (const socket of this.#sockets) take(socket);
  }

  /** Closes it with every connection. */
  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
