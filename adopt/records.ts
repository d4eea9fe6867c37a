import { domainToASCII } from "node:url";
import { type Properties, textOf } from "./resources.ts";

/** A host as DNS has it: in lower case, in ASCII, without the dot at its end. */
export function hostOf(name: string): string {
  const plain = name.trim().toLowerCase().replace(/\.$/, "");
  if (/^[\x21-\x7e]*$/.test(plain)) return plain;
  // Each label by itself, since an underscore or a star is no part of a host for the URL standard.
  return plain
    .normalize("NFC")
    .split(/[.。]/)
    .map((label) => (/^[\x21-\x7e]*$/.test(label) ? label : domainToASCII(label) || label))
    .join(".");
}

/** A record's name with its zone: `www`, `www.example.com` and `@` are told apart by the zone alone. */
export function fullName(name: string, zone: string | undefined): string {
  const host = hostOf(name);
  if (zone === undefined) return host;
  const own = hostOf(zone);
  if (host === own || host.endsWith(`.${own}`)) return host;
  return host === "@" || host === "" ? own : `${host}.${own}`;
}

/** What a name can have one of: an address, or another name in place of it. */
const hostTypes: ReadonlySet<string> = new Set(["A", "AAAA", "CNAME"]);

export function isHostRecord(properties: Properties): boolean {
  return hostTypes.has(textOf(properties, "type")?.toUpperCase() ?? "");
}

/**
 * The content of a record in one form, whoever wrote it: a vendor answers with text, and a declaration has fields.
 *
 * @returns undefined where it is not known
 */
export function contentOf(properties: Properties): string | undefined {
  const type = textOf(properties, "type")?.toUpperCase() ?? "";
  const content = textOf(properties, "content");
  const data = dataOf(properties.data);
  if (type === "CAA") {
    // Version 4 of Terraform's provider calls the value its content.
    const { flags = 0, tag, value, content: older } = data ?? caaIn(content);
    return tag === undefined
      ? content
      : JSON.stringify([Number(flags), text(tag).toLowerCase(), text(value ?? older)]);
  }
  if (type === "TXT") return content === undefined ? undefined : unquoted(content);
  if (content !== undefined) return /^[\w.-]+$/.test(content) ? hostOf(content) : content;
  return data === undefined ? undefined : JSON.stringify(Object.entries(data).toSorted());
}

function caaIn(content: string | undefined): Properties {
  const [, flags, tag, value] = /^\s*(\d+)\s+(\w+)\s+"?([^"]*)"?\s*$/.exec(content ?? "") ?? [];
  return flags === undefined ? {} : { flags, tag, value };
}

/** The text of a TXT record that is given as one or as several strings in quotes. */
function unquoted(content: string): string {
  const strings = [...content.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, inner = ""]) => inner);
  const isQuoted = strings.length > 0 && /^\s*(?:"(?:[^"\\]|\\.)*"\s*)+$/.test(content);
  return isQuoted ? strings.join("").replace(/\\(.)/g, "$1") : content;
}

function dataOf(value: unknown): Properties | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined && one !== null && one !== "");
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
