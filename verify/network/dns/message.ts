import {
  type Answer,
  CHECKING_DISABLED,
  type DecodedPacket,
  DNSSEC_OK,
  decode,
  encode,
  RECURSION_DESIRED,
  type RecordType,
  TRUNCATED_RESPONSE,
} from "dns-packet";
import { Unknown } from "../../unknown.ts";

export interface Question {
  readonly name: string;
  readonly type: RecordType;
}

/** What a server answered, as far as it is read here. */
export interface DnsAnswer {
  /** Such as `NOERROR` and `NXDOMAIN`. */
  readonly code: string;
  readonly truncated: boolean;
  readonly authoritative: boolean;
  readonly records: readonly Answer[];
}

/** Bytes of an answer that a server may send by UDP (the size that DNS Flag Day 2020 settled on). */
const udpBytes = 1232;

/** The flag that tells an answer from a query. */
const response = 0x8000;

/** A query for signed records that leaves the checking of signatures to us (RFC 4035, section 3.2.2). */
export function encodeQuery(id: number, { name, type }: Question, recursive: boolean): Buffer {
  return encode({
    type: "query",
    id,
    flags: CHECKING_DISABLED | (recursive ? RECURSION_DESIRED : 0),
    questions: [{ name: withoutDot(name) || ".", type, class: "IN" }],
    additionals: [
      {
        ...{ type: "OPT", name: ".", udpPayloadSize: udpBytes, extendedRcode: 0, ednsVersion: 0 },
        ...{ flags: DNSSEC_OK, flag_do: true, options: [] },
      },
    ],
  });
}

/**
 * Reads an answer to a query of ours.
 *
 * @returns undefined for a message that answers something else, which may be anybody's
 * @throws {Unknown} `not-understood`, for an answer that cannot be read
 */
export function decodeAnswer(raw: Buffer, id: number, question: Question): DnsAnswer | undefined {
  if (raw.length < 12 || raw.readUInt16BE(0) !== id) return undefined;
  // What is cut off may end in the middle of a record.
  const isCut = (raw.readUInt16BE(2) & (response | TRUNCATED_RESPONSE)) === (response | TRUNCATED_RESPONSE);
  if (isCut) return { code: "NOERROR", truncated: true, authoritative: false, records: [] };
  let packet: DecodedPacket;
  try {
    packet = decode(raw);
  } catch (error) {
    throw new Unknown("not-understood", `The answer for ${question.name} is not a DNS message`, {
      cause: error,
    });
  }
  const [asked, ...others] = packet.questions ?? [];
  const isOurs =
    packet.type === "response" &&
    others.length === 0 &&
    asked?.type === question.type &&
    sameName(asked.name, question.name);
  if (!isOurs) return undefined;
  return {
    code: "rcode" in packet ? String(packet.rcode) : "NOERROR",
    truncated: packet.flag_tc,
    authoritative: packet.flag_aa,
    records: packet.answers ?? [],
  };
}

/** Names are the same in whatever case (RFC 4343). */
export function sameName(one: string, other: string): boolean {
  return canonicalName(one) === canonicalName(other);
}

/** A name in lowercase, without the final dot; the root is empty. */
export function canonicalName(name: string): string {
  return withoutDot(name).toLowerCase();
}

function withoutDot(name: string): string {
  return name.replace(/\.$/, "");
}
