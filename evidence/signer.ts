import * as z from "zod";
import type { Result } from "./statement.ts";

/** Who wrote what goes live, by their addresses; `unknown` where four eyes are asked for and Git cannot tell. */
export type Authors = readonly string[] | "unknown";

const address = z.email().max(200);

/** One e-mail address and nothing around it, which could hide whose it is. */
export function isAddress(text: string): boolean {
  return address.safeParse(text).success;
}

/** An address that shows something to somebody who asks in a year; it carries no password into the evidence. */
export function problemOfProof(url: string | undefined): string | undefined {
  if (url === undefined || !/^https:\/\/[^\s]{1,1900}$/.test(url) || !URL.canParse(url)) {
    return "must be an https URL: what shows it to somebody who asks in a year";
  }
  const { username, password } = new URL(url);
  if (username !== "" || password !== "") return "must have no user and password: evidence is published";
  return letsIn(url)
    ? "must carry no token, key or signature in its query or behind its #: evidence is published"
    : undefined;
}

/** Whether an address, or one that a parameter of it has as its value, has a parameter that opens something. */
function letsIn(url: string): boolean {
  const { username, password, pathname, searchParams, hash } = new URL(url);
  if (username !== "" || password !== "") return true;
  const inFragment = new URLSearchParams(hash.slice(1).replace(/^[^?=&]*\?/, ""));
  // RFC 3986, section 3.3: parameters of a segment of the path.
  const inPath = new URLSearchParams(pathname.split(/[;/]/).join("&"));
  return [...searchParams, ...inFragment, ...inPath].some(
    ([name, value]) =>
      value !== "" &&
      (opensName(name) || (/^https?:\/\//i.test(value) && URL.canParse(value) && letsIn(value))),
  );
}

/** Words in the names of parameters whose value lets whoever has the link in. */
const opening = new Set(
  [
    "token secret password passwd passphrase pwd pass pw otp pin jwt bearer",
    "sig signature hmac sas credential credentials auth authorization session sid",
    "sessionid authkey apikey accesskey secretkey privatekey resourcekey sharekey magic",
  ].flatMap((line) => line.split(" ")),
);

/** Whether a parameter is named as what opens something: `access_token`, `X-Amz-Signature`, `apiKey`, `sig`. */
function opensName(name: string): boolean {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== "");
  const pairs = words.map((word, index) => `${words[index - 1] ?? ""}${word}`);
  return [...words, ...pairs].some(
    (word) => opening.has(word) || /(?:token|secret|password|passwd)$/.test(word),
  );
}

/**
 * Whether two addresses reach one person: capitals, what stands behind a plus sign and, at Gmail, dots and the other name
 * of its domain do not make another.
 */
export function isSamePerson(one: string, other: string): boolean {
  return mailboxOf(one) === mailboxOf(other);
}

/**
 * Why a signature in the evidence counts for nothing, whatever wrote the record; undefined where it counts. What a
 * person says against an item always counts.
 */
export function refusalOfSignature({ state, by, url }: Result, authors: Authors): string | undefined {
  if (state === "does-not-hold" || state === "unknown") return undefined;
  if (by === undefined || !isAddress(by)) return "Its signature names nobody by an e-mail address";
  const problem = problemOfProof(url);
  if (problem !== undefined) return `The address that shows it ${problem}`;
  if (authors === "unknown") {
    return "Git cannot tell who wrote the commit that goes live, and evidence.fourEyes asks for somebody else's signature";
  }
  return authors.some((author) => isSamePerson(author, by))
    ? `${by} wrote the commit that goes live, and evidence.fourEyes asks for somebody else's signature`
    : undefined;
}

function mailboxOf(address: string): string {
  const [, local = "", domain = ""] =
    /^(.*)@([^@]*)$/s.exec(address.trim().toLowerCase().normalize("NFKC")) ?? [];
  const mailbox = local.replace(/(?<=.)\+.*$/s, "");
  // https://support.google.com/mail/answer/7436150
  return /^(?:gmail|googlemail)\.com$/.test(domain)
    ? `${mailbox.replaceAll(".", "")}@gmail.com`
    : `${mailbox}@${domain}`;
}
