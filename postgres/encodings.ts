import { Failure } from "../lib/failure.ts";
import { rawBytes, rawText } from "../lib/raw-text.ts";

/** PostgreSQL's names for the encodings of databases, and those of the web: https://encoding.spec.whatwg.org/#names */
const names: Readonly<Record<string, string>> = {
  EUC_JP: "euc-jp",
  EUC_CN: "gb18030",
  EUC_KR: "euc-kr",
  LATIN2: "iso-8859-2",
  LATIN3: "iso-8859-3",
  LATIN4: "iso-8859-4",
  LATIN5: "windows-1254",
  LATIN6: "iso-8859-10",
  LATIN7: "iso-8859-13",
  LATIN8: "iso-8859-14",
  LATIN9: "iso-8859-15",
  LATIN10: "iso-8859-16",
  ISO_8859_5: "iso-8859-5",
  ISO_8859_6: "iso-8859-6",
  ISO_8859_7: "iso-8859-7",
  ISO_8859_8: "iso-8859-8",
  KOI8R: "koi8-r",
  KOI8U: "koi8-u",
  WIN866: "ibm866",
  WIN874: "windows-874",
  WIN1250: "windows-1250",
  WIN1251: "windows-1251",
  WIN1252: "windows-1252",
  WIN1253: "windows-1253",
  WIN1254: "windows-1254",
  WIN1255: "windows-1255",
  WIN1256: "windows-1256",
  WIN1257: "windows-1257",
  WIN1258: "windows-1258",
};

/**
 * Whether texts in the encoding of a database pass as bytes: those of SQL_ASCII may be in any encoding, and the server
 * does not convert MULE_INTERNAL to UTF-8.
 */
export function isRaw(encoding: unknown): boolean {
  return encoding === "SQL_ASCII" || encoding === "MULE_INTERNAL";
}

/** Whether the characters of an encoding are known here. */
export function isKnownEncoding(encoding: string): boolean {
  return encoding === "UTF8" || encoding === "LATIN1" || names[encoding] !== undefined;
}

/** The text of bytes in the encoding of a database. Bytes of an encoding that is not known here are as in SQL_ASCII. */
export function textIn(encoding: string, bytes: Buffer): string {
  if (encoding === "LATIN1") return bytes.toString("latin1");
  const name = names[encoding];
  return name === undefined ? rawText(bytes) : new TextDecoder(name).decode(bytes);
}

/**
 * The bytes of a text in the encoding of a database.
 *
 * @throws {Failure} `refused`, when a character is not known to be in it
 */
export function bytesIn(encoding: string, text: string): Buffer {
  if (encoding === "UTF8" || isRaw(encoding)) return rawBytes(text);
  const known = charactersOf(encoding);
  const parts = Array.from(text, (character) => {
    const bytes = /^[\0-\x7f]$/.test(character) ? [character.charCodeAt(0)] : known.get(character);
    if (bytes !== undefined) return Buffer.from(bytes);
    throw new Failure("refused", `The name ${text} cannot be given to a program in the encoding ${encoding}`);
  });
  return Buffer.concat(parts);
}

/** The characters of one or two bytes that an encoding has besides ASCII. */
function charactersOf(encoding: string): ReadonlyMap<string, readonly number[]> {
  const known = new Map<string, readonly number[]>();
  const high = Array.from({ length: 0x80 }, (_, index) => 0x80 + index);
  for (const bytes of [
    ...high.map((one) => [one]),
    ...high.flatMap((one) => high.map((two) => [one, two])),
  ]) {
    const text = textIn(encoding, Buffer.from(bytes));
    const isCharacter = [...text].length === 1 && text !== "\ufffd";
    if (isCharacter && !known.has(text)) known.set(text, bytes);
  }
  return known;
}
