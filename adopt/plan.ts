import { counted, listed, listedSome } from "../lib/text.ts";
import { elementsOf, type Held, importIdOf, naturalKeys, runtimeOf, targetsOf } from "./keys.ts";
import { Matcher, type Matches, recordType } from "./match.ts";
import { hostOf } from "./records.ts";
import { type Declared, type Existing, isHidden, textAt, textOf, unsaid, vendorOf } from "./resources.ts";
import { isSame, overwriteOf } from "./unimported.ts";

/**
 * What becomes of a declared resource in the first update.
 *
 * - `managed`: the state of the stack has it already.
 * - `import`: the vendor has it, and Pulumi takes it over by its id.
 * - `create`: the vendor has none by its natural key.
 * - `ask`: several could be it, or it is there and its id cannot be told; a person decides.
 * - `adopt`: a resource of the program's own code that takes over what is there when it is created.
 * - `overwrite`: a setting that is always there, or that no provider imports; the update writes over it.
 * - `rotate`: a generated secret, which is new and replaces the one in use.
 * - `unknown`: nothing is known of that vendor, so whether it is there cannot be told.
 */
export type Action = "managed" | "import" | "create" | "ask" | "adopt" | "overwrite" | "rotate" | "unknown";

export interface Step {
  readonly declared: Declared;
  readonly action: Action;
  /** For `import`, what `pulumi import` takes. */
  readonly id?: string;
  /** For `ask`, the ids to choose from. */
  readonly candidates?: readonly string[];
  /** What the update would remove from a resource of which there is one, in words. */
  readonly loses?: string;
  /** What it holds and could not be read or compared, which the update may remove. */
  readonly unseen?: string;
  /** What a resource of which there is one holds, while it is not imported: an update would replace that, too. */
  readonly replaces?: string;
  /** What the first update does to what is there while it is not imported, in words after "an update". */
  readonly overwrites?: string;
  /** What no update changes, so that it would be made anew: what it is and what it would be. */
  readonly remade?: string;
  /** What has to be deleted before the vendor takes it. */
  readonly blockedBy?: string;
  /** The name that the update takes from it, and the one that it gets. */
  readonly renames?: string;
  /** Why it cannot be told whether it is there, or why a person is asked. */
  readonly why?: string;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** What a vendor has and the program does not declare; it stays as it is. */
  readonly unmanaged: readonly Existing[];
  /** What the state of the stack itself has and the program no longer declares: an update deletes it. */
  readonly deleted: readonly Existing[];
}

export interface Given {
  readonly declared: readonly Declared[];
  /** What vendors and states have; of a state of Pulumi's or Terraform's, with the URN there. */
  readonly existing: readonly Existing[];
  /** Ids that a person chose, by URN; `create` for none. */
  readonly answers?: Readonly<Record<string, string>> | undefined;
  /** Vendors of which a person says that everything is known. */
  readonly vendors?: readonly string[] | undefined;
  /** Vendors that were read, beside those that something was found of: what is not found is not there. */
  readonly read?: ReadonlySet<string> | undefined;
  /** Types of which there may be more than what is known, each with the reason. */
  readonly unread?: ReadonlyMap<string, string> | undefined;
}

/** Types that no provider imports, or no vendor is asked for; declaring one writes over what is there. */
const overwritten = new Set([
  "cloudflare:index/r2BucketLock:R2BucketLock",
  "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle",
  "render:index/notificationSetting:NotificationSetting",
  "render:index/logStream:LogStream",
  "postgresql:index/grant:Grant",
  "postgresql:index/defaultPrivileges:DefaultPrivileges",
  "sentry:index/projectInboundDataFilter:ProjectInboundDataFilter",
  "sentry:index/projectSpikeProtection:ProjectSpikeProtection",
]);

/** What vendors show at its creation alone: one that is there is of no use, and a second one disturbs nobody. */
const shownOnce = new Set(["cloudflare:index/accountToken:AccountToken"]);

/** Settings of what they belong to, which always have some value: declaring one writes over it. */
const alwaysThere = new Set([
  "cloudflare:index/zoneSetting:ZoneSetting",
  "cloudflare:index/zoneDnssec:ZoneDnssec",
  "cloudflare:index/universalSslSetting:UniversalSslSetting",
  "cloudflare:index/urlNormalizationSettings:UrlNormalizationSettings",
  "vercel:index/projectDeploymentRetention:ProjectDeploymentRetention",
]);

/** Matches what is declared with what is there by their natural keys. The same input has the same plan. */
export function planImports(given: Given): Plan {
  const { declared, existing, answers = {} } = given;
  const answerOf = ({ urn }: Declared): string | undefined =>
    Object.hasOwn(answers, urn) ? answers[urn] : undefined;
  const states = new Map(existing.flatMap((one) => (one.urn === undefined ? [] : [[one.urn, one] as const])));
  const ownOf = ({ urn, olderUrns = [] }: Declared): Existing | undefined =>
    [urn, ...olderUrns].map((name) => states.get(name)).find((one) => one !== undefined);
  const declaredUrns = new Set(declared.flatMap(({ urn, olderUrns = [] }) => [urn, ...olderUrns]));
  // What the stack has of one resource is no candidate for another.
  const others = existing.filter(({ urn }) => urn === undefined || !declaredUrns.has(urn));
  const matcher = new Matcher({ declared, existing: others, answerOf, ownOf });
  const owners = new Map(
    declared.flatMap((one) => {
      const own = ownOf(one);
      return own === undefined ? [] : [[JSON.stringify([one.type, own.id]), one.urn] as const];
    }),
  );
  const taken = new Set<Existing>();
  /** What an update would change, by the URN of what is declared. */
  const subjects = new Map<string, Existing>();
  const named = new Map<string, Existing[]>();
  for (const one of others.filter(({ urn }) => urn === undefined))
    for (const name of idNames(one)) named.set(name, [...(named.get(name) ?? []), one]);
  const planned = declared
    .filter(({ custom, type }) => custom && !type.startsWith("pulumi:providers:"))
    .map((resource): Step => {
      const own = ownOf(resource);
      const matches = matcher.of(resource);
      for (const match of matches.found) taken.add(match);
      if (own !== undefined) {
        const live = liveOf(own, matches.found, named);
        for (const one of live === undefined ? [own] : [own, live]) taken.add(one);
        if (live !== undefined) subjects.set(resource.urn, live);
        return managed(resource, own, live, matcher);
      }
      const answer = answerOf(resource);
      if (answer === "create") {
        const isTold = given.vendors?.includes(vendorOf(resource.type)) === true;
        return {
          ...{ declared: resource, action: "create" },
          ...blocked(resource, matcher),
          ...replacedBy(resource, matches.found, isTold),
          ...overwritesOf(resource, matches.found),
        };
      }
      if (answer !== undefined) {
        const chosen = matcher.chosen(resource);
        if (chosen === undefined)
          return { declared: resource, action: "import", id: answer, ...unseenIn(resource, undefined) };
        taken.add(chosen);
        subjects.set(resource.urn, chosen);
        return {
          ...{ declared: resource, action: "import", id: answer },
          ...changes(resource, chosen, matcher),
          ...replacedBy(resource, [chosen]),
          ...overwritesOf(resource, matches.found),
        };
      }
      const newest = newestOf(matches.found);
      if (newest !== undefined) subjects.set(resource.urn, newest);
      const isAnothers = matches.found.some(({ type, id }) => owners.has(JSON.stringify([type, id])));
      const doubt = isAnothers ? { doubt: "the state of the stack has it as another resource" } : {};
      return stepOf(resource, { ...matches, ...doubt }, matcher, given);
    });
  const steps = asWhatTheyBelongTo(withMembers(onceEach(planned), subjects, taken));
  const ownStacks = new Set(declared.map(({ urn }) => stackOf(urn)));
  const isGone = ({ urn, type }: Existing): boolean =>
    urn !== undefined && ownStacks.has(stackOf(urn)) && !declaredUrns.has(urn) && !type.startsWith("pulumi:");
  const isLeft = (one: Existing): boolean =>
    !taken.has(one) && !declaredUrns.has(one.urn ?? "") && !isGone(one) && isManageable(one.type);
  return {
    steps,
    unmanaged: existing.filter(isLeft),
    deleted: existing.filter((one) => isGone(one) && one.isRetained !== true),
  };
}

/** By what a state and a vendor may know a resource. */
function idNames(one: Existing): string[] {
  const ids = new Set([one.id, importIdOf(one)]);
  return [...ids].flatMap((id) =>
    id === undefined || id === "" || id === unsaid ? [] : [JSON.stringify([one.type, id])],
  );
}

/** What the vendor says of a resource of the stack's own: by its id, whatever it is called there, or by its name. */
function liveOf(
  own: Existing,
  found: readonly Existing[],
  named: ReadonlyMap<string, readonly Existing[]>,
): Existing | undefined {
  const same = new Set(idNames(own).flatMap((name) => named.get(name) ?? []));
  const called = found.filter(({ urn }) => urn === undefined);
  return only(called.filter((one) => same.has(one))) ?? only([...same]) ?? only(called);
}

/**
 * What an update does to what the stack has.
 *
 * @param own what its state says
 * @param live what the vendor says, where that was read
 */
function managed(declared: Declared, own: Existing, live: Existing | undefined, matcher: Matcher): Step {
  if (isNewSecret(declared, own)) return { declared, action: "rotate" };
  return {
    ...{ declared, action: "managed" },
    ...lossOf(declared, live ?? own, matcher),
    ...(live && remade(declared, live)),
    ...remade(declared, own),
  };
}

/** Whether a generated secret of the stack is generated anew, as it is for whatever its declaration has changed. */
function isNewSecret({ type, inputs = {}, ignoreChanges = [] }: Declared, { properties }: Existing): boolean {
  if (!type.startsWith("random:")) return false;
  const isChanged = (name: string): boolean => {
    const theirs = properties[name];
    const isSaid = theirs !== undefined && theirs !== null && !isHidden(theirs);
    return isSaid && !ignoreChanges.includes(name) && !isSame(inputs[name], theirs);
  };
  return [...Object.keys(inputs), "keepers"].some(isChanged);
}

/** The stack and the project of a URN, `urn:pulumi:STACK::PROJECT`. */
export function stackOf(urn: string): string {
  return urn.split("::", 2).join("::");
}

function isManageable(type: string): boolean {
  return !type.startsWith("pulumi:") && !type.startsWith("pulumi-nodejs:") && !type.startsWith("random:");
}

function stepOf(declared: Declared, matches: Matches, matcher: Matcher, given: Given): Step {
  const { type } = declared;
  if (type.startsWith("pulumi-nodejs:")) return { declared, action: "adopt" };
  if (type.startsWith("random:")) return { declared, action: "rotate" };
  if (overwritten.has(type)) return { declared, action: "overwrite" };
  if (shownOnce.has(type)) return { declared, action: "create" };
  if (matches.found.length > 0) return foundStep(declared, matches, matcher);
  if (matches.similar.length > 0)
    return {
      declared,
      action: "ask",
      candidates: idsOf(matches.similar),
      why: matches.likeness ?? "it may be it",
    };
  const nameless = matcher.nameless(type);
  if (nameless.length > 0) return { declared, action: "ask", candidates: idsOf(nameless) };
  const { unread = new Map<string, string>(), read = new Set<string>(), vendors = [] } = given;
  const vendor = vendorOf(type);
  const isTold = vendors.includes(vendor);
  const why = unread.get(type);
  if (why !== undefined && !isTold) return { declared, action: "unknown", why };
  const isRead =
    read.has(vendor) || given.existing.some((one) => one.urn === undefined && vendorOf(one.type) === vendor);
  if (!isTold && !isRead) {
    const isPartly = given.existing.some((one) => vendorOf(one.type) === vendor);
    return { declared, action: "unknown", ...(isPartly && { why: "of which a state may have a part" }) };
  }
  return absent(declared, matcher, isTold);
}

/** What nothing known is, by its natural key. */
function absent(declared: Declared, matcher: Matcher, isTold: boolean): Step {
  const { type } = declared;
  const isThere = (matcher.place(declared)?.ids.length ?? 1) > 0;
  if (alwaysThere.has(type) && isThere) return { declared, action: "overwrite" };
  const natural = naturalKeys[type];
  if (isTold || natural?.singleton?.isAlwaysThere !== true)
    return { declared, action: "create", ...blocked(declared, matcher) };
  const id = natural.importId("", declared.inputs ?? {});
  const { holds } = natural.singleton;
  return {
    ...{ declared, action: id === undefined ? "ask" : "import" },
    ...(id !== undefined && { id }),
    replaces: unknownContent(holds),
  };
}

const mostCandidates = 50;

function idsOf(all: readonly Existing[]): string[] {
  return [...new Set(all.flatMap((one) => importIdOf(one) ?? []))].slice(0, mostCandidates);
}

function foundStep(declared: Declared, { found, doubt }: Matches, matcher: Matcher): Step {
  // A state and a vendor may tell of the same thing: it is one where it is imported by one id.
  const told = found.map(importIdOf);
  const ids = [...new Set(told.filter((id) => id !== undefined))];
  const newest = newestOf(found);
  const [id] = ids;
  const isOne = newest !== undefined && id !== undefined && ids.length === 1 && !told.includes(undefined);
  if (!isOne || doubt !== undefined)
    return {
      declared,
      action: "ask",
      candidates: ids.slice(0, mostCandidates),
      ...(doubt !== undefined && { why: doubt }),
    };
  return {
    declared,
    action: "import",
    id,
    ...changes(declared, newest, matcher),
    ...replacedBy(declared, [newest]),
    ...overwritesOf(declared, [newest]),
  };
}

/** A vendor's own word before that of a state. */
function newestOf(found: readonly Existing[]): Existing | undefined {
  return found.find(({ urn }) => urn === undefined) ?? found[0];
}

/** What the first update does to what is there under its natural key, while that is not imported. */
function overwritesOf(declared: Declared, found: readonly Existing[]): Pick<Step, "overwrites"> {
  const overwrites = found.map((one) => overwriteOf(declared, one)).find((text) => text !== undefined);
  return overwrites === undefined ? {} : { overwrites };
}

/** What would be written over is new, or unknown, where anything that it is a setting of is. */
function asWhatTheyBelongTo(steps: readonly Step[]): Step[] {
  const actions = new Map(steps.map(({ action, declared }) => [declared.urn, action]));
  return steps.map((step) => {
    const { declared, action } = step;
    if (action !== "overwrite") return step;
    const above = [...(declared.references?.values() ?? [])].flat().map((urn) => actions.get(urn));
    const as = (["create", "unknown"] as const).find((one) => above.includes(one));
    return as === undefined ? step : { ...step, action: as };
  });
}

/** What an update does to what it takes over. */
function changes(declared: Declared, existing: Existing, matcher: Matcher): Partial<Step> {
  return {
    ...lossOf(declared, existing, matcher),
    ...remade(declared, existing),
    ...renamed(declared, existing),
  };
}

/** Two resources that are imported by one id would be one: a person says which of them it is. */
function onceEach(steps: readonly Step[]): Step[] {
  const idOf = ({ declared, action, id }: Step): string | undefined =>
    action === "import" && id !== undefined ? JSON.stringify([declared.type, id]) : undefined;
  const counts = Map.groupBy(steps, idOf);
  return steps.map((step) => {
    const key = idOf(step);
    if (key === undefined || (counts.get(key)?.length ?? 0) < 2) return step;
    const { declared, id = "" } = step;
    return {
      declared,
      action: "ask",
      candidates: [id],
      why: "another resource would be imported by the same id",
    };
  });
}

/** What lists other things by their ids would lose those that the program does not have. */
function withMembers(
  steps: readonly Step[],
  subjects: ReadonlyMap<string, Existing>,
  taken: ReadonlySet<Existing>,
): Step[] {
  const ids = new Set([...taken].map(({ id }) => id));
  return steps.map((step) => {
    const members = naturalKeys[step.declared.type]?.members;
    const existing = subjects.get(step.declared.urn);
    if (members === undefined || existing === undefined) return step;
    const lost = new Set(members.ids(existing.properties).filter((id) => !ids.has(id)));
    return lost.size === 0
      ? step
      : {
          ...step,
          loses: `${counted(lost.size, members.holds, members.plural)} that the program does not declare`,
        };
  });
}

/** What is called otherwise where it is. A record's name is the place that it was found at. */
function renamed(declared: Declared, existing: Existing): Pick<Step, "renames"> {
  if (declared.type === recordType || naturalKeys[declared.type]?.keepsName === true) return {};
  const [theirs, ours] = [existing.properties, declared.inputs ?? {}];
  const [from, to] = [theirs, ours].map((all) => textOf(all, "name"));
  const isShown = from !== undefined && to !== undefined && ![from, to].includes("[secret]");
  const isFixed = naturalKeys[declared.type]?.fixed?.includes("name") === true;
  if (isShown && from !== to && !isFixed) return { renames: `${from} becomes ${to}` };
  const [built, builds] = [theirs, ours].map(runtimeOf);
  if (built !== undefined && builds !== undefined && built !== builds)
    return { renames: `what is built for ${built} is built for ${builds}` };
  const [before, after] = [theirs, ours].map(targetsOf);
  const left = before?.filter((target) => after?.includes(target) === false) ?? [];
  return left.length === 0
    ? {}
    : { renames: `${listed(left, "and")} no longer ${left.length === 1 ? "has" : "have"} it` };
}

/** What no update changes. */
function remade(declared: Declared, { properties }: Existing): Pick<Step, "remade"> {
  const fixed = naturalKeys[declared.type]?.fixed ?? [];
  const differing = fixed.flatMap((name) => {
    const [from, to] = [textAt(properties, name), textAt(declared.inputs ?? {}, name)];
    return from === undefined || to === undefined || hostOf(from) === hostOf(to)
      ? []
      : [`${name} ${from} becomes ${to}`];
  });
  return differing.length === 0 ? {} : { remade: listed(differing, "and") };
}

function blocked(declared: Declared, matcher: Matcher): Pick<Step, "blockedBy"> {
  const names = matcher.inTheWay(declared).map(({ properties }) => textOf(properties, "type") ?? "record");
  return names.length === 0
    ? {}
    : { blockedBy: `${listed([...new Set(names)], "and")} ${textOf(declared.inputs ?? {}, "name")}` };
}

/** What a resource holds and its declaration does not have, so that an update removes it. */
function lossOf(declared: Declared, existing: Existing, matcher: Matcher): Pick<Step, "loses" | "unseen"> {
  const lost = [...rulesLost(declared, existing), ...partsLost(declared, existing, matcher)];
  return {
    ...(lost.length > 0 && { loses: `${listed(lost, "and")} that the program does not declare` }),
    ...unseenIn(declared, existing),
  };
}

function rulesLost(declared: Declared, existing: Existing): string[] {
  const singleton = naturalKeys[declared.type]?.singleton;
  if (singleton === undefined) return [];
  const { holds, property, names } = singleton;
  const stated = new Set(elementsOf(declared.inputs?.[property]).flatMap(names));
  const lost = elementsOf(existing.properties[property]).filter(
    (element) => !names(element).some((name) => name !== undefined && stated.has(name)),
  );
  return lost.length === 0 ? [] : [counted(lost.length, holds)];
}

/**
 * What it holds and could not be read, or what it will hold and is not known yet, so that nobody can say whether an
 * update removes it.
 *
 * @param existing undefined where nothing is known of it but its id
 */
function unseenIn(
  { type, inputs = {}, ignoreChanges = [] }: Declared,
  existing: Existing | undefined,
): Pick<Step, "unseen"> {
  const { held = [], singleton } = naturalKeys[type] ?? {};
  const isUnseen = (property: string): boolean =>
    !ignoreChanges.includes(property) && (existing === undefined || isHidden(existing.properties[property]));
  const isUncompared = ({ property, names }: Held): boolean =>
    !ignoreChanges.includes(property) &&
    isHidden(inputs[property]) &&
    names(existing?.properties[property]).length > 0;
  const nouns = [
    ...(singleton !== undefined && isUnseen(singleton.property) ? [singleton.holds] : []),
    ...held.filter((one) => isUnseen(one.property) || isUncompared(one)).map(({ noun }) => noun),
  ].map((noun) => `${noun}s`);
  return nouns.length === 0 ? {} : { unseen: listed(nouns, "and") };
}

/** The most names that are shown of what is lost. */
const mostNames = 10;

function partsLost(
  { type, inputs = {}, ignoreChanges = [] }: Declared,
  { properties }: Existing,
  matcher: Matcher,
): string[] {
  const { held = [] } = naturalKeys[type] ?? {};
  return held.flatMap(({ noun, property, names, elsewhere }) => {
    const [own, theirs] = [inputs[property], properties[property]];
    if (ignoreChanges.includes(property) || isHidden(own) || isHidden(theirs)) return [];
    const others = elsewhere === undefined ? [] : matcher.declaredOf(elsewhere);
    const stated = new Set([own, ...others.map((one) => one.inputs?.[property])].flatMap(names));
    const lost = [...new Set(names(theirs))].filter((name) => !stated.has(name));
    if (lost.length === 0) return [];
    const called = listedSome(
      lost.flatMap((name) => name ?? []),
      mostNames,
    );
    return [`${counted(lost.length, noun)}${called === "" ? "" : ` (${called})`}`];
  });
}

/**
 * What something of which there is one holds, and an update replaces while it is not imported.
 *
 * @param isTold whether a person says that what is not found is not there
 */
function replacedBy({ type }: Declared, found: readonly Existing[], isTold = true): Pick<Step, "replaces"> {
  const singleton = naturalKeys[type]?.singleton;
  if (singleton === undefined) return {};
  const { holds, property, isAlwaysThere } = singleton;
  if (found.length === 0 && isAlwaysThere === true && !isTold) return { replaces: unknownContent(holds) };
  const count = found.flatMap(({ properties }) => elementsOf(properties[property])).length;
  return count === 0 ? {} : { replaces: counted(count, holds) };
}

function unknownContent(holds: string): string {
  return `what it holds, which is not known: any ${holds} of it`;
}

function only<T>(all: readonly T[]): T | undefined {
  return all.length === 1 ? all[0] : undefined;
}
