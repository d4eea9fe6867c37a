import { vendorName } from "../../config/naming.ts";
import { counted } from "../../lib/text.ts";
import { PagerDuty, type PagerDutySchedule } from "../../vendors/pagerduty.ts";
import type { Context } from "../context.ts";
import { compare, eachOf, probe } from "../probe.ts";
import { absent, same } from "./checks.ts";
import { question } from "./question.ts";

const dayMs = 86_400_000;
const days = 30;

const schedule = question(async ({ clock }, access, name) => {
  const client = new PagerDuty(access);
  const listed = (await client.schedules(name)).find((one) => one.name === name);
  if (listed === undefined) return undefined;
  const now = clock.now();
  const until = new Date(now + days * dayMs);
  const found = await client.schedule(listed.id, new Date(now), until);
  return { id: listed.id, now, found, until: until.getTime() };
});

const escalation = question(async (_, access, name) => {
  const found = await new PagerDuty(access).escalationPolicies(name);
  return found.find((one) => one.name === name);
});

const service = question(async (_, access, name) => {
  const found = await new PagerDuty(access).services(name);
  return found.find((one) => one.name === name);
});

export const onCallCovered = probe({
  name: "on-call-covered",
  items: ["S6.4"],
  title: `Somebody must be on call now and for the next ${days} days, without a gap.`,
  needs: ["vendor:pagerduty"],
  settings: ["onCall.people", "onCall.rotationDays"],
  measure: (context) =>
    eachOf(["on-call-primary", "on-call-secondary"], String, async (part) => {
      const name = nameOf(context, part);
      const asked = await schedule(context, name);
      if (asked === undefined) return [absent(`schedule ${name}`, "present", "onCall.people")];
      const gaps = gapsOf(asked.found, asked.now, asked.until);
      const [first] = gaps;
      const onCall = first === undefined || first.from > asked.now;
      const people = new Set(asked.found.final_schedule.rendered_schedule_entries.map(({ user }) => user.id));
      const least = Math.min(2, context.settings.onCall.people.length);
      const turns = days / context.settings.onCall.rotationDays;
      return [
        same(`on call now by ${name}`, "somebody", onCall ? "somebody" : "nobody", "onCall.people"),
        compare(`gaps of ${name} in ${days} days`, {
          expected: "none",
          measured: first === undefined ? "none" : `from ${new Date(first.from).toISOString()}`,
          holds: first === undefined,
          setting: "onCall.people",
        }),
        // One person may have all of a month where turns are longer.
        ...(turns < 2
          ? []
          : [
              compare(`people of ${name}`, {
                expected: `at least ${least}`,
                measured: people.size,
                holds: people.size >= least,
                setting: "onCall.people",
              }),
            ]),
      ];
    }),
});

export const escalationAsDeclared = probe({
  name: "escalation-as-declared",
  items: ["S6.5"],
  title: "Incidents of the platform's service must escalate as declared.",
  needs: ["vendor:pagerduty"],
  settings: ["onCall.escalation.firstMinutes", "onCall.escalation.secondMinutes", "onCall.escalation.repeat"],
  measure: async (context) => {
    const wanted = context.settings.onCall.escalation;
    const name = nameOf(context, "escalation");
    const found = await escalation(context, name);
    if (found === undefined) return [absent(`escalation policy ${name}`, "present", "onCall.escalation")];
    const rules = found.escalation_rules;
    const [first, second] = rules;
    const ids = await Promise.all(
      ["on-call-primary", "on-call-secondary"].map(
        async (part) => (await schedule(context, nameOf(context, part)))?.id,
      ),
    );
    const own = await service(context, nameOf(context, "platform"));
    const minutes = "onCall.escalation";
    return [
      same(
        "first level waits",
        wanted.firstMinutes,
        first?.escalation_delay_in_minutes,
        `${minutes}.firstMinutes`,
        "min",
      ),
      same(
        "second level waits",
        wanted.secondMinutes,
        second?.escalation_delay_in_minutes,
        `${minutes}.secondMinutes`,
        "min",
      ),
      // Delays alone call nobody.
      same("levels", ids.length + 1, rules.length, minutes),
      ...["primary", "secondary"].map((who, level) =>
        same(
          `level ${level + 1} calls`,
          `the ${who} schedule`,
          whoOf(rules[level], ids[level], who),
          minutes,
        ),
      ),
      same(
        `level ${ids.length + 1} calls`,
        counted(context.settings.onCall.people.length, "person", "people"),
        counted(
          (rules[ids.length]?.targets ?? []).filter(({ type }) => type.startsWith("user")).length,
          "person",
          "people",
        ),
        "onCall.people",
      ),
      same("repetitions", wanted.repeat, found.num_loops, `${minutes}.repeat`),
      same("escalation of the service", found.id, own?.escalation_policy.id, "onCall.escalation"),
      compare("state of the service", {
        expected: "neither disabled nor in maintenance",
        measured: own?.status ?? "missing",
        // In maintenance it calls nobody either.
        holds: own !== undefined && !["disabled", "maintenance"].includes(own.status),
        setting: "onCall.account",
      }),
    ];
  },
});

function whoOf(
  rule: { targets: readonly { id: string; type: string; summary?: string | null | undefined }[] } | undefined,
  id: string | undefined,
  who: string,
): string {
  const targets = rule?.targets ?? [];
  if (targets.some((target) => target.type.startsWith("schedule") && target.id === id)) {
    return `the ${who} schedule`;
  }
  return targets.map((target) => target.summary ?? target.id).join(", ") || "nobody";
}

function nameOf({ settings: { project, stage } }: Context, part: string): string {
  return vendorName(project, stage, part);
}

/** Where nobody is on call between two moments. */
export function gapsOf(
  { final_schedule: { rendered_schedule_entries: entries } }: PagerDutySchedule,
  from: number,
  until: number,
): { from: number; until: number }[] {
  const gaps: { from: number; until: number }[] = [];
  let covered = from;
  const spans = entries.map(({ start, end }) => ({ start: Date.parse(start), end: Date.parse(end) }));
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    if (start > covered) gaps.push({ from: covered, until: Math.min(start, until) });
    covered = Math.max(covered, end);
    if (covered >= until) return gaps;
  }
  return [...gaps, { from: covered, until }];
}
