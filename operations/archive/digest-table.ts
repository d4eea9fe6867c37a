import { createHash, randomBytes } from "node:crypto";

/**
 * Digests by names, and which of them were met again: at most 45 bytes each where a map of texts takes some 200. Names are kept
 * as the first 64 bits of a salted SHA-256, so that nobody can choose two that collide.
 */
export class DigestTable {
  #salt = randomBytes(16);
  #names = new BigUint64Array(1024);
  #digests = new BigUint64Array(1024);
  #states = new Uint8Array(1024);
  #size = 0;
  #met = 0;
  /** Further digests of a name that is there twice. */
  #further = new Map<bigint, bigint[]>();

  /** @param digest at least 16 hexadecimal digits, of which the first 16 count */
  set(name: string, digest: string): void {
    if (4 * this.#size > 3 * this.#names.length) this.#grow();
    const key = this.#keyOf(name);
    const value = firstBits(digest);
    const place = this.#placeOf(key);
    if (this.#states[place] === empty) {
      this.#names[place] = key;
      this.#digests[place] = value;
      this.#states[place] = unmet;
      this.#size += 1;
    } else if (this.#digests[place] !== value) {
      this.#further.set(key, [...(this.#further.get(key) ?? []), value]);
    }
  }

  has(name: string): boolean {
    return this.stateOf(name) !== undefined;
  }

  /** Says that a name was met with a digest. @returns whether it is there with that one */
  meet(name: string, digest: string): boolean {
    const key = this.#keyOf(name);
    const place = this.#placeOf(key);
    if (this.#states[place] === empty) return false;
    const value = firstBits(digest);
    const isSame = this.#digests[place] === value || this.#further.get(key)?.includes(value) === true;
    if (this.#states[place] === unmet) this.#met += 1;
    if (this.#states[place] !== different) this.#states[place] = isSame ? same : different;
    return isSame;
  }

  /** Whether a name was met; undefined when it is not there. */
  stateOf(name: string): "unmet" | "same" | "different" | undefined {
    const state = this.#states[this.#placeOf(this.#keyOf(name))];
    if (state === same) return "same";
    if (state === different) return "different";
    return state === unmet ? "unmet" : undefined;
  }

  /** Whether every name was met. */
  get isMet(): boolean {
    return this.#met === this.#size;
  }

  #keyOf(name: string): bigint {
    return createHash("sha256").update(this.#salt).update(name).digest().readBigUInt64LE();
  }

  /** Where a name is, or would be. */
  #placeOf(key: bigint): number {
    const mask = this.#names.length - 1;
    let place = Number(key & 0xffffffffn) & mask;
    while (this.#states[place] !== empty && this.#names[place] !== key) place = (place + 1) & mask;
    return place;
  }

  #grow(): void {
    const [names, digests, states] = [this.#names, this.#digests, this.#states];
    this.#names = new BigUint64Array(2 * names.length);
    this.#digests = new BigUint64Array(2 * names.length);
    this.#states = new Uint8Array(2 * names.length);
    for (const [index, state] of states.entries()) {
      if (state === empty) continue;
      const place = this.#placeOf(names[index] ?? 0n);
      this.#names[place] = names[index] ?? 0n;
      this.#digests[place] = digests[index] ?? 0n;
      this.#states[place] = state;
    }
  }
}

const empty = 0;
const unmet = 1;
const same = 2;
const different = 3;

function firstBits(digest: string): bigint {
  return BigInt(`0x${digest.slice(0, 16)}`);
}
