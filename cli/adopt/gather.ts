import { readFileSync, statSync } from "node:fs";
import * as z from "zod";
import { answersFile, givenAnswers } from "../../adopt/answers.ts";
import {
  askedTypes,
  hasToken,
  liveVendors,
  tokenlessVendors,
  type VendorPlan,
} from "../../adopt/live/index.ts";
import { type Plan, planImports } from "../../adopt/plan.ts";
import { type Declared, type Existing, vendorOf } from "../../adopt/resources.ts";
import type { Work } from "../../lib/command.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { preview, readState, tokenOf } from "../../preview/index.ts";
import { existingOf } from "./existing.ts";
import { type LiveFlags, liveState } from "./live.ts";

export interface AdoptFlags extends LiveFlags {
  stack: string;
  cwd: string;
  from: string[];
  vendor: string[];
  answers?: string;
  live: boolean;
  json: boolean;
}

export interface Gathered {
  readonly declared: readonly Declared[];
  readonly plan: Plan;
  readonly existing: readonly Existing[];
  readonly plans: readonly VendorPlan[];
}

const mostAnswerBytes = 1024 * 1024;

/**
 * Runs the program offline, reads what is there from states, and matches both.
 *
 * @throws {Failure} for a state or answers that cannot be read, and for a program that fails
 */
export async function gather(flags: AdoptFlags, { progress, warn }: Work): Promise<Gathered> {
  const stated = flags.from.flatMap((path) => {
    const { resources, warnings } = readState(path);
    for (const warning of warnings) warn(warning.replace("no policy sees them", "none of them is matched"));
    return resources.filter(({ custom, external }) => custom && !external).map(existingOf);
  });
  const live = await readLive(flags, stated, { progress, warn });
  const answers = flags.answers === undefined ? {} : readAnswers(flags.answers);
  const { resources } = await preview({ cwd: flags.cwd, stack: flags.stack, progress });
  const declared: readonly Declared[] = resources;
  const own = new Set(declared.map(({ urn }) => urn));
  const existing = [...stated.filter((one) => own.has(one.urn ?? "") || !live.has(one)), ...live.existing];
  const foreign = Object.keys(answers).filter((urn) => !declared.some((resource) => resource.urn === urn));
  if (foreign.length > 0)
    throw new Failure(
      "refused",
      `${flags.answers} answers for what the program does not declare: ${foreign[0]}`,
    );
  return {
    declared,
    plan: planImports({
      declared,
      existing,
      answers,
      vendors: flags.vendor,
      unread: unreadOf(declared, live),
    }),
    existing,
    plans: live.plans,
  };
}

/** Types that could not be read, or that no vendor is asked for. */
function unreadOf(declared: readonly Declared[], { unread, vendors }: Live): ReadonlyMap<string, string> {
  const asked = new Set(askedTypes.map(tokenOf));
  const unasked = declared
    .filter(({ type }) => vendors.has(vendorOf(type)) && !asked.has(type))
    .map(({ type }): [string, string] => [type, "which optropic does not ask for"]);
  return new Map([...unasked, ...unread]);
}

interface Live {
  /** Those that were asked, and of which no state says anything. */
  readonly vendors: ReadonlySet<string>;
  readonly existing: readonly Existing[];
  readonly unread: ReadonlyMap<string, string>;
  readonly plans: readonly VendorPlan[];
  /** Whether a resource of a state was read anew. */
  readonly has: (one: Existing) => boolean;
}

/**
 * What the vendors have whose tokens are set. What a state of another tool says of the same resource is older and
 * gives way; the state of the stack itself says what is managed, and stays.
 */
async function readLive(
  flags: AdoptFlags,
  stated: readonly Existing[],
  { progress, warn }: Work,
): Promise<Live> {
  if (!flags.live || !hasToken(process.env))
    return { existing: [], vendors: new Set(), unread: new Map(), plans: [], has: () => false };
  progress?.("the vendors");
  const withoutTokens = tokenlessVendors(process.env);
  const without = [...new Set([...flags.without, ...withoutTokens])];
  const state = await liveState({ ...flags, without }, { project: "live", stack: flags.stack });
  for (const warning of state.warnings) warn(warning);
  const told = new Set([...flags.vendor, ...stated.map(({ type }) => vendorOf(type))]);
  const isUnread = ({ urn }: { urn: string }): boolean => state.untold.urns.has(urn);
  const unread = state.resources
    .filter((one) => isUnread(one) && !told.has(vendorOf(one.type)))
    .map(({ type, name }): [string, string] => [type, name]);
  const existing = state.resources
    .filter((one) => one.custom && !isUnread(one))
    .map((one): Existing => ({ ...existingOf(one), urn: undefined }));
  const keys = new Set(existing.map(keyOf));
  return {
    existing,
    unread: new Map(unread),
    vendors: new Set(liveVendors.filter((name) => !without.includes(name) && !told.has(name))),
    plans: state.plans,
    has: (one) => keys.has(keyOf(one)),
  };
}

function keyOf({ type, id }: Existing): string {
  return JSON.stringify([type, id]);
}

function readAnswers(path: string): Record<string, string> {
  try {
    if (statSync(path).size > mostAnswerBytes) throw new Error("larger than 1 MiB");
    const parsed = answersFile.safeParse(JSON.parse(readFileSync(path, "utf8")));
    if (parsed.success) return givenAnswers(parsed.data);
    throw new Error(z.prettifyError(parsed.error));
  } catch (error) {
    throw new Failure("refused", `the answers in ${path} cannot be read: ${reasonOf(error)}`);
  }
}

/** The plan as a document. */
export function planDocument({ steps, unmanaged, deleted }: Plan) {
  return {
    steps: steps.map(({ declared, ...step }) => ({ urn: declared.urn, type: declared.type, ...step })),
    unmanaged: unmanaged.map(({ type, name, id }) => ({ type, name, id })),
    deleted: deleted.map(({ urn, type, name, id }) => ({ urn, type, name, id })),
  };
}
