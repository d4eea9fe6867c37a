import { createHash } from "node:crypto";
import { Failure } from "../../lib/failure.ts";
import { shortened } from "../../lib/text.ts";
import type { Item } from "./items.ts";
import { type Head, type Lists, type Summary, summarySchema } from "./manifest.ts";

/** Sums up what is in the schemas of a backup, item by item, as its manifest says it. */
export class Sum {
  readonly #fingerprint = new Fingerprint();
  #objects = 0;
  #tables = 0;
  #rows = 0;

  add(item: Item): void {
    if (item.kind === "object") {
      this.#objects += 1;
      this.#fingerprint.add(item.name, item.definition);
    }
    if (item.kind === "table") {
      this.#tables += 1;
      this.#rows += item.rows ?? 0;
    }
  }

  get contains(): Omit<Head["contains"], "largeObjects"> {
    return {
      fingerprint: this.#fingerprint.toString(),
      objects: this.#objects,
      tables: this.#tables,
      rows: this.#rows,
    };
  }
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

/** Most characters of a value that is shown. */
const shownCharacters = 100;

/**
 * Refuses a manifest that contradicts the list of what the backup has, whether it is signed or not: who cannot decrypt
 * that list cannot make it say something else.
 *
 * @param sum what of the list is in the schemas
 * @param summary what the list says of the backup itself; undefined in those of earlier versions
 * @throws {Failure} `failed`, with the first field that differs and what both say
 */
export function refuseContradiction(
  head: Head,
  sum: Sum,
  { summary, companions }: { summary?: Summary | undefined } & Pick<Lists, "companions">,
): void {
  const { contains, key } = head;
  const isNotWhole = head.whole && companions.length > 0;
  const [first] = [
    ...differing({ ...sum.contains, largeObjects: contains.largeObjects }, contains, "contains."),
    ...(isNotWhole ? [{ field: "whole", list: false, manifest: true }] : []),
    ...(summary === undefined
      ? []
      : [
          ...differing(summary.contains, contains, "contains."),
          ...differing(summary, summarySchema.strip().parse(head)),
        ]),
  ];
  if (first === undefined) return;
  const { field, list, manifest } = first;
  throw new Failure(
    "failed",
    `The manifest for ${key} contradicts the list of what the backup has: \`${field}\` is ${shown(manifest)} in the manifest and ${shown(list)} in the list. One of them was modified`,
  );
}

interface Contradiction {
  field: string;
  list: unknown;
  manifest: unknown;
}

/** @param where what is before the names of the fields */
function differing<T extends object>(listed: T, said: T, where = ""): Contradiction[] {
  const inManifest = new Map<string, unknown>(Object.entries(said));
  const inList = new Map<string, unknown>(Object.entries(listed));
  return [...new Set([...inList.keys(), ...inManifest.keys()])].flatMap((name) => {
    const [list, manifest] = [inList.get(name), inManifest.get(name)];
    const isSame = JSON.stringify(list) === JSON.stringify(manifest);
    return isSame ? [] : [{ field: `${where}${name}`, list, manifest }];
  });
}

function shown(value: unknown): string {
  return shortened(JSON.stringify(value) ?? "missing", shownCharacters);
}
