// The conditions that people write into Vercel's command that says when to skip a build, which it does at status 0:
// https://vercel.com/docs/project-configuration/project-settings#ignored-build-step

/**
 * The status with which a command ends where VERCEL_ENV is `production`; undefined where that hangs on something else,
 * such as what was changed.
 */
export function statusInProduction(command: string): number | undefined {
  const text = unnested(command.trim().replace(/;+$/, "").trim());
  const [, condition, yes, no] = choice.exec(text) ?? [];
  if (condition !== undefined && yes !== undefined) {
    const met = statusInProduction(condition);
    const [one, other] = [statusInProduction(yes), no === undefined ? 0 : statusInProduction(no)];
    if (met === undefined) return one === other ? one : undefined;
    return met === 0 ? one : other;
  }
  const [, arms] = cases.exec(text) ?? [];
  if (arms !== undefined) {
    const arm = arms
      .split(";;")
      .map((part) => /^\s*\(?([^)]*)\)([\s\S]*)$/.exec(part))
      .find((match) =>
        match?.[1]?.split("|").some((name) => /^["']?(?:production|\*)["']?$/.test(name.trim())),
      );
    return statusInProduction(arm?.[2] ?? ":");
  }
  return statusOfList(text);
}

/** `elif` as the choice inside the other branch that it stands for. */
const unnested = (text: string): string =>
  /^if\b[\s\S]*?\belif\b/.test(text) ? `${text.replace(/\belif\b/, "else if")}; fi` : text;

const choice = /^if\s+([\s\S]+?)[\s;]+then\s+([\s\S]+?)[\s;]+(?:else\s+([\s\S]+?)[\s;]+)?fi$/;
const cases = /^case\s+["']?\$\{?VERCEL_ENV\}?["']?\s+in\s+([\s\S]*)esac$/;

/** Commands with `&&`, `||`, `;` and line ends between them, from left to right. */
function statusOfList(text: string): number | undefined {
  const [first = "", ...others] = text.split(/(&&|\|\||[;\n])/);
  let status = statusOf(first);
  if (exits.test(first)) return status;
  for (let at = 0; at < others.length; at += 2) {
    const operator = others[at];
    const isEither = operator === "&&" || operator === "||";
    if (isEither && status === undefined) return undefined;
    if (isEither && (status === 0) !== (operator === "&&")) continue;
    const part = others[at + 1] ?? "";
    if (part.trim() === "") continue;
    status = statusOf(part);
    if (exits.test(part)) return status;
  }
  return status;
}

const exits = /^\s*exit\b/;

function statusOf(part: string): number | undefined {
  const text = part.trim();
  const [, not] = /^!\s+(.+)$/.exec(text) ?? [];
  if (not !== undefined) {
    const status = statusOf(not);
    return status === undefined ? undefined : status === 0 ? 1 : 0;
  }
  if (/^(?:true|:|(?:echo|printf)\b[^|`$()]*)$/.test(text)) return 0;
  if (text === "false") return 1;
  const [, code] = /^exit\s+(\d{1,3})$/.exec(text) ?? [];
  if (code !== undefined) return Number(code);
  const [, one = "", sign, other = ""] = comparison.exec(text) ?? [];
  const names = [one, other];
  if (sign === undefined || !names.some((name) => variable.test(name))) return undefined;
  const value = names.find((name) => !variable.test(name));
  if (value === undefined || value.includes("$")) return undefined;
  return (value === "production") === (sign !== "!=") ? 0 : 1;
}

const comparison = /^(?:\[\[?|test)\s+["']?([^\s"']+)["']?\s+(==?|!=)\s+["']?([^\s"']+)["']?(?:\s+\]\]?)?$/;
const variable = /^\$\{?VERCEL_ENV\}?$/;
