import * as http2 from "node:http2";
import type { Duplex } from "node:stream";
import { shortened } from "../../lib/text.ts";

/**
 * Reaches ports of the loopback interface as the program's process sees it: its main module, `host/program.cjs`,
 * connects them to what it inherited. The preview itself connects to no address that a program names.
 */
export class Tunnel {
  #session: http2.ClientHttp2Session;

  constructor(connection: Duplex) {
    this.#session = http2.connect("http://localhost", { createConnection: () => connection });
    // What breaks the connection ends the streams in it.
    this.#session.on("error", () => undefined);
  }

  /** @throws {Error} for what is no port of the loopback interface */
  connect(target: string): Duplex {
    if (!/^127\.0\.0\.1:\d{1,5}$/.test(target)) {
      throw new Error(
        `callbacks at ${shortened(target, 100)} are refused: only ports of 127.0.0.1 are called`,
      );
    }
    return this.#session.request({ ":method": "CONNECT", ":authority": target });
  }

  close(): void {
    this.#session.destroy();
  }
}
