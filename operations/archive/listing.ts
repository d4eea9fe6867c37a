import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip, createGzip } from "node:zlib";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { parseJson } from "../../lib/json.ts";
import { listingKey } from "../store/names.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { Details } from "./details.ts";
import { fetchObject } from "./fetch.ts";
import { type Item, type Listing, lineSchema, type Side } from "./items.ts";
import type { Description, Manifest } from "./manifest.ts";

/** Most characters of a line: a definition can be as long as a value of a database. */
const maximumLine = 256 * 1024 * 1024;

/**
 * Writes a listing as lines of JSON, compressed. Names and expressions may be secrets, so it is stored encrypted.
 */
export class ListingWriter {
  /** How many items were written. */
  items = 0;
  #gzip = createGzip();
  #signal: AbortSignal;

  /** @param signal ends the writing */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    // Whoever reads the stream is told, if anybody does.
    this.#gzip.on("error", () => undefined);
  }

  /** What is to be stored. It is read only as fast as its reader takes it. */
  get stream(): AsyncIterable<Uint8Array> {
    return this.#gzip;
  }

  async write(side: Side, item: Item): Promise<void> {
    this.items += 1;
    if (this.#gzip.write(`${JSON.stringify([side, item])}\n`)) return;
    await once(this.#gzip, "drain", { signal: this.#signal });
  }

  end(): void {
    this.#gzip.end();
  }

  /** Ends the stream with an error. */
  fail(error: unknown): void {
    this.#gzip.destroy(error instanceof Error ? error : new Error(reasonOf(error)));
  }
}

/**
 * Gets the listing of a backup into a file, and checks its digest.
 *
 * @param file to create, compressed and readable only by this account
 * @throws {Failure} `failed`, when it does not match the manifest
 */
export async function fetchListing(
  options: { store: ObjectStore; identities: readonly string[]; file: string; signal: AbortSignal },
  manifest: Manifest,
  details: Details,
): Promise<Listing> {
  const { legacy } = manifest;
  if (legacy !== undefined) return listingOf(legacy, details.expressions);
  const key = listingKey(manifest.key);
  await fetchObject({ ...options, key, sealed: manifest.listing.sealed });
  return { items: (side) => readItems(options.file, side, manifest) };
}

async function* readItems(file: string, side: Side, { key, listing }: Manifest): AsyncGenerator<Item> {
  const invalid = (): Failure => new Failure("failed", `The list of objects of ${key} is invalid`);
  // Whoever reads the text is told of an error of either stream, and who stops early closes both.
  const text = pipeline(createReadStream(file), createGunzip(), () => undefined).setEncoding("utf8");
  const lines = linesOf(text, invalid);
  let items = 0;
  try {
    for await (const line of lines) {
      items += 1;
      // A small file may unpack to an endless one.
      if (items > listing.items) throw invalid();
      const { data } = lineSchema.safeParse(parseJson(line));
      if (data === undefined) throw invalid();
      if (data[0] === side) yield data[1];
    }
    if (items < listing.items) throw invalid();
  } catch (error) {
    throw error instanceof Failure ? error : invalid();
  }
}

async function* linesOf(source: AsyncIterable<string>, invalid: () => Failure): AsyncGenerator<string> {
  let rest: string[] = [];
  let length = 0;
  for await (const text of source) {
    const [first = "", ...others] = text.split("\n");
    rest.push(first);
    length += first.length;
    if (length > maximumLine) throw invalid();
    for (const next of others) {
      yield rest.join("");
      rest = [next];
      length = next.length;
    }
  }
  if (length > 0) throw invalid();
}

/** The listing of a backup whose manifest has everything in it. */
function listingOf(
  { description, surroundings }: { description: Description; surroundings: Description },
  expressions: Details["expressions"],
): Listing {
  return {
    async *items(side) {
      const { objects, tables, sequences } = side === "own" ? description : surroundings;
      for (const [name, digest] of Object.entries(objects)) {
        const expression = Object.hasOwn(expressions, name) ? expressions[name] : undefined;
        yield { kind: "object", name, definition: digest, ...(expression !== undefined && { expression }) };
      }
      for (const [name, table] of Object.entries(tables)) yield { kind: "table", name, ...table };
      for (const [name, sequence] of Object.entries(sequences)) yield { kind: "sequence", name, ...sequence };
    },
  };
}

/** A digest of definitions that does not depend on their order: the sum of the SHA-256 of each. */
export class Fingerprint {
  #sum = new Uint32Array(8);

  add(name: string, digest: string): void {
    const bytes = createHash("sha256").update(`${name}\0${digest}\n`).digest();
    let carry = 0;
    for (let index = 0; index < this.#sum.length; index += 1) {
      const next = (this.#sum[index] ?? 0) + bytes.readUInt32LE(4 * index) + carry;
      this.#sum[index] = next;
      carry = next > 0xffffffff ? 1 : 0;
    }
  }

  /** 64 hexadecimal digits. */
  toString(): string {
    return Buffer.from(this.#sum.buffer).toString("hex");
  }
}
