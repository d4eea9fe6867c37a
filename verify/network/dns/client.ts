import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import { reasonOf } from "../../../lib/failure.ts";
import { Unknown } from "../../unknown.ts";
import type { Address } from "../targets.ts";
import { type DnsAnswer, decodeAnswer, encodeQuery, type Question } from "./message.ts";

export interface QueryOptions {
  /** Milliseconds until a server has answered, repetitions included. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Whether the server shall ask others: yes of a resolver, no of a name server. */
  readonly recursive: boolean;
  /** Is given the answer as it came, for its digest. */
  readonly record: (raw: Buffer) => void;
}

/** A packet may get lost, so a question is sent so many times. */
const attempts = 3;

/** Messages with a wrong id or question, after which a server is no longer listened to. */
const maximumStrays = 100;

/**
 * Asks a DNS server by UDP, and by TCP where the answer does not fit (RFC 7766).
 *
 * @throws {Unknown} where there is no answer in time, or none that can be read
 */
export async function query(server: Address, question: Question, options: QueryOptions): Promise<DnsAnswer> {
  const time = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([options.signal, time]);
  const where = `${server.host} about ${question.name} (${question.type})`;
  try {
    const answer = await byUdp(server, question, { ...options, signal });
    return answer.truncated ? await byTcp(server, question, { ...options, signal }) : answer;
  } catch (error) {
    if (error instanceof Unknown) throw error;
    if (time.aborted) {
      throw new Unknown("timed-out", `No answer of ${where} in ${options.timeoutMs / 1000} s`);
    }
    options.signal.throwIfAborted();
    throw new Unknown("target-refused", `No answer of ${where}: ${reasonOf(error)}`);
  }
}

function byUdp(server: Address, question: Question, options: QueryOptions): Promise<DnsAnswer> {
  const id = randomInt(65_536);
  const socket = createSocket(isIPv6(server.host) ? "udp6" : "udp4");
  return new Promise<DnsAnswer>((resolve, reject) => {
    let strays = 0;
    let sent = 0;
    let timer: NodeJS.Timeout | undefined;
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      options.signal.removeEventListener("abort", stop);
      socket.close();
      settle();
    };
    const stop = (): void => end(() => reject(options.signal.reason));
    const send = (): void => {
      sent += 1;
      socket.send(encodeQuery(id, question, options.recursive));
      if (sent < attempts) timer = setTimeout(send, options.timeoutMs / attempts);
    };
    socket.on("error", (error) => end(() => reject(error)));
    socket.on("message", (raw) => {
      try {
        const answer = decodeAnswer(raw, id, question);
        if (answer !== undefined) {
          if (!answer.truncated) options.record(raw);
          return end(() => resolve(answer));
        }
      } catch (error) {
        return end(() => reject(error));
      }
      strays += 1;
      if (strays < maximumStrays) return;
      end(() => reject(new Unknown("not-understood", `${server.host} answers what was not asked`)));
    });
    // Connected, it takes messages of this server alone.
    socket.connect(server.port, server.host, () => send());
    options.signal.addEventListener("abort", stop, { once: true });
    if (options.signal.aborted) stop();
  });
}

async function byTcp(server: Address, question: Question, options: QueryOptions): Promise<DnsAnswer> {
  const id = randomInt(65_536);
  const socket = connect({ ...server, signal: options.signal });
  try {
    const message = encodeQuery(id, question, options.recursive);
    const prefix = Buffer.alloc(2);
    prefix.writeUInt16BE(message.length);
    socket.write(Buffer.concat([prefix, message]));
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk]);
      // The length has two bytes, so that an answer has 64 KiB at the most.
      const length = received.length < 2 ? undefined : received.readUInt16BE(0);
      if (length === undefined || received.length < length + 2) continue;
      const raw = received.subarray(2, length + 2);
      const answer = decodeAnswer(raw, id, question);
      if (answer === undefined) break;
      options.record(raw);
      return answer;
    }
    throw new Unknown("not-understood", `${server.host} answered something else by TCP`);
  } finally {
    socket.destroy();
  }
}
