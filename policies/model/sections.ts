import { adapters } from "../adapters/index.ts";
import {
  type Finding,
  judge,
  judgeEach,
  known,
  type Resource,
  type Stack,
  type Verdict,
} from "../framework/index.ts";
import { hostRecords } from "./domains.ts";
import { perStack } from "./per-stack.ts";
import type { Section, SectionHost } from "./section-host.ts";
import { hosts, isAsideHost, isOtherHost } from "./variables.ts";

export type { SectionHost } from "./section-host.ts";

/**
 * Judges each host of the vendor that a section of the checklist is about. Without any, the requirement is violated
 * with the sentence `absent`, if the section is asked of the stack: where the stack has something at the vendor, where
 * its DNS leads there, or where nothing says that it is elsewhere: it has no host, and nothing at another vendor of hosts.
 */
export function judgeSection(
  stack: Stack,
  section: Section,
  absent: string,
  test: (host: SectionHost) => Verdict,
): Finding[] {
  const uses = usesOf(stack).filter(({ use }) => use.id === section);
  const used = usesOf(stack).filter(({ use, isTarget }) => use.isUsed || leadsTo(stack, isTarget));
  const isThere = used.some(({ use }) => use.id === section);
  if (!isThere && (used.length > 0 || hosts(stack).length > 0 || isElsewhere(stack, section))) {
    return [];
  }
  return judgeEach(
    uses.flatMap(({ use }) => use.hosts),
    absent,
    test,
  );
}

/** The same of those that are of the application. */
export function judgeSectionApplications(
  stack: Stack,
  section: Section,
  absent: string,
  test: (host: SectionHost) => Verdict,
): Finding[] {
  return judgeSection(stack, section, absent, (host) => isOtherHost(stack)(host.resource) || test(host));
}

/** The same of those that serve requests, for all that anything says. */
export function judgeSectionServices(
  stack: Stack,
  section: Section,
  absent: string,
  test: (host: SectionHost) => Verdict,
): Finding[] {
  return judgeSection(stack, section, absent, (host) => isAsideHost(stack)(host.resource) || test(host));
}

/** Hosts that policies of a section judge. */
export const sectionHosts = (stack: Stack): ReadonlySet<Resource> =>
  new Set(usesOf(stack).flatMap(({ use }) => use.hosts.map(({ resource }) => resource)));

/** Judges what a vendor has beside the hosts that the section is about. */
export function judgeBesides(
  stack: Stack,
  section: Section,
  isPlatforms: (host: string) => boolean,
): Finding[] {
  return usesOf(stack)
    .filter(({ use }) => use.id === section)
    .flatMap(({ use }) => use.besides ?? [])
    .map(({ resource, verdict }) => judge(resource, () => verdict(isPlatforms)));
}

const usesOf = perStack((stack) =>
  adapters.flatMap((adapter) => {
    const use = adapter.section?.(stack);
    return use === undefined ? [] : [{ use, adapter, isTarget: adapter.isTarget }];
  }),
);

/** Whether the stack has what runs the application, or its database, at a vendor of hosts that the section is not about. */
function isElsewhere(stack: Stack, section: Section): boolean {
  const own = usesOf(stack).filter(({ use }) => use.id === section);
  const others = adapters.filter(
    (adapter) => adapter.hosts !== undefined && !own.some((one) => one.adapter === adapter),
  );
  return stack.all().some(({ type }) => others.some(({ isPlatform }) => isPlatform?.(type) === true));
}

function leadsTo(stack: Stack, isTarget: ((content: string) => boolean) | undefined): boolean {
  return hostRecords(stack).some(({ content }) => {
    const text = content.isUnknown ? undefined : known(() => content.string());
    return text !== undefined && isTarget?.(text.toLowerCase().replace(/\.$/, "")) === true;
  });
}
