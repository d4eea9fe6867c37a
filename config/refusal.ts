import { refusalText as wireText } from "../checklist/wire.ts";
import { counted } from "../lib/text.ts";
import { privateKeyForm } from "./age.ts";
import { alternatives, type CatalogueEntry, namesAt, settingsCatalogue } from "./catalogue.ts";
import type { SettingsModel } from "./model.ts";
import { byNearness, isNear } from "./nearest.ts";

/** One thing that is wrong with a stack's settings. */
export interface SettingsProblem {
  /** Names and list indices from the top-level key down. */
  readonly path: readonly (string | number)[];
  /** What was expected; nothing where the name itself is unknown. */
  readonly expected?: string | undefined;
  /** The value that was found; undefined where it cannot be shown. */
  readonly found?: unknown;
  readonly hint?: string | undefined;
}

/** Where settings came from. */
export interface SettingsSource {
  readonly stack: string;
  /** Namespace of the keys, which is the project's name. */
  readonly namespace: string;
  /** Whether the value of a top-level key, such as `database`, is a secret; nothing of it is then shown. */
  readonly isSecret: (key: string) => boolean;
}

/** Problems shown in a refusal; the rest is counted. */
const shownProblems = 50;
const shownCharacters = 80;

/** Text of a refusal, with the first of its problems and what to do about them. */
export function refusalText(
  problems: readonly SettingsProblem[],
  source: SettingsSource,
  { schema, reference }: SettingsModel,
): string {
  const reader = { source, catalogue: settingsCatalogue(schema) };
  const sorted = [...problems].sort((left, right) => compare(sortKey(left), sortKey(right)));
  const left = problems.length - shownProblems;
  const advice = [
    ...(left > 0 ? [`  and ${left} more`] : []),
    `${counted(problems.length, "problem")} in Pulumi.${source.stack}.yaml; ${reference} lists every setting.`,
  ];
  if (problems.some(({ path }) => source.isSecret(String(path[0])))) {
    advice.push(
      "[secret] stands for a value that is stored as a secret. No setting is a secret: store it in plain text, so that a preview without the key can read it.",
    );
  }
  return wireText({
    stack: source.stack,
    problems: sorted.slice(0, shownProblems).map((problem) => ({
      setting: pathText(problem.path, reader),
      problem: problemText(problem, reader),
    })),
    advice,
  });
}

interface Reader {
  readonly source: SettingsSource;
  readonly catalogue: readonly CatalogueEntry[];
}

function problemText(problem: SettingsProblem, reader: Reader): string {
  const hint = problem.hint === undefined ? "" : `; ${problem.hint}`;
  if (problem.expected === undefined) return `${unknownName(problem.path, reader)}${hint}`;
  const found = reader.source.isSecret(String(problem.path[0])) ? "[secret]" : valueText(problem.found);
  return `expected ${problem.expected}; found ${found}${hint}`;
}

/** `optropic:edge.corsOrigins[0]`, as `pulumi config set --path` takes it. */
function pathText(path: readonly (string | number)[], { source, catalogue }: Reader): string {
  const [top = "", ...rest] = path;
  const secret = source.isSecret(String(top));
  let text = `${source.namespace}:${topText(String(top))}`;
  const names: string[] = [String(top)];
  for (const step of rest) {
    if (typeof step === "number") text += `[${step}]`;
    else if (secret && !namesAt(catalogue, names).includes(step)) text += ".[secret]";
    else text += isPlainName(step) ? `.${step}` : `[${quoted(step)}]`;
    names.push(String(step));
  }
  return text;
}

/** A dot is part of a top-level key: it is set without --path. */
function topText(name: string): string {
  return isPlainName(name.replaceAll(".", "_")) ? name : `[${quoted(name)}]`;
}

function isPlainName(name: string): boolean {
  return /^[\w-]{1,80}$/.test(name);
}

/** The message for an unknown name: the nearest setting, or where a setting of that name is. */
function unknownName(path: readonly (string | number)[], { source, catalogue }: Reader): string {
  const names = path.map(String);
  const name = names.at(-1) ?? "";
  const parent = names.slice(0, -1);
  const known = namesAt(catalogue, parent);
  const prefix = (found: readonly string[]) => `${source.namespace}:${found.join(".")}`;
  if (parent.length > 0 && source.isSecret(names[0] ?? "")) return `unknown; known: ${known.join(", ")}`;
  const dotted = catalogue.find((entry) => parent.length === 0 && entry.path.join(".") === name);
  if (dotted !== undefined) return `unknown as a key of its own; set it with pulumi config set --path`;
  const ranked = byNearness(name, known);
  const nearest = ranked[0];
  if (nearest !== undefined && isNear(name, nearest)) {
    return `unknown; did you mean ${prefix([...parent, nearest])}?`;
  }
  const elsewhere = catalogue
    .filter((entry) => entry.path.at(-1) === name)
    .map((entry) => prefix(entry.path));
  if (elsewhere.length > 0) return `unknown here; did you mean ${alternatives(elsewhere)}?`;
  return known.length > 0 ? `unknown; known, the nearest first: ${ranked.join(", ")}` : "unknown";
}

function valueText(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "nothing (null)";
  if (typeof value === "string")
    return value.length > 1000 ? `text of ${value.length} characters` : quoted(value);
  if (typeof value === "number") return `the number ${value}`;
  if (typeof value === "boolean") return String(value);
  if (Array.isArray(value))
    return value.length === 1 ? "a list of 1 item" : `a list of ${value.length} items`;
  return "a mapping";
}

/** In quotes, on one line and without what a terminal would act on; what is secret in it is left out. */
function quoted(value: string): string {
  if (privateKeyForm.test(value)) return "[secret]";
  const masked = value.replace(/\/\/[^/\s]*@/g, "//[secret]@");
  return `"${shortened(printable(masked.replaceAll("\\", "\\\\"))).replaceAll('"', '\\"')}"`;
}

function printable(value: string): string {
  return value.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

function shortened(value: string): string {
  const characters = Array.from(value.slice(0, 2 * shownCharacters));
  return characters.length > shownCharacters ? `${characters.slice(0, shownCharacters).join("")}…` : value;
}

function sortKey({ path }: SettingsProblem): string {
  return path.map((step) => (typeof step === "number" ? String(step).padStart(6, "0") : step)).join("\u0000");
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
