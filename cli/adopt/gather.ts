import { answersFile, givenAnswers } from "../../adopt/answers.ts";
import {
  askedTypes,
  hasToken,
  liveVendors,
  tokenlessVendors,
  type VendorPlan,
  type Whereabouts,
} from "../../adopt/live/index.ts";
import { type Plan, planImports, stackOf } from "../../adopt/plan.ts";
import { type Declared, type Existing, vendorOf } from "../../adopt/resources.ts";
import type { Settings } from "../../config/settings.ts";
import type { Work } from "../../lib/command.ts";
import { Failure } from "../../lib/failure.ts";
import { cannotRead } from "../../lib/file-reasons.ts";
import { readText } from "../../lib/files.ts";
import { schemaProblems } from "../../lib/schema-problems.ts";
import { preview, readState, tokenOf } from "../../preview/index.ts";
import { readStackSettings } from "../../project/settings.ts";
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
    for (const warning of warnings) warn(warning);
    return resources.filter(({ custom, external }) => custom && !external).map(existingOf);
  });
  const live = await readLive(flags, { progress, warn });
  const answers = flags.answers === undefined ? {} : readAnswers(flags.answers);
  const declared = await declaredIn(flags, progress);
  // What the stack itself has is managed, or deleted by the update, whatever a vendor says of it.
  const own = new Set(declared.flatMap(({ urn, olderUrns = [] }) => [stackOf(urn), ...olderUrns]));
  const isOwn = (urn = ""): boolean => own.has(urn) || own.has(stackOf(urn));
  const existing = [...stated.filter((one) => isOwn(one.urn) || !live.has(one)), ...live.existing];
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
      read: live.vendors,
      unread: unreadOf(declared, live),
    }),
    existing,
    plans: live.plans,
  };
}

/** What the program declares, with what refers to what. */
async function declaredIn({ cwd, stack }: AdoptFlags, progress: Work["progress"]): Promise<Declared[]> {
  const seen = new Map<string, Pick<Declared, "references" | "provider" | "olderUrns" | "ignoreChanges">>();
  const { resources } = await preview({
    ...{ cwd, stack, progress },
    onResources: (all) => {
      for (const { urn, propertyDependencies, provider, olderUrns, ignoreChanges } of all)
        seen.set(urn, {
          ...{ references: propertyDependencies, olderUrns, ignoreChanges },
          ...(provider !== "" && { provider }),
        });
    },
  });
  return resources.map((one): Declared => ({ ...one, ...seen.get(one.urn) }));
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
  /** Those that were asked. */
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
async function readLive(flags: AdoptFlags, { progress, warn }: Work): Promise<Live> {
  if (!flags.live || !hasToken(process.env))
    return { existing: [], vendors: new Set(), unread: new Map(), plans: [], has: () => false };
  progress?.("the vendors");
  const withoutTokens = tokenlessVendors(process.env);
  const without = [...new Set([...flags.without, ...withoutTokens])];
  const state = await liveState({ ...whereabouts(flags), without }, { project: "live", stack: flags.stack });
  for (const warning of state.warnings) warn(warning);
  const isUnread = ({ urn }: { urn: string }): boolean => state.untold.urns.has(urn);
  const unread = state.resources.filter(isUnread).map(({ type, name }): [string, string] => [type, name]);
  const existing = state.resources
    .filter((one) => one.custom && !isUnread(one))
    .map((one): Existing => ({ ...existingOf(one), urn: undefined }));
  const keys = new Set(existing.map(keyOf));
  return {
    existing,
    unread: new Map(unread),
    vendors: new Set(liveVendors.filter((name) => !without.includes(name))),
    plans: state.plans,
    has: (one) => keys.has(keyOf(one)),
  };
}

/** Where the platform is: what the command line does not say, the settings of the stack do. */
function whereabouts(flags: AdoptFlags): Whereabouts {
  let settings: Settings;
  try {
    settings = readStackSettings(flags.cwd, flags.stack);
  } catch {
    // Another program has settings of its own, and malformed ones are refused when it runs.
    return flags;
  }
  const { domains, accounts, observability, errorTracking } = settings;
  return {
    ...flags,
    zone: flags.zone ?? domains.zone,
    cloudflareAccount: flags.cloudflareAccount ?? accounts.cloudflare,
    vercelTeam: flags.vercelTeam ?? accounts.vercelTeam,
    renderOwner: flags.renderOwner ?? accounts.renderOwner,
    grafana: flags.grafana ?? observability.grafana.url,
    sentry: flags.sentry ?? errorTracking.organization,
    sentryRegion: flags.sentryRegion ?? errorTracking.region,
  };
}

function keyOf({ type, id }: Existing): string {
  return JSON.stringify([type, id]);
}

function readAnswers(path: string): Record<string, string> {
  const what = `--answers ${path}`;
  const text = readText(what, path, { maximumBytes: mostAnswerBytes });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw cannotRead(what, error);
  }
  const parsed = answersFile.safeParse(content);
  if (parsed.success) return givenAnswers(parsed.data);
  throw new Failure(
    "refused",
    `${what} is not what optropic import writes:\n${schemaProblems(parsed.error)}`,
  );
}

/** The plan as a document. */
export function planDocument({ steps, unmanaged, deleted }: Plan) {
  return {
    steps: steps.map(({ declared, ...step }) => ({ urn: declared.urn, type: declared.type, ...step })),
    unmanaged: unmanaged.map(({ type, name, id }) => ({ type, name, id })),
    deleted: deleted.map(({ urn, type, name, id }) => ({ urn, type, name, id })),
  };
}
