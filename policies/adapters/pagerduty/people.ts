import type { EscalationPolicyArgs, ScheduleArgs } from "@pulumi/pagerduty";
import {
  type Fault,
  fault,
  known,
  type Resource,
  type ResourceOf,
  type Stack,
} from "../../framework/index.ts";
import { perStack } from "../../model/per-stack.ts";
import { originsOf, People } from "../../model/same-person.ts";
import { pagerduty } from "../../model/tokens.ts";
import { compared, type Roster, type RotationLayer, rosterOf, shareOfSame } from "../../values/rotation.ts";
import { toLayer } from "./layers.ts";

type Schedule = ResourceOf<ScheduleArgs>;

/** Levels that call the same person this often leave a page with whoever did not answer. */
const mostSame = 1 / 3;

const longestTurnSeconds = 31 * 86_400;

/**
 * A level that calls nobody but those of the level before, for much of the time. Undefined also where it is not
 * known whom they call. Throws UnknownRead.
 */
export function repeatedLevel(stack: Stack, escalation: ResourceOf<EscalationPolicyArgs>): Fault | undefined {
  const rules = escalation.at("rules").items();
  const levels = [false, true].map((isLast) => rostersOf(stack, escalation, isLast));
  for (const [place, rule] of rules.entries()) {
    const shares = levels.map((rosters) => {
      const [before, own] = [rosters[place - 1], rosters[place]];
      return before === undefined || own === undefined ? 0 : shareOfSame(before, own, time(stack));
    });
    const share = Math.min(...shares);
    if (share >= mostSame) {
      const often = share > 0.99 ? "" : ` for ${Math.round(share * 100)} % of the time`;
      return fault(
        rule.at("targets"),
        `Level ${place + 1} of ${escalation.name} calls nobody but those of level ${place}${often}, who have not answered.`,
        "Let each level bring in another person: shift the people of the second schedule by one place, and declare each person once.",
      );
    }
  }
  return undefined;
}

/** From the day on which every layer has begun. */
const time = perStack((stack) => {
  const starts = stack
    .ofType(pagerduty.schedule)
    .flatMap((schedule) => known(() => schedule.at("layers").items()) ?? [])
    .map((layer) => Date.parse(known(() => layer.at("start").string()) ?? ""))
    .filter((start) => !Number.isNaN(start));
  return compared(Math.max(0, ...starts));
});

/** Whom each level calls; undefined of one of which it cannot be told. */
function rostersOf(
  stack: Stack,
  escalation: ResourceOf<EscalationPolicyArgs>,
  isLast: boolean,
): (Roster | undefined)[] {
  const people = new People(
    stack.ofType(pagerduty.user).map((user) => ({
      resource: user,
      address: known(() => user.at("email").string()),
      name: known(() => user.at("name").string()),
    })),
  );
  const levels = escalation
    .at("rules")
    .items()
    .map((rule) => rule.at("targets").items());
  const sources = escalation.dependenciesOf("rules");
  const origins = new Map(
    (["schedule_reference", "user_reference"] as const).flatMap((type) => {
      const own = levels.flat().filter((target) => target.at("type").string() === type);
      const from = sources.filter(
        ({ type: made }) => (made === pagerduty.user) === (type === "user_reference"),
      );
      const found = originsOf(
        own.map((target) => target.at("id")),
        from,
      );
      return own.map((target, place) => [target, found?.[place]] as const);
    }),
  );
  return levels.map((targets) => {
    const rosters = targets.map((target) => {
      const origin = origins.get(target);
      return origin === undefined ? undefined : rosterOfTarget(stack, people, origin, isLast);
    });
    return rosters.includes(undefined)
      ? undefined
      : (instant) => new Set(rosters.flatMap((roster) => [...(roster?.(instant) ?? [])]));
  });
}

function rosterOfTarget(
  stack: Stack,
  people: People,
  origin: Resource | string,
  isLast: boolean,
): Roster | undefined {
  const schedule = stack
    .ofType(pagerduty.schedule)
    .find((candidate) => candidate === origin || (candidate.id !== undefined && candidate.id === origin));
  if (schedule !== undefined) return rosterOfSchedule(stack, people, schedule, isLast);
  // Of another schedule it is known that it is the same one, and not who is on call.
  const who = people.of(origin);
  return () => new Set([who]);
}

function rosterOfSchedule(
  stack: Stack,
  people: People,
  schedule: Schedule,
  isLast: boolean,
): Roster | undefined {
  const layers = schedule.at("layers").items();
  const ids = layers.map((layer) => layer.at("users").items());
  const sources = schedule.dependenciesOf("layers").filter((source) => source.is(pagerduty.user));
  const origins = originsOf(ids.flat(), sources);
  if (origins === undefined) return undefined;
  const who = origins.map((origin) => people.of(origin));
  // Of too few people, or turns that no policy on schedules takes, those policies tell.
  if (new Set(origins).size < 2) return undefined;
  let from = 0;
  const rotations = layers.map((layer, place): RotationLayer => {
    const count = ids[place]?.length ?? 0;
    const own = who.slice(from, from + count);
    from += count;
    return {
      ...toLayer(layer),
      people: own,
      begins: Date.parse(layer.at("rotationVirtualStart").string() ?? ""),
      turnSeconds: layer.at("rotationTurnLengthSeconds").number() ?? 0,
    };
  });
  const isRead = ({ begins, turnSeconds }: RotationLayer) =>
    !Number.isNaN(begins) && turnSeconds > 0 && turnSeconds <= longestTurnSeconds;
  if (!rotations.every(isRead)) return undefined;
  return rosterOf(rotations, schedule.at("timeZone").string() ?? "UTC", time(stack), isLast);
}
