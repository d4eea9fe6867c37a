import * as z from "zod";
import { propertyPath } from "../../checklist/violation.ts";
import { parseJson } from "../../lib/json.ts";

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

const waiverSchema = z.strictObject({
  /** Name of the policy. */
  policy: z.string().regex(/^[a-z][a-z0-9-]{0,99}$/, "the name of a policy"),
  /** Urn or name of the resource; `*` for a violation that is on no resource, such as an absence. */
  resource: line,
  reason: line,
  /** Who approved it, by role or address. */
  approvedBy: line,
  /** Last day on which the waiver counts, UTC. */
  until: z.iso.date(),
});

/** An accepted violation: which, why, who approved it and until when. */
export type Waiver = z.infer<typeof waiverSchema>;

/** The waivers that count, and what is wrong with the others. */
export interface Waivers {
  readonly valid: readonly Waiver[];
  readonly problems: readonly WaiverProblem[];
}

export interface WaiverProblem {
  /** What is wrong, as a sentence. */
  readonly found: string;
  /** Path of the setting that is wrong: `waivers`, or of one waiver `waivers[2].until`. */
  readonly setting: string;
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
 * malformed, expired on `today` (YYYY-MM-DD, UTC) or for a policy that the pack does not have counts for
 * nothing and is named among the problems.
 */
export function readWaivers(
  text: string | undefined,
  policies: ReadonlySet<string>,
  today: string,
  limits: WaiverLimits = {},
): Waivers {
  if (text === undefined || text.trim() === "") {
    return { valid: [], problems: [] };
  }
  const document = text.length > maximumCharacters ? undefined : parseJson(text);
  if (!Array.isArray(document) || document.length > maximumWaivers) {
    const expected = `a JSON array of at most ${maximumWaivers} waivers, ${maximumCharacters} characters`;
    return {
      valid: [],
      problems: [{ found: `The setting waivers is not ${expected}.`, setting: "waivers" }],
    };
  }
  const valid: Waiver[] = [];
  const problems: WaiverProblem[] = [];
  document.forEach((entry: unknown, index) => {
    const result = waiverSchema.safeParse(entry);
    const problem = result.success
      ? (problemOf(result.data, policies, today, limits) ?? excess(valid.length))
      : malformed(result.error);
    if (result.success && problem === undefined) {
      valid.push(result.data);
    } else if (problem !== undefined) {
      const path = ["waivers", String(index), ...problem.path];
      problems.push({ found: `Waiver ${index + 1} ${problem.what}.`, setting: propertyPath(path) });
    }
  });
  return { valid, problems };
}

/** What is wrong with a waiver, to follow its number, and where in it. */
interface Wrong {
  readonly what: string;
  readonly path: readonly string[];
}

function problemOf(
  waiver: Waiver,
  policies: ReadonlySet<string>,
  today: string,
  { domain, days }: WaiverLimits,
): Wrong | undefined {
  if (!policies.has(waiver.policy)) {
    const what = `is for the policy ${waiver.policy}, which this pack does not have or which cannot be waived`;
    return { what, path: ["policy"] };
  }
  // ISO dates sort as text.
  if (waiver.until < today) {
    return { what: `of ${waiver.policy} ended on ${waiver.until}`, path: ["until"] };
  }
  const left = (Date.parse(waiver.until) - Date.parse(today)) / 86_400_000;
  const most = mostDays(days);
  if (left > most) {
    const what = `of ${waiver.policy} lasts ${left} days, until ${waiver.until}; a waiver may last ${most}`;
    return { what, path: ["until"] };
  }
  if (waiver.reason.split(/\s+/).filter((word) => /\p{L}{2}/u.test(word)).length < 3) {
    return { what: `of ${waiver.policy} gives no reason: write a sentence`, path: ["reason"] };
  }
  return mayApprove(waiver.approvedBy, domain)
    ? undefined
    : {
        what: `of ${waiver.policy} is approved by nobody of the organization: name an address${domain === undefined ? "" : ` at ${domain}`} or a code owner, such as @organization/team`,
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

function malformed({ issues }: z.ZodError): Wrong {
  const parts = issues.slice(0, 5).map(({ path, message }) => {
    const key = path.map(String).join(".");
    return key === "" ? message : `${key}: ${message}`;
  });
  return { what: `is malformed (${parts.join("; ")})`, path: (issues[0]?.path ?? []).map(String) };
}
