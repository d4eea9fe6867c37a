import type { Duplex } from "node:stream";
import { rawBytes, rawText } from "../lib/raw-text.ts";

/** Codes of messages: https://www.postgresql.org/docs/17/protocol-message-formats.html */
const dataRow = 0x44;
const bind = 0x42;
const withText: ReadonlySet<number> = new Set([0x51, 0x50]);

/** How every character begins that stands for a byte. */
const standInStart = Buffer.from([0xf4, 0x8f]);

/**
 * Lets bytes that are no UTF-8 pass between a server and the client library, which takes every text for UTF-8: values
 * of rows are read as `rawText` does, and statements and their values are sent as `rawBytes` does.
 *
 * @param stream of the library's connection, which is open
 */
export function passRawText(stream: Duplex): void {
  const listeners = stream.listeners("data");
  stream.removeAllListeners("data");
  let parts: Buffer[] = [];
  let missing = 0;
  stream.on("data", (chunk: Buffer) => {
    parts.push(chunk);
    missing -= chunk.length;
    // To put a large message together for each of its chunks would copy it as many times.
    if (missing > 0) return;
    const messages = messagesIn(parts.length === 1 ? chunk : Buffer.concat(parts));
    const rest = Buffer.from(messages.rest);
    parts = [rest];
    missing = rest.length < 5 ? 0 : 1 + rest.readUInt32BE(1) - rest.length;
    if (messages.all.length === 0) return;
    const read = Buffer.concat(messages.all.map(readable));
    for (const listener of listeners) Reflect.apply(listener, stream, [read]);
  });
  const write = stream.write.bind(stream);
  Object.defineProperty(stream, "write", {
    writable: true,
    configurable: true,
    value: (bytes: Uint8Array, ...others: unknown[]) =>
      Reflect.apply(write, stream, [sendable(Buffer.from(bytes)), ...others]),
  });
}

/** Complete messages, and the beginning of another. */
function messagesIn(bytes: Buffer): { all: Buffer[]; rest: Buffer } {
  const all: Buffer[] = [];
  let at = 0;
  while (at + 5 <= bytes.length) {
    const end = at + 1 + bytes.readUInt32BE(at + 1);
    if (end > bytes.length) break;
    all.push(bytes.subarray(at, end));
    at = end;
  }
  return { all, rest: bytes.subarray(at) };
}

function readable(message: Buffer): Buffer {
  if (message[0] !== dataRow) return message;
  return messageOf(message, [
    message.subarray(5, 7),
    ...valuesAt(message, 7, message.readUInt16BE(5), utf8Of).parts,
  ]);
}

function utf8Of(value: Buffer): Buffer {
  return Buffer.from(rawText(value), "utf8");
}

function sendable(bytes: Buffer): Buffer {
  if (!bytes.includes(standInStart)) return bytes;
  const { all, rest } = messagesIn(bytes);
  return Buffer.concat([...all.map(rawMessage), rest]);
}

function rawMessage(message: Buffer): Buffer {
  const [code = 0] = message;
  if (withText.has(code)) return messageOf(message, [rawOf(message.subarray(5))]);
  if (code !== bind) return message;
  // The names of the portal and the statement, and the formats of the values.
  const names = message.indexOf(0, message.indexOf(0, 5) + 1) + 1;
  const values = names + 2 + 2 * message.readUInt16BE(names);
  const { parts, end } = valuesAt(message, values + 2, message.readUInt16BE(values), rawOf);
  return messageOf(message, [message.subarray(5, values + 2), ...parts, message.subarray(end)]);
}

/** Only text is changed: numbers of a statement's parameters have no such bytes in them. */
function rawOf(bytes: Buffer): Buffer {
  return bytes.includes(standInStart) ? rawBytes(bytes.toString("utf8")) : bytes;
}

/** Values with their lengths, each changed. */
function valuesAt(
  message: Buffer,
  begin: number,
  count: number,
  change: (value: Buffer) => Buffer,
): { parts: Buffer[]; end: number } {
  const parts: Buffer[] = [];
  let at = begin;
  for (let index = 0; index < count; index += 1) {
    const length = message.readInt32BE(at);
    const value = message.subarray(at + 4, at + 4 + Math.max(0, length));
    const changed = length < 0 ? value : change(value);
    const head = Buffer.alloc(4);
    head.writeInt32BE(length < 0 ? length : changed.length);
    parts.push(head, changed);
    at += 4 + value.length;
  }
  return { parts, end: at };
}

function messageOf(message: Buffer, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.from(message.subarray(0, 5));
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** Version 3.0 of the protocol. */
const protocol = 196_608;

/** Lets the client library begin a session in which the server converts no text, where it would ask for UTF-8. */
export function beginRaw(connection: { stream: Duplex }): void {
  Object.defineProperty(connection, "startup", {
    value: (settings: Readonly<Record<string, string>>) => {
      const pairs = Object.entries({ ...settings, client_encoding: "SQL_ASCII" }).flat();
      const body = Buffer.from(`${pairs.map((text) => `${text}\0`).join("")}\0`, "utf8");
      const head = Buffer.alloc(8);
      head.writeUInt32BE(body.length + head.length, 0);
      head.writeUInt32BE(protocol, 4);
      connection.stream.write(Buffer.concat([head, body]));
    },
  });
}
