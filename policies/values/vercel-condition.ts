import type { SampleRequest } from "./sample-request.ts";

/** One condition of a rule of Vercel's firewall, in the provider's words. */
export interface VercelCondition {
  readonly type: string;
  readonly op: string;
  readonly neg: boolean;
  /** The header or cookie that it is about. */
  readonly key?: string | undefined;
  /** The value or values that are compared with; empty for `ex` (exists) and `nex`. */
  readonly values: readonly string[];
}

/**
 * Whether a firewall rule acts on a request: any group of conditions is enough, and all of a group must
 * match. Undefined when that depends on something that the sample does not say.
 */
export function vercelRuleActsOn(
  groups: readonly (readonly VercelCondition[])[],
  request: SampleRequest,
): boolean | undefined {
  const answers = groups.map((group) => {
    const matched = group.map((condition) => matches(condition, request));
    return matched.includes(false) ? false : matched.includes(undefined) ? undefined : true;
  });
  return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false;
}

function matches(
  { type, op, neg, key, values }: VercelCondition,
  request: SampleRequest,
): boolean | undefined {
  const text = subject(type, request);
  if (text === undefined) {
    // What a condition names is no stranger's, but each has an agent.
    const isOther =
      request.stranger !== undefined &&
      (ofNetworks.has(type) || (request.stranger === "any" && chosenByClients.has(type)));
    const isAgent = type === "user_agent" || (type === "header" && key?.toLowerCase() === "user-agent");
    const isMet = isAgent && /^n?ex$/.test(op) ? op === "ex" : /^n(?:eq|inc|ex)$/.test(op);
    return isOther ? isMet !== neg : undefined;
  }
  const isPath = type === "path" || type === "target_path";
  const answer =
    isPath && request.isOpenEnded ? compareBeginning(op, text, values) : compare(op, text, values);
  return answer === undefined ? undefined : answer !== neg;
}

/** Types of conditions by which rules know clients. */
const ofNetworks = new Set(["ip_address", "geo_as_number"]);
const chosenByClients = new Set(["user_agent", "header", "cookie"]);

function subject(type: string, { host, path, method, scheme }: SampleRequest): string | undefined {
  switch (type) {
    case "host":
      return host;
    case "path":
    case "target_path":
      return path;
    case "method":
      return method;
    case "scheme":
      return scheme;
    case "environment":
      return "production";
    default:
      return undefined;
  }
}

/** What is known of a path by how it begins. */
function compareBeginning(op: string, text: string, [value = ""]: readonly string[]): boolean | undefined {
  if (op === "pre" && text.startsWith(value)) {
    return true;
  }
  return (op === "pre" || op === "eq") && !value.startsWith(text) ? false : undefined;
}

function compare(op: string, text: string, values: readonly string[]): boolean | undefined {
  const [value = ""] = values;
  switch (op) {
    case "eq":
    case "inc":
      return values.includes(text);
    case "neq":
    case "ninc":
      return !values.includes(text);
    case "pre":
      return text.startsWith(value);
    case "suf":
      return text.endsWith(value);
    case "sub":
      return text.includes(value);
    case "ex":
      return true;
    case "nex":
      return false;
    case "re":
      return matchesPattern(text, value);
    default:
      return undefined;
  }
}

function matchesPattern(text: string, pattern: string): boolean | undefined {
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return undefined;
  }
}
