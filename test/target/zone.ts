import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { Answer, DnskeyData, RrsigData } from "dns-packet";
import { keyTagOf, nameBytes, recordSet, signedBytes } from "../../verify/network/dns/signature.ts";

const algorithm = 13;
const day = 86_400;

/** A zone with a key of its own, made for one run, whose parent vouches for it. */
export class Zone {
  readonly name: string;
  #records: Answer[] = [];
  #private: KeyObject;
  #key: DnskeyData;
  #signatures = new Map<string, Buffer>();

  constructor(name: string, parent: Zone | undefined) {
    this.name = name;
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const { x = "", y = "" } = publicKey.export({ format: "jwk" });
    const key = Buffer.concat([Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
    this.#private = privateKey;
    this.#key = { flags: 257, algorithm, key };
    const shown = name || ".";
    const data = { mname: `ns1.${name}`, rname: `hostmaster.${name}`, serial: 1, refresh: 1, retry: 1 };
    this.add({ name: shown, type: "SOA", ttl: 300, data: { ...data, expire: 1, minimum: 1 } });
    this.add({ name: shown, type: "DNSKEY", ttl: 300, data: this.#key });
    if (name === "") this.add({ name: shown, type: "NS", ttl: 300, data: "ns1" });
    parent?.add({ name, type: "DS", ttl: 300, data: this.#ds() });
  }

  add(record: Answer): void {
    this.#records.push(record);
  }

  records(name: string, type: string): Answer[] {
    return [...recordSet(this.#records, name || ".", type).records];
  }

  /** Records of one name and type, and the signature over them, or over a wildcard that stands for the name. */
  signed(
    records: readonly Answer[],
    { days, forged, wildcard }: { days: number; forged: boolean; wildcard: boolean },
  ): Answer[] {
    const [first] = records;
    if (first === undefined) return [];
    // The same for an hour, so that what is asked again is not signed again.
    const now = Math.floor(Date.now() / 3_600_000) * 3600;
    const labels = first.name.split(".").filter(Boolean).length - (wildcard ? 1 : 0);
    const data: RrsigData = {
      ...{ typeCovered: first.type, algorithm, labels, originalTTL: 300 },
      ...{ inception: now - 7 * day, expiration: now + days * day },
      ...{ keyTag: keyTagOf(this.#key), signersName: this.name || ".", signature: Buffer.alloc(0) },
    };
    const bytes = signedBytes(recordSet(records, first.name, first.type), data);
    const signature = Buffer.from(this.#signatureOf(bytes));
    if (forged) signature.reverse();
    return [...records, { name: first.name, type: "RRSIG", ttl: 300, data: { ...data, signature } }];
  }

  #signatureOf(bytes: Buffer): Buffer {
    const key = bytes.toString("latin1");
    const known = this.#signatures.get(key);
    if (known !== undefined) return known;
    const made = sign("sha256", bytes, { key: this.#private, dsaEncoding: "ieee-p1363" });
    this.#signatures.set(key, made);
    return made;
  }

  /** The DS record that vouches for the zone, in the form of a zone file. */
  anchor(): string {
    const { keyTag, digestType, digest } = this.#ds();
    return `${this.name}. IN DS ${keyTag} ${algorithm} ${digestType} ${digest.toString("hex")}`;
  }

  #ds() {
    const data = Buffer.concat([Buffer.from([1, 1, 3, algorithm]), this.#key.key]);
    const digest = createHash("sha256").update(nameBytes(this.name)).update(data).digest();
    return { keyTag: keyTagOf(this.#key), algorithm, digestType: 2, digest };
  }
}
