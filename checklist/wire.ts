import { listed } from "../lib/text.ts";
import type { Violation } from "./violation.ts";

/**
 * The text of a violation on Pulumi's wire, where a pack can say no more than a message. Pulumi shows it to a
 * person as it is: what was found on the first line, then a line for each thing that there is to say.
 *
 *     JWT_SECRET has 12 characters.
 *       Item: 2.4
 *       Property: value
 *       Expected: JWT_SECRET must have at least 64 characters.
 *       Fix: Generate JWT_SECRET with a RandomPassword of length 64 or more.
 *
 * No value can add a line or a label: line breaks, control characters and backslashes in it are escaped. This
 * module writes the text and reads it back; nothing else takes a message apart.
 */
export function violationText(violation: WritableViolation): string {
  const { items, kind, waiver } = violation;
  const fields: Fields = {
    Item: items.length === 1 ? itemText(items[0]) : undefined,
    Items: items.length > 1 ? items.map(itemText).join(", ") : undefined,
    // The host keeps the resource of a violation, and drops that of an unknown value.
    Resource: kind === "unknown" ? escaped(violation.resource) : undefined,
    Property: escaped(violation.property),
    Setting: escaped(violation.setting),
    Status: kind === "violated" ? undefined : kind,
    Expected: escaped(violation.expected),
    Fix: escaped(violation.fix),
    "Waived until": escaped(waiver?.until),
    "Approved by": escaped(waiver?.approvedBy),
    "Waived because": escaped(waiver?.reason),
  };
  const lines = labels.flatMap((label) => {
    const text = fields[label];
    return text === undefined ? [] : [`  ${label}: ${text}`];
  });
  return [escaped(violation.found), ...lines].join("\n");
}

/**
 * Why a policy passes nothing of what somebody else manages. Pulumi has no state for it: the policy does not apply
 * to what the stack declares, for this reason.
 */
export function elsewhereText(components: readonly string[]): string {
  return `${elsewhereStart}${listed(components, "and")}.`;
}

/** Whether that is why a policy does not apply. */
export function isElsewhere(reason: string): boolean {
  return reason.startsWith(elsewhereStart);
}

const elsewhereStart = "Judged elsewhere: by its settings, this stack does not manage ";

/** A violation that a pack of ours reports: it always says what must hold, by which it is told from plain text. */
export type WritableViolation = Violation & { readonly expected: string };

/** What a pack said of a resource or of the stack, as the policy host hands it over. */
export interface PolicyMessage {
  readonly policy: string;
  readonly message: string;
  /** The level that the host reports it at. */
  readonly level: string;
  /** URN of the resource; empty where it is not known. */
  readonly urn: string;
}

/** What the host knows of the policy that spoke. */
export interface SpeakingPolicy {
  readonly description: string;
  readonly items: readonly string[];
}

/**
 * Reads what a policy said, of this pack or of another: a message in no form of ours is what was found. Only an
 * advisory message can be waived or unknown, so that words alone never excuse what a host counts.
 */
export function readViolation(said: PolicyMessage, policy: SpeakingPolicy): Violation {
  const isAdvisory = said.level === "advisory";
  const { kind, waiver, resource, ...rest } = readMessage(said.message, policy, isAdvisory);
  const urn = resource ?? (said.urn === "" ? undefined : said.urn);
  return {
    policy: said.policy,
    ...rest,
    kind: kind === "unknown" && !isAdvisory ? "violated" : kind,
    ...(urn !== undefined && { resource: urn }),
    ...(isAdvisory && waiver !== undefined && { waiver }),
  };
}

function readMessage(message: string, { description, items }: SpeakingPolicy, isAdvisory: boolean): Content {
  const content = readText(message);
  if (content !== undefined) {
    return content.kind === "unknown" ? { ...content, found: withoutPreamble(content.found) } : content;
  }
  const reason = withoutPreamble(message);
  if (isAdvisory && reason !== message) return { items, kind: "unknown", found: reason };
  // The host puts the policy's description before a message, unless the pack reports it as an object.
  const prefix = `${description}\n`;
  const own = message.startsWith(prefix) ? message.slice(prefix.length) : message;
  return readText(own) ?? { items, kind: "violated", found: own };
}

/** What a text says of a violation; the policy is beside it. */
type Content = Omit<Violation, "policy">;

/** Settings that a program refuses, which it can tell its engine in an error's message alone. */
export interface Refusal {
  readonly stack: string;
  readonly problems: readonly RefusedSetting[];
  /** What to do, a line each, below the problems. */
  readonly advice: readonly string[];
}

export interface RefusedSetting {
  /** In full, as `pulumi config set --path` takes it: `optropic:edge.corsOrigins[0]`. */
  readonly setting: string;
  /** What was expected and what was found. */
  readonly problem: string;
}

/** The text of a refusal: a first line for programs, a line for each problem, then what to do. */
export function refusalText({ stack, problems, advice }: Refusal): string {
  const lines = problems.map(({ setting, problem }) => `  ${visible(setting)}: ${visible(problem)}`);
  return [refusalHeading(visible(stack)), ...lines, ...advice.map(visible)].join("\n");
}

/** Whether the message of a failed program says that its settings are refused. */
export function isRefusal(message: string): boolean {
  return /^Settings of stack '[^'\n]*' are refused:(?:\n|$)/.test(message);
}

/** What a failed program's message says of settings: those that it refuses, or that Pulumi's SDK misses. */
export function readRefusal(message: string): { setting: string; problem: string; line: string }[] {
  const isRefused = isRefusal(message);
  return message.split("\n").flatMap((line) => {
    const [, refused, problem] = (isRefused && refusedLine.exec(line)) || [];
    const [sentence, missing] = /Missing required configuration variable '([^'\s]+)'/.exec(line) ?? [];
    const setting = refused ?? missing;
    return setting === undefined ? [] : [{ setting, problem: problem ?? sentence ?? "", line: line.trim() }];
  });
}

const refusedLine = /^ {2}([\w.-]+:(?:[^\s:["\\]|\[\d+\]|\[secret\]|\["(?:[^"\\]|\\.)*"\])+): (.*)$/s;

function refusalHeading(stack: string): string {
  return `Settings of stack '${stack}' are refused:`;
}

/** On one line, without what a terminal would act on. */
function visible(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, codeEscape);
}

/** Labels in the order of their lines. */
const labels = [
  "Item",
  "Items",
  "Resource",
  "Property",
  "Setting",
  "Status",
  "Expected",
  "Fix",
  "Waived until",
  "Approved by",
  "Waived because",
] as const;

type Label = (typeof labels)[number];
type Fields = Partial<Record<Label, string | undefined>>;

/** Undefined where the text is not one that `violationText` writes. */
function readText(text: string): Content | undefined {
  const [first = "", ...lines] = text.split("\n");
  const fields = readFields(lines);
  const found = unescaped(first);
  if (fields?.Expected === undefined || found === undefined) return undefined;
  const { Status: status, Item: item, Items: items } = fields;
  const [until, approvedBy, reason] = [
    fields["Waived until"],
    fields["Approved by"],
    fields["Waived because"],
  ];
  const isWaived = until !== undefined && approvedBy !== undefined && reason !== undefined;
  const expected = plain(fields.Expected);
  const content: Content = {
    items: item === undefined ? (items?.split(", ") ?? []).map((each) => plain(each)) : [plain(item)],
    ...(fields.Resource !== undefined && { resource: plain(fields.Resource) }),
    ...(fields.Property !== undefined && { property: plain(fields.Property) }),
    ...(fields.Setting !== undefined && { setting: plain(fields.Setting) }),
    kind: status === "unknown" || status === "unproved" ? status : "violated",
    found,
    expected,
    ...(fields.Fix !== undefined && { fix: plain(fields.Fix) }),
    ...(isWaived && {
      waiver: { until: plain(until), approvedBy: plain(approvedBy), reason: plain(reason) },
    }),
  };
  // A text of others that is almost of this form would lose what the form has no place for.
  return violationText({ policy: "", ...content, expected }) === text ? content : undefined;
}

function readFields(lines: readonly string[]): Fields | undefined {
  const fields: Fields = {};
  for (const line of lines) {
    const label = labels.find((candidate) => line.startsWith(`  ${candidate}: `));
    if (label === undefined) return undefined;
    fields[label] = line.slice(label.length + 4);
  }
  return fields;
}

/** Why a policy could not run, without the words of @pulumi/policy (its server.js) before it; before 1.11 it names no pack. */
function withoutPreamble(message: string): string {
  return message.replace(
    /^can't run (?:policy|remediation) '[^\n]*?'(?: from policy pack '[^\n]*?')? during preview: /,
    "",
  );
}

/** What breaks a line, obeys a terminal, escapes, or begins a color of Pulumi's CLI (`<{%red%}>`). */
const special = /[\\\p{C}\p{Zl}\p{Zp}]|<(?=\{%)/gu;

function escaped(text: string): string;
function escaped(text: string | undefined): string | undefined;
function escaped(text: string | undefined): string | undefined {
  return text?.replaceAll(special, (character) => shortEscapes.get(character) ?? codeEscape(character));
}

const shortEscapes = new Map([
  ["\\", "\\\\"],
  ["\n", "\\n"],
  ["\t", "\\t"],
]);

function codeEscape(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

const escapes = /\\(?:([\\nt])|u\{([0-9a-f]{1,5}|10[0-9a-f]{4})\})/g;
const characters = new Map([...shortEscapes].map(([character, written]) => [written.slice(1), character]));

function plain(text: string): string {
  return text.replaceAll(escapes, (_, short: string | undefined, code: string | undefined) =>
    short === undefined
      ? String.fromCodePoint(Number.parseInt(code ?? "0", 16))
      : (characters.get(short) ?? short),
  );
}

/** Undefined where the text is not one that `escaped` writes. */
function unescaped(text: string): string | undefined {
  const value = plain(text);
  return escaped(value) === text ? value : undefined;
}

/** A comma parts the items of a line. */
function itemText(item = ""): string {
  return escaped(item).replaceAll(",", codeEscape(","));
}
