import * as z from "zod";
import { findItem } from "../checklist/items.ts";
import { Failure } from "../lib/failure.ts";
import { listed } from "../lib/text.ts";
import { type Authors, isAddress, isSamePerson, problemOfProof } from "./signer.ts";
import type { Result } from "./statement.ts";

/** What a person says of an item that no machine can decide. */
export interface AttestationRequest {
  item: string | undefined;
  by: string | undefined;
  shows: string | undefined;
  until: string | undefined;
  note: string | undefined;
  holds: boolean;
}

export interface AttestationRules {
  at: Date;
  /** The most days from today on which it may count. */
  maximumDays: number;
  /** Items that a person signs, alone or in place of a control that is not built. */
  signable: ReadonlySet<string>;
  /** Addresses of who wrote the commit that goes live and may not sign; none where that is allowed. */
  authors: Authors;
  /** What kind of credential a text has, such as "a GitHub token"; undefined for none. */
  credentialIn: (text: string) => string | undefined;
}

const day = 86_400_000;

/** Characters of a note: it is written behind the signer's address, in one text. */
const longestNote = 3000;

/**
 * The result of an attestation.
 *
 * @throws {Failure} `refused`, for an item that a machine decides, an unknown one, a day that has passed or is
 * too far away, a secret in what would be published, which the message does not repeat, and the author of the release
 */
export function attestationOf(request: AttestationRequest, rules: AttestationRules): Result {
  const { by, shows, until, note, holds } = request;
  const missing = [
    ...(request.item === undefined ? ["the item"] : []),
    ...(by === undefined ? ["--by"] : []),
    ...(shows === undefined ? ["--shows"] : []),
    ...(until === undefined ? ["--until"] : []),
  ];
  if (request.item === undefined || by === undefined || shows === undefined || until === undefined) {
    throw refused(`An attestation needs ${listed(missing, "and")}`);
  }
  const item = findItem(request.item);
  if (item === undefined) throw refused(`The checklist has no item ${JSON.stringify(request.item)}`);
  if (!rules.signable.has(item.id)) {
    throw refused(
      `${item.id} is not for a person to sign: it is decided by ${listed([...item.controls], "and")}. See npx optropic attest --list`,
    );
  }
  if (!isAddress(by)) throw refused(`--by ${JSON.stringify(by)} is not an e-mail address`);
  const problem = problemOfProof(shows);
  if (problem !== undefined) throw refused(`--shows ${problem}`);
  if (note !== undefined && note.length > longestNote) {
    throw refused(`--note has ${note.length} characters, and the limit is ${longestNote}`);
  }
  const texts = [
    ["--shows", shows],
    ["--note", note ?? ""],
  ] as const;
  for (const [flag, text] of texts) {
    const kind = rules.credentialIn(text) ?? (flag === "--note" ? spokenSecret(text) : undefined);
    if (kind !== undefined) {
      throw refused(
        `${flag} has ${kind} in it, and evidence is published: leave it out, and replace the secret where it was shown to others`,
      );
    }
  }
  const end = endOf(until, rules);
  if (rules.authors === "unknown") {
    throw refused(
      "Git cannot tell who wrote the commit that goes live, and evidence.fourEyes asks for somebody else: fetch that commit",
    );
  }
  if (rules.authors.some((author) => isSamePerson(author, by))) {
    throw refused(
      `${by} wrote the commit that goes live, and evidence.fourEyes asks for somebody else: let another person sign`,
    );
  }
  return {
    control: { kind: "attest", name: `attest-${item.id}` },
    items: [item.id],
    state: holds ? "holds" : "does-not-hold",
    summary: `${by} ${holds ? "answers for it" : "says that it does not hold"}${note === undefined || note === "" ? "" : `: ${note}`}`,
    at: rules.at.toISOString(),
    until: end.toISOString(),
    url: shows,
    by,
  };
}

/** Words that a secret stands behind, in some languages. */
const secretWord =
  "(?:pass(?:word|wd|phrase|code|wort)?|kennwort|contraseña|senha|mot\\s+de\\s+passe|pwd?|pin|otp|secret|token|credentials?|(?:api|access|private|secret|license)[ _-]?key)s?";

/** `password: …`, `the token is …`: what follows looks like one by a digit or a sign. */
const named = new RegExp(
  `(?<![\\p{L}\\p{N}])${secretWord}(?:\\s+(?:is|was|ist|es|est)\\s+|\\s*[:=]\\s*)["'\`]?(?=\\S*[\\d!-/:-@[-\`{-~])(?!\\/|https?:|\\d{4}-\\d\\d)\\S{4,}`,
  "iu",
);

/** `password hunter2`, `PIN 4711`: without a verb only with a digit. */
const juxtaposed = new RegExp(
  `(?<![\\p{L}\\p{N}])${secretWord}\\s+["'\`(]?(?!\\d{4}-\\d\\d|https?:)(?=[^\\s/@]*\\d)[^\\s/@]{4,}`,
  "iu",
);

/** `admin / pw`, `root:toor`: the name of an account that everybody knows, and what looks like nothing else. */
const pair =
  /(?<![\p{L}\p{N}@./-])(?:admin(?:istrator)?|root|postgres|guest|demo|superuser|sa)(?:\s*[/|]\s*|:)(?!(?:(?:admin(?:istrator)?|owner|editor|viewer|role|user|member|reader|writer|developer|operator|maintainer|guest|billing|support)s?(?![\p{L}\p{N}])(?<!admin\s*[/:|]\s*admin)|\S+@|https?:|\/))["'`]?[^\s,;.]{2,}/iu;

/** `log in with lead / x`: whoever reads it can. */
const login =
  /\b(?:log(?:ged)?|sign(?:ed)?)[\s-]*(?:in|on|into)\b[^.\n]{0,60}?\b(?:with|as|using)\s+\S{1,60}(?:\s+[/|]\s+|:)(?!\/|\s)\S{2,}/iu;

/** What a sentence gives away: a named secret, an account with its password, a link that lets in, a made-up word. */
function spokenSecret(note: string): string | undefined {
  if ([named, juxtaposed].some((pattern) => pattern.test(note)))
    return "what looks like a password or a token";
  if ([pair, login].some((pattern) => pattern.test(note)))
    return "what looks like an account and its password";
  for (const [link] of note.matchAll(/\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s<>"']{1,2000}/gi)) {
    if (
      problemOfProof(link.replace(/^[a-z][a-z0-9+.-]*/i, "https").replace(/[.,;:!?)\]]+$/, "")) !== undefined
    )
      return "a link that lets in whoever has it";
  }
  const random = /(?<![\w/.#@=-])(?=[\w+/=-]*[a-z])(?=[\w+/=-]*[A-Z])(?=[\w+/=-]*\d)[\w+=-]{20,}(?![\w/.@-])/;
  return random.test(note) ? "a word that looks like a token" : undefined;
}

/** The end of a day in UTC. */
function endOf(until: string, { at, maximumDays }: AttestationRules): Date {
  if (!z.iso.date().safeParse(until).success)
    throw refused(`--until ${JSON.stringify(until)} is not a day such as 2026-12-24`);
  const begin = Date.parse(`${until}T00:00:00Z`);
  const end = new Date(begin + day - 1);
  if (end.getTime() < at.getTime()) throw refused(`--until ${until} has passed`);
  if (begin > at.getTime() + maximumDays * day) {
    throw refused(
      `--until ${until} is more than ${maximumDays} days away, which evidence.attestationDays allows`,
    );
  }
  return end;
}

function refused(message: string): Failure {
  return new Failure("refused", message);
}
