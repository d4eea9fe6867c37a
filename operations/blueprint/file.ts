import { isDeepStrictEqual } from "node:util";
import { Document, parse, parseDocument, visit } from "yaml";
import { Failure } from "../../lib/failure.ts";
import type { Exported } from "./blueprint.ts";

/** The longest file that is compared, in characters. */
const maximumCharacters = 1_000_000;

/** A Blueprint as the text of `render.yaml`. */
export function blueprintText({ blueprint, left }: Exported, stack: string): string {
  const heading = [
    `What the stack ${stack} declares at Render, written by optropic export render.yaml.`,
    "Pulumi manages these services. Do not connect this file to Render while it does: both would change them.",
    "Where a variable has sync: false, Render asks for its value once, when it makes the services.",
    ...(left.length > 0 ? [`A Blueprint cannot say: ${left.join("; ")}.`] : []),
  ];
  const comment = heading.map((line) => `# ${line.replaceAll(/[\p{Cc}\u2028\u2029]/gu, " ")}\n`).join("");
  const document = new Document(blueprint);
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === "string" && !isPlain(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return `${comment}\n${document.toString({ lineWidth: 0 })}`;
}

const versions = ["1.1", "1.2"] as const;

/** Whether a text needs no quotes in either version of YAML: in 1.1, `off` is a truth value. */
function isPlain(text: string): boolean {
  try {
    return versions.every((version) => parse(text, { version, logLevel: "error" }) === text);
  } catch {
    return false;
  }
}

/**
 * Where a file differs from what is declared; its comments and the order of its keys do not count.
 *
 * @returns one sentence for each difference
 * @throws {Failure} `refused`, for a file that is not YAML
 */
export function differencesOf(text: string, { blueprint }: Exported): string[] {
  if (text.length > maximumCharacters) {
    throw new Failure("refused", `The file has more than ${maximumCharacters} characters`);
  }
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined) throw new Failure("refused", `The file is not YAML: ${problem.message}`);
  let written: unknown;
  try {
    written = document.toJS({ maxAliasCount: 100 });
  } catch {
    throw new Failure("refused", "The file has more aliases than are read");
  }
  const found: string[] = [];
  compare(written, blueprint, "", found);
  return found;
}

/** More than these say nothing more. */
const mostDifferences = 100;

function compare(written: unknown, declared: unknown, path: string, found: string[]): void {
  if (found.length >= mostDifferences || isDeepStrictEqual(written, declared)) return;
  const [left, right] = [entriesOf(written), entriesOf(declared)];
  if (left === undefined || right === undefined || left.kind !== right.kind) {
    found.push(`${path === "" ? "The file" : path} is ${shown(written)}, and ${shown(declared)} is declared`);
    return;
  }
  for (const key of new Set([...left.entries.keys(), ...right.entries.keys()])) {
    const child = left.kind === "list" ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    compare(left.entries.get(key), right.entries.get(key), child, found);
  }
}

/** What has a name is compared with what has the same name, wherever it stands in its list. */
function entriesOf(value: unknown): { kind: "list" | "map"; entries: Map<string, unknown> } | undefined {
  if (Array.isArray(value)) {
    const list: unknown[] = value;
    return { kind: "list", entries: new Map(list.map((each, index) => [nameOf(each) ?? `${index}`, each])) };
  }
  if (typeof value !== "object" || value === null) return undefined;
  return { kind: "map", entries: new Map(Object.entries(value)) };
}

function nameOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, name] of Object.entries(value)) {
    if ((key === "name" || key === "key" || key === "fromGroup") && typeof name === "string") return name;
  }
  return undefined;
}

function shown(value: unknown): string {
  if (value === undefined) return "absent";
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
