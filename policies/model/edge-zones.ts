import { type Finding, judge, judgeEach, type Stack, type Verdict, violation } from "../framework/index.ts";
import type { EdgeZone, ZoneFact } from "./edge-zone.ts";
import { all } from "./facts.ts";
import type { Site } from "./sites.ts";

export type { EdgeZone } from "./edge-zone.ts";

/** Zones that the stack is responsible for, of vendors that have the DNS and stand in front of hosts. */
export const edgeZones = all(({ edgeZones: part }) => part);

/** The zone whose rules act on the traffic of a site. */
export function edgeZoneOf(stack: Stack, { zone }: Site): EdgeZone | undefined {
  return zone && edgeZones(stack).find(({ key }) => key === zone.key);
}

/** Judges each zone. Without any, the requirement is violated with the message `absent`, if there is one. */
export function judgeEdgeZones(
  stack: Stack,
  absent: string | undefined,
  test: (zone: EdgeZone) => Verdict,
): Finding[] {
  return judgeEach(edgeZones(stack), absent, test);
}

/**
 * Judges in each zone the settings that `find` gives; a zone in which it finds none is violated with the message
 * `missing`. Without any zone, the requirement is violated with the message `absent`, if there is one.
 */
export function judgeZoneFacts(
  stack: Stack,
  absent: string | undefined,
  find: (zone: EdgeZone) => readonly ZoneFact[],
  missing: string,
): Finding[] {
  const all = edgeZones(stack);
  if (all.length === 0) {
    return absent === undefined ? [] : [violation(absent)];
  }
  return all.flatMap((zone) => {
    const found: ZoneFact[] = [];
    const presence = judge(zone.resource, () => {
      found.push(...find(zone));
      return found.length > 0 || missing;
    });
    return [presence, ...found.map(({ resource, isGood }) => judge(resource, isGood))];
  });
}
