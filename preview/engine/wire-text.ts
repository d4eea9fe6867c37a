import { isUtf8 } from "node:buffer";
import { randomUUID } from "node:crypto";
import protobuf from "google-protobuf";

/** Bytes that are looked at here; whether more are UTF-8 is asked of Node.js. */
const few = 64;

/** What a text that is not valid begins with while a message is read for where that is. */
const mark = randomUUID();
let isMarking = false;

const { BinaryReader } = protobuf;
const { readString } = BinaryReader.prototype;

// The library takes half a surrogate pair, which JavaScript may leave of a text that it cuts, and other bytes that are
// no text. The readers of Go refuse a message with such a text, so the engine would not see it.
BinaryReader.prototype.readString = function (this: InstanceType<typeof BinaryReader>): string {
  const buffer = this.getBuffer();
  // The length comes before the text, in groups of seven bits.
  let start = this.getCursor();
  let length = 0;
  for (let unit = 1, byte = 128; byte >= 128; unit *= 128, start += 1) {
    byte = buffer[start] ?? 0;
    length += (byte % 128) * unit;
  }
  if (isText(buffer, start, start + length)) return readString.call(this);
  if (!isMarking) throw new NotText();
  return `${mark}${Buffer.from(this.readBytes()).toString()}`;
};

class NotText extends Error {
  override readonly name = "NotText";
}

function isText(buffer: Uint8Array, start: number, end: number): boolean {
  if (end - start <= few) {
    let at = start;
    while (at < end && (buffer[at] ?? 0) < 128) at += 1;
    if (at === end) return true;
  }
  return isUtf8(buffer.subarray(start, end));
}

/**
 * Reads a message as the engine does: every text in it has to be UTF-8.
 *
 * @throws {Error} naming the resource and the property where one is not
 */
export function readMessage<Message>(bytes: Buffer, deserialize: (bytes: Buffer) => Message): Message {
  try {
    return deserialize(bytes);
  } catch (error) {
    if (!(error instanceof NotText)) throw error;
    throw new Error(
      `${placeOfMark(bytes, deserialize)} is not valid UTF-8, so Pulumi's engine would refuse it: perhaps a text was cut within a character`,
      { cause: error },
    );
  }
}

function placeOfMark(bytes: Buffer, deserialize: (bytes: Buffer) => unknown): string {
  isMarking = true;
  try {
    const message = deserialize(bytes);
    if (!(message instanceof protobuf.Message)) return "a message";
    const fields: Fields = message.toObject();
    const path = pathToMark(fields, []) ?? [];
    const text = path
      .join(".")
      .replace(/\.(?=\[)/g, "")
      .replaceAll(mark, "");
    return [text, ownerOf(fields)].filter((part) => part !== "").join(" of ") || "a message";
  } catch (error) {
    if (error instanceof RangeError) return "a message that nests too deep to be shown";
    throw error;
  } finally {
    isMarking = false;
  }
}

type Fields = Record<string, unknown>;

/** What a message is about, as far as its own fields say so. */
function ownerOf(fields: Fields): string {
  const [type, name, urn, token] = ["type", "name", "urn", "tok"].map((key) => {
    const value = fields[key];
    return typeof value === "string" ? value.replaceAll(mark, "") : "";
  });
  if (type !== "" && name !== "") return `${type} '${name}'`;
  return urn || token || "";
}

/** Fields of a message that hold a value's own parts, or a resource's, and name nothing to whoever wrote a program. */
const unnamed = new Set(["object", "structValue", "listValue", "stringValue"]);

function pathToMark(value: unknown, path: readonly string[]): readonly string[] | undefined {
  if (typeof value === "string") return value.startsWith(mark) ? path : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, element] of Object.entries(value)) {
    const found = Array.isArray(element)
      ? pathInList(key, element, path)
      : pathToMark(element, unnamed.has(key) ? path : [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A field of several elements; a map is a list of keys and values. */
function pathInList(
  field: string,
  elements: readonly unknown[],
  path: readonly string[],
): readonly string[] | undefined {
  const isMap = field.endsWith("Map");
  const own = field.replace(/(?:List|Map)$/, "");
  const base = own === "fields" || own === "values" ? path : [...path, own];
  for (const [index, element] of elements.entries()) {
    const [key, value] = isMap && Array.isArray(element) ? element : [undefined, element];
    if (typeof key === "string" && key.startsWith(mark)) return [...base, key];
    const found = pathToMark(value, [...base, typeof key === "string" ? key : `[${index}]`]);
    if (found !== undefined) return found;
  }
  return undefined;
}
