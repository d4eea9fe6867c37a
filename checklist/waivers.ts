import * as z from "zod";
import { parseJson } from "../lib/json.ts";
import { propertyPath } from "./violation.ts";

/** Sizes above which the setting is refused unread: it comes from outside the pack. */
const maximumCharacters = 100_000;
const maximumWaivers = 200;
/** More than these are no exceptions any more. */
const mostWaivers = 20;
/** What is not mended within a quarter of a year is a decision about the checklist, not a waiver of it. */
const defaultDays = 90;
/** Where a setting allows more. */
const longestDays = 180;

/** One line a person writes; control characters could rewrite a terminal. */
const line = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, "text without control characters");

const controlName = (kind: string) => z.string().regex(/^[a-z][a-z0-9-]{0,99}$/, `the name of a ${kind}`);

const common = {
  /**
   * Of a policy the URN or name of the resource, and `*` for a violation that is on no resource, such as an absence.
   * Of a probe the subject that it measured, and `*` for all of them.
   */
  resource: line,
  reason: line,
  /** Who approved it, by role or address. */
  approvedBy: line,
  /** Last day on which the waiver counts, UTC. */
  until: z.iso.date(),
};
const policyWaiver = z.strictObject({ policy: controlName("policy"), ...common });
const probeWaiver = z.strictObject({ probe: controlName("probe"), ...common });

/** What is accepted of a policy: which violation, why, who approved it and until when. */
export type PolicyWaiver = z.infer<typeof policyWaiver>;

/** The same of what a probe measured. */
export type ProbeWaiver = z.infer<typeof probeWaiver>;

export type Waiver = PolicyWaiver | ProbeWaiver;

/** The waivers that count, and what is wrong with the others. */
export interface Waivers {
  readonly policies: readonly PolicyWaiver[];
  readonly probes: readonly ProbeWaiver[];
  readonly problems: readonly WaiverProblem[];
}

export interface WaiverProblem {
  /** What is wrong, as a sentence. */
  readonly found: string;
  /** Path of the setting that is wrong: `waivers`, or of one waiver `waivers[2].until`. */
  readonly setting: string;
  /** Which waiver it is, from 0; absent where it is the setting as a whole. */
  readonly index?: number;
}

/** Names that a waiver may give. Of a kind that is absent every name is taken: somebody else judges it. */
export interface Waivable {
  readonly policies?: ReadonlySet<string>;
  readonly probes?: ReadonlySet<string>;
}

/** Who may approve a waiver. */
export interface WaiverLimits {
  /** Domain of the organization's addresses; without one, any address or code owner may approve. */
  readonly domain?: string | undefined;
  /** Most days that a waiver may last, as text; 90 without a number from 1 to 180. */
  readonly days?: string | undefined;
}

/**
 * Reads the setting `waivers`: a JSON array, as text. Each waiver is judged by itself; one that is
 * malformed, expired on `today` (YYYY-MM-DD, UTC) or for a control that cannot be waived counts for nothing and is
 * named among the problems.
 */
export function readWaivers(
  text: string | undefined,
  waivable: Waivable,
  today: string,
  limits: WaiverLimits = {},
): Waivers {
  if (text === undefined || text.trim() === "") {
    return { policies: [], probes: [], problems: [] };
  }
  const document = text.length > maximumCharacters ? undefined : parseJson(text);
  if (!Array.isArray(document) || document.length > maximumWaivers) {
    const expected = `a JSON array of at most ${maximumWaivers} waivers, ${maximumCharacters} characters`;
    return {
      ...{ policies: [], probes: [] },
      problems: [{ found: `The setting waivers is not ${expected}.`, setting: "waivers" }],
    };
  }
  const policies: PolicyWaiver[] = [];
  const probes: ProbeWaiver[] = [];
  const problems: WaiverProblem[] = [];
  document.forEach((entry: unknown, index) => {
    const result = (isOfProbe(entry) ? probeWaiver : policyWaiver).safeParse(entry);
    const problem = result.success
      ? (problemOf(result.data, waivable, today, limits) ?? excess(policies.length + probes.length))
      : (requested(entry, result.error) ?? malformed(result.error));
    if (result.success && problem === undefined) {
      if ("probe" in result.data) probes.push(result.data);
      else policies.push(result.data);
    } else if (problem !== undefined) {
      const path = ["waivers", String(index), ...problem.path];
      problems.push({ found: `Waiver ${index + 1} ${problem.what}.`, setting: propertyPath(path), index });
    }
  });
  return { policies, probes, problems };
}

function isOfProbe(entry: unknown): boolean {
  return typeof entry === "object" && entry !== null && "probe" in entry;
}

/** What is wrong with a waiver, to follow its number, and where in it. */
interface Wrong {
  readonly what: string;
  readonly path: readonly string[];
}

function problemOf(
  waiver: Waiver,
  waivable: Waivable,
  today: string,
  { domain, days }: WaiverLimits,
): Wrong | undefined {
  const isPolicy = "policy" in waiver;
  const name = isPolicy ? waiver.policy : waiver.probe;
  if ((isPolicy ? waivable.policies : waivable.probes)?.has(name) === false) {
    const what = isPolicy
      ? `is for the policy ${name}, which this pack does not have or which cannot be waived`
      : `is for the probe ${name}, which this version does not have`;
    return { what, path: [isPolicy ? "policy" : "probe"] };
  }
  // ISO dates sort as text.
  if (waiver.until < today) {
    return { what: `of ${name} ended on ${waiver.until}`, path: ["until"] };
  }
  const left = (Date.parse(waiver.until) - Date.parse(today)) / 86_400_000;
  const most = mostDays(days);
  if (left > most) {
    const what = `of ${name} lasts ${left} days, until ${waiver.until}; a waiver may last ${most}`;
    return { what, path: ["until"] };
  }
  if (waiver.reason.split(/\s+/).filter((word) => /\p{L}{2}/u.test(word)).length < 3) {
    return { what: `of ${name} gives no reason: write a sentence`, path: ["reason"] };
  }
  return mayApprove(waiver.approvedBy, domain)
    ? undefined
    : {
        what: `of ${name} is approved by nobody of the organization: name an address${domain === undefined ? "" : ` at ${domain}`} or a code owner, such as @organization/team`,
        path: ["approvedBy"],
      };
}

function mostDays(written: string | undefined): number {
  const days = Number(written ?? "");
  return Number.isInteger(days) && days >= 1 && days <= longestDays ? days : defaultDays;
}

/** By an address of the organization, or a team or person that GitHub knows as a code owner. */
function mayApprove(approver: string, domain: string | undefined): boolean {
  if (/^@[\w-]{1,39}(?:\/[\w.-]{1,100})?$/.test(approver)) {
    return true;
  }
  const [, host] = /^[\w.+-]{1,64}@([\w-]+(?:\.[\w-]+)+)$/.exec(approver) ?? [];
  return host !== undefined && (domain === undefined || host === domain || host.endsWith(`.${domain}`));
}

function excess(count: number): Wrong | undefined {
  return count < mostWaivers
    ? undefined
    : { what: `is one of more than ${mostWaivers}, and counts for nothing`, path: [] };
}

/** A waiver that is right but for its approval is a request: whoever reads the report sees what is waited for. */
function requested(entry: unknown, { issues }: z.ZodError): Wrong | undefined {
  if (typeof entry !== "object" || entry === null || issues.some(({ path }) => path.join() !== "approvedBy"))
    return undefined;
  const { approvedBy, policy, probe } = entry as Record<string, unknown>;
  return approvedBy === undefined || approvedBy === ""
    ? {
        what: `of ${String(policy ?? probe)} is requested, and nobody has approved it yet`,
        path: ["approvedBy"],
      }
    : undefined;
}

function malformed({ issues }: z.ZodError): Wrong {
  const parts = issues.slice(0, 5).map(({ path, message }) => {
    const key = path.map(String).join(".");
    return key === "" ? message : `${key}: ${message}`;
  });
  return { what: `is malformed (${parts.join("; ")})`, path: (issues[0]?.path ?? []).map(String) };
}
