import { getServers } from "node:dns";
import { isIP } from "node:net";
import type { Limits } from "../../limits.ts";
import { Unknown } from "../../unknown.ts";
import { type Address, isPrivate, type Targets } from "../targets.ts";
import { rootAnchors, type TrustAnchor } from "./anchor.ts";
import { query } from "./client.ts";
import type { DnsAnswer, Question } from "./message.ts";

export interface ResolverOptions {
  readonly targets: Targets;
  readonly limits: Limits;
  /** Addresses of resolvers. Default: those of this machine. */
  readonly resolvers?: readonly string[] | undefined;
  /** Default: the keys of the root zone. */
  readonly anchors?: readonly TrustAnchor[] | undefined;
}

/** Who asks: until when, and where the answer is kept. */
export interface Asking {
  readonly signal: AbortSignal;
  readonly record: (raw: Buffer) => void;
}

/** Asks resolvers, and name servers themselves. */
export class Resolver {
  readonly anchors: readonly TrustAnchor[];
  #options: ResolverOptions;

  constructor(options: ResolverOptions) {
    this.#options = options;
    this.anchors = options.anchors ?? rootAnchors;
  }

  /** @throws {Unknown} where no resolver answers */
  async resolve(question: Question, asking: Asking): Promise<DnsAnswer> {
    let last: unknown = new Unknown("no-data", "This machine has no resolver; name one in verify.resolvers");
    for (const server of this.#servers()) {
      try {
        const answer = await this.#ask(server, question, asking, true);
        if (answer.code === "NOERROR" || answer.code === "NXDOMAIN") return answer;
        last = new Unknown("target-refused", `${server.host} answered ${answer.code} about ${question.name}`);
      } catch (error) {
        if (!(error instanceof Unknown)) throw error;
        last = error;
      }
    }
    throw last;
  }

  /**
   * Asks a name server itself, by its address.
   *
   * @throws {Unknown} where it does not answer, or stands where only this machine or its network is
   */
  async askNameServer(address: string, question: Question, asking: Asking): Promise<DnsAnswer> {
    const { dns } = this.#options.targets;
    if (dns === undefined && isPrivate(address)) {
      throw new Unknown("target-refused", `${address} is not a public address`);
    }
    return this.#ask({ host: address, port: dns?.port ?? 53 }, question, asking, false);
  }

  #ask(server: Address, question: Question, { signal, record }: Asking, recursive: boolean) {
    const timeoutMs = this.#options.limits.dnsMs;
    return query(server, question, { timeoutMs, signal, record, recursive });
  }

  #servers(): Address[] {
    const { targets, resolvers = [] } = this.#options;
    if (targets.dns !== undefined) return [targets.dns];
    if (targets.https !== undefined || targets.http !== undefined) {
      throw new Unknown("no-data", "no --target dns:// was given to ask");
    }
    return (resolvers.length > 0 ? [...resolvers] : getServers()).map(addressOfServer);
  }
}

/** Reads `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`, as Node.js lists servers. */
function addressOfServer(text: string): Address {
  if (isIP(text) !== 0) return { host: text, port: 53 };
  const [, host = text, port = "53"] = /^\[?(.*?)\]?:(\d{1,5})$/.exec(text) ?? [];
  return { host, port: Number(port) };
}
