import { readFileSync, statSync } from "node:fs";
import { type Document, isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument } from "yaml";
import { maxSettingsBytes } from "./yaml.ts";

/** A line and column, which count from 1. */
export interface Place {
  line: number;
  column: number;
}

/** Where the settings of a stack are written: the places of its keys, none of its values. */
export class SettingsFile {
  readonly path: string;
  #lines = new LineCounter();
  #document: Document | undefined;

  constructor(path: string) {
    this.path = path;
    this.#document = this.#read();
  }

  /** @returns where `config` begins, or the file where it has none */
  get start(): Place {
    return this.#placeOf(this.#entry(this.#document?.contents, "config")) ?? { line: 1, column: 1 };
  }

  /**
   * @param key such as `optropic:edge.corsOrigins[0]`, in full
   * @returns the place of the key or of the innermost one above it that is there; undefined without any
   */
  find(key: string): Place | undefined {
    const [top = "", ...steps] = stepsOf(key);
    let pair = this.#entry(this.#entry(this.#document?.contents, "config")?.value, top);
    let place = this.#placeOf(pair);
    for (const step of steps) {
      const { value }: { value?: unknown } = pair ?? {};
      if (isSeq(value)) {
        const item = value.items[Number(step)];
        place = this.#placeOf({ key: item }) ?? place;
        pair = { key: item, value: item };
        continue;
      }
      pair = this.#entry(value, step);
      if (pair === undefined) break;
      place = this.#placeOf(pair) ?? place;
    }
    return place;
  }

  #read(): Document | undefined {
    try {
      if (statSync(this.path).size > maxSettingsBytes) return undefined;
      return parseDocument(readFileSync(this.path, "utf8"), { version: "1.1", lineCounter: this.#lines });
    } catch {
      return undefined;
    }
  }

  #entry(node: unknown, key: string): Entry | undefined {
    if (!isMap(node)) return undefined;
    return node.items.find((pair: Pair) => isScalar(pair.key) && String(pair.key.value) === key);
  }

  #placeOf(entry: Entry | undefined): Place | undefined {
    const key = entry?.key;
    if (!isScalar(key) && !isMap(key) && !isSeq(key)) return undefined;
    const [offset] = key.range ?? [];
    if (offset === undefined) return undefined;
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

interface Entry {
  key: unknown;
  value?: unknown;
}

/** `a:b.c[0]` to `a:b`, `c` and `0`; a key in brackets may be quoted. */
function stepsOf(key: string): string[] {
  return [...key.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => quoted ?? index ?? name ?? "",
  );
}
