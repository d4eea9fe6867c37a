import { isScalar, type Node, parseDocument, visit } from "yaml";
import type { Answers } from "./answers.ts";
import { questions } from "./questions.ts";

/** What stands in the example's settings for something of a real platform. */
const example =
  /example|192\.0\.2\.|198\.51\.100\.|0123456789abcdef|\b[12]00001\b|age1(?:kfqr6cdcyw|fth7xhlhre)/;

/** What a platform has already. */
export interface Found {
  /** Names at the vendors, by part. */
  readonly names?: Readonly<Record<string, string>>;
  /** Rules of the zone. */
  readonly extraRules?: readonly Readonly<Record<string, unknown>>[];
  /** Settings by their paths with dots. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/**
 * Writes the settings of a stack from those of the example. Comments stay, but for those that speak of examples.
 *
 * @param template the settings of the example's production
 * @param found what the platform has already and keeps
 * @returns the text, and the settings that still have a value of the example
 */
export function settingsFrom(
  template: string,
  answers: Answers,
  { names = {}, extraRules = [], settings: kept = {} }: Found = {},
): { text: string; left: readonly string[] } {
  const document = parseDocument(template);
  for (const { flag, settings, isList } of questions) {
    const answer = answers[flag];
    if (answer === undefined) continue;
    const value = isList ? answer.split(",").map((part) => part.trim()) : answer;
    for (const setting of settings) document.setIn(pathOf(setting), document.createNode(value));
  }
  for (const [setting, value] of Object.entries(kept)) {
    const isEmpty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
    if (!isEmpty) document.setIn(pathOf(setting), document.createNode(value));
  }
  if (Object.keys(names).length > 0) document.setIn(pathOf("project.names"), document.createNode(names));
  if (extraRules.length > 0) document.setIn(pathOf("edge.extraRules.after"), document.createNode(extraRules));
  const left: string[] = [];
  visit(document, {
    Collection: (_, node) => withoutExample(node),
    Scalar(key, node, ancestors) {
      withoutExample(node);
      if (key === "key" || typeof node.value !== "string") return;
      const text = replaced(node.value, answers);
      if (text !== node.value) node.value = text;
      if (example.test(text)) left.push(nameOf(ancestors) ?? text);
    },
  });
  for (const section of ["project.name"]) {
    const value = document.getIn(pathOf(section), true);
    if (isScalar(value) && value.value === "optropic") left.push(section);
  }
  return { text: document.toString({ lineWidth: 0 }), left: [...new Set(left)] };
}

/** Drops a comment that is true of the example alone. */
function withoutExample(node: Node): void {
  if (/\bexamples?\b/i.test(node.commentBefore ?? "")) node.commentBefore = undefined;
}

/** Hosts, addresses and the repository that stand within other texts. */
function replaced(text: string, { web, redirect, api, mail, repository, name }: Answers): string {
  const exchanges: [string, string | undefined][] = [
    ["@optropic.example", mail === undefined ? undefined : `@${mail}`],
    ["api.optropic.example", api],
    ["www.optropic.example", redirect],
    ["optropic.example", web],
    ["optropic/platform", repository],
    ["example-optropic", name],
  ];
  return exchanges.reduce(
    (result, [from, to]) => (to === undefined ? result : result.replaceAll(from, to)),
    text,
  );
}

/** `domains.web` as its path in the file; the first part is a key of Pulumi's configuration. */
function pathOf(setting: string): (string | number)[] {
  const [section = "", ...rest] = setting.split(".");
  return ["config", `optropic:${section}`, ...rest.map((part) => (/^\d+$/.test(part) ? Number(part) : part))];
}

/** The name of the setting that a value belongs to. */
function nameOf(ancestors: readonly unknown[]): string | undefined {
  const keys = ancestors.flatMap((ancestor) =>
    typeof ancestor === "object" && ancestor !== null && "key" in ancestor && isScalar(ancestor.key)
      ? [String(ancestor.key.value)]
      : [],
  );
  const name = keys
    .slice(1)
    .join(".")
    .replace(/^optropic:/, "");
  return name === "" ? undefined : name;
}
