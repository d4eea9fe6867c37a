import { createSocket, type Socket } from "node:dgram";
import { type EventEmitter, once } from "node:events";
import { createServer, type Server } from "node:net";
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, TRUNCATED_RESPONSE } from "dns-packet";
import type { Settings } from "../../config/settings.ts";
import { atFreePort } from "../ports.ts";
import type { Fault } from "./faults.ts";
import { Zone } from "./zone.ts";

/** Name servers on loopback, for the zone of the platform and for all above it. */
export interface NameServers {
  /** The one that answers as a resolver does. */
  readonly dns: { host: string; port: number };
  /** The key of their root zone, as a DS record. */
  readonly anchor: string;
  /** Names of the name servers of the platform's zone. */
  readonly names: readonly string[];
  stop(): Promise<void>;
}

/** Addresses of the two name servers: on some systems loopback is one address of each family. */
const first = "127.0.0.1";
const others = ["127.0.0.2", "::1"] as const;

export async function startNameServers(
  settings: Settings,
  has: (fault: Fault) => boolean,
): Promise<NameServers> {
  const own = settings.domains.zone;
  const names = [`ns1.${own}`, `ns2.${own}`];
  const zones = new Map<string, Zone>();
  for (const name of ancestorsOf(own)) zones.set(name, new Zone(name, zones.get(parentOf(name))));
  const zone = zones.get(own);
  const root = zones.get("");
  if (zone === undefined || root === undefined) throw new Error("There is no zone");
  const running = await listen(first, 0, (question) => answersOf(zones, question, has, false));
  const { port } = running;
  const second = await anyOf(others, (host) =>
    listen(host, port, (question) => answersOf(zones, question, has, true)),
  );
  fill(zone, settings, names, second.host);
  return {
    dns: { host: first, port },
    anchor: root.anchor(),
    names,
    stop: async () => {
      await Promise.all([running.stop(), second.stop()]);
    },
  };
}

/** The records of the platform, as the edge publishes them. */
function fill(zone: Zone, settings: Settings, names: readonly string[], second: string): void {
  const { web, redirect, api } = settings.domains;
  const [ns1 = "", ns2 = ""] = names;
  for (const data of names) zone.add({ name: zone.name, type: "NS", ttl: 300, data });
  zone.add({ name: ns1, type: "A", ttl: 300, data: first });
  zone.add({ name: ns2, type: second.includes(":") ? "AAAA" : "A", ttl: 300, data: second });
  for (const host of redirect === undefined ? [web, api] : [web, redirect, api]) {
    for (const data of ["104.16.132.229", "104.16.133.229"])
      zone.add({ name: host, type: "A", ttl: 300, data });
    zone.add({ name: host, type: "AAAA", ttl: 300, data: "2606:4700::6810:84e5" });
  }
  for (const value of settings.edge.certificateAuthorities) {
    for (const tag of ["issue", "issuewild"] as const) {
      zone.add({ name: zone.name, type: "CAA", ttl: 300, data: { flags: 0, tag, value } });
    }
  }
  const value = `mailto:${settings.contacts.security}`;
  zone.add({ name: zone.name, type: "CAA", ttl: 300, data: { flags: 0, tag: "iodef", value } });
}

interface Question {
  readonly name: string;
  readonly type: string;
}

/** The records of an answer with their signatures, and whether the name exists. */
function answersOf(
  zones: ReadonlyMap<string, Zone>,
  { name: asked, type }: Question,
  has: (fault: Fault) => boolean,
  isSecond: boolean,
): Answer[] {
  const name = asked.toLowerCase().replace(/^\.$/, "");
  // A DS record is the parent's.
  const from = type === "DS" && name !== "" ? parentOf(name) : name;
  const zone = [...ancestorsOf(from)].reverse().flatMap((each) => zones.get(each) ?? [])[0];
  if (zone === undefined) return [];
  const isOwn = zone === [...zones.values()].at(-1);
  const isLast = name === [...zones.keys()].at(-1);
  let records = zone.records(name, type);
  if (isOwn) records = spoiled(records, name, has, isSecond);
  if (type === "DS" && isLast && has("dnssec-not-delegated")) return [];
  if (type === "DS" && isLast && has("dnssec-other-key")) records = records.map(withOtherDigest);
  if (has("dns-unsigned")) return records;
  const days = isOwn && has("dnssec-expired") ? -1 : 7;
  return zone.signed(records, {
    days,
    forged: isOwn && type === "AAAA" && has("dnssec-forged"),
    wildcard: name.startsWith("api.") && type === "AAAA" && has("dns-wildcard"),
  });
}

function spoiled(
  records: readonly Answer[],
  name: string,
  has: (fault: Fault) => boolean,
  isSecond: boolean,
): Answer[] {
  return records.flatMap((record): Answer[] => {
    const isApi = name.startsWith("api.");
    if ((record.type === "A" || record.type === "AAAA") && isApi && has("address-missing")) return [];
    if (record.type === "A" && isApi && has("ipv6-only")) return [];
    if (record.type === "A" && isApi && has("split-horizon")) return [{ ...record, data: "10.0.0.5" }];
    if (record.type === "AAAA" && isApi && has("ipv6-missing")) return [];
    if (record.type === "A" && isApi && has("past-the-edge")) return [{ ...record, data: "203.0.113.9" }];
    if (record.type === "A" && isSecond && has("name-server-stale")) {
      return [{ ...record, data: "104.17.1.1" }];
    }
    if (record.type === "NS" && has("name-server-foreign"))
      return [{ ...record, data: "ns1.elsewhere.example" }];
    if (record.type !== "CAA") return [record];
    const { tag, value } = record.data;
    if (has("caa-missing")) return [];
    if (has("caa-report-missing") && tag === "iodef") return [];
    const isStranger = has("caa-stranger") && tag === "issue" && value === "ssl.com";
    return isStranger ? [record, { ...record, data: { ...record.data, value: "evil.example" } }] : [record];
  });
}

function withOtherDigest(record: Answer): Answer {
  if (record.type !== "DS") return record;
  return { ...record, data: { ...record.data, digest: Buffer.alloc(record.data.digest.length, 1) } };
}

/** Longest answer by UDP. */
const udpBytes = 1232;

/** Answers by TCP and UDP at one port; at any with 0. */
export async function listen(
  host: string,
  port: number,
  answer: (question: Question) => Answer[],
): Promise<{ host: string; port: number; stop: () => Promise<void> }> {
  const reply = (raw: Buffer, most: number): Buffer => {
    const { id, questions = [] } = decode(raw);
    const [question] = questions;
    const answers = question === undefined ? [] : answer(question);
    const message = { type: "response", id, flags: AUTHORITATIVE_ANSWER, questions } as const;
    const whole = encode({ ...message, answers });
    if (whole.length <= most) return whole;
    return encode({ ...message, flags: AUTHORITATIVE_ANSWER | TRUNCATED_RESPONSE });
  };
  const tcp = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (chunk) => {
      const message = reply(chunk.subarray(2), 65_535);
      const prefix = Buffer.alloc(2);
      prefix.writeUInt16BE(message.length);
      socket.end(Buffer.concat([prefix, message]));
    });
  });
  const udp = createSocket(host.includes(":") ? "udp6" : "udp4");
  udp.on("message", (raw, from) => {
    udp.send(reply(raw, udpBytes), from.port, from.address);
  });
  return { host, port: await shareOnePort(tcp, udp, { host, port }), stop: () => stopBoth(tcp, udp) };
}

/**
 * Listens by TCP and UDP at one port: at any that is free for both with port 0. Of those that the kernel gives, one may
 * be free for TCP and a client's for UDP.
 *
 * @returns the port
 */
export async function shareOnePort(
  tcp: Server,
  udp: Socket,
  { host, port: wanted }: { readonly host: string; readonly port: number },
): Promise<number> {
  const share = async (port: number): Promise<number> => {
    await happens(tcp, "listening", () => tcp.listen(port, host));
    try {
      await happens(udp, "listening", () => udp.bind(port, host));
    } catch (error) {
      await new Promise<void>((resolve) => tcp.close(() => resolve()));
      throw error;
    }
    return port;
  };
  return wanted === 0 ? atFreePort(share) : share(wanted);
}

/** Waits for an event of what was begun, or for its error. */
async function happens(emitter: EventEmitter, event: string, begin: () => void): Promise<void> {
  const happened = once(emitter, event);
  begin();
  await happened;
}

async function stopBoth(tcp: Server, udp: Socket): Promise<void> {
  await new Promise<void>((resolve) => tcp.close(() => resolve()));
  await new Promise<void>((resolve) => udp.close(() => resolve()));
}

async function anyOf<Choice, Made>(
  choices: readonly Choice[],
  make: (choice: Choice) => Promise<Made>,
): Promise<Made> {
  const errors: unknown[] = [];
  for (const choice of choices) {
    try {
      return await make(choice);
    } catch (error) {
      errors.push(error);
    }
  }
  throw new AggregateError(errors, "No second address of loopback can be listened on");
}

/** From the root down to the name itself. */
function ancestorsOf(name: string): string[] {
  const labels = name.split(".").filter(Boolean);
  return ["", ...labels.map((_, index) => labels.slice(labels.length - 1 - index).join("."))];
}

function parentOf(name: string): string {
  return name.split(".").slice(1).join(".");
}
