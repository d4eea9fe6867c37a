import type { types } from "@pulumi/pagerduty";
import {
  type AnyValue,
  type Finding,
  fault,
  judge,
  type Stack,
  type Value,
  type Verdict,
} from "../../framework/index.ts";
import { pagerduty } from "../../model/tokens.ts";
import { firstWrong, isAddress, isId, isOneOf, isThere, matches, untidy } from "../../model/value-checks.ts";
import { isMoment, isTimeZone } from "../../values/api-values.ts";
import { isPlaceholder } from "../../values/placeholder.ts";

export function judgeOnCallValues(stack: Stack): Finding[] {
  return [
    ...stack
      .ofType(
        pagerduty.user,
        pagerduty.schedule,
        pagerduty.escalationPolicy,
        pagerduty.service,
        pagerduty.integration,
      )
      .map((resource) => judge(resource, () => untidy(resource.at()) ?? true)),
    ...stack.ofType(pagerduty.user).map((user) =>
      judge(user, () =>
        firstWrong([
          isThere(user.at("email"), `The address of ${user.name}`),
          matches(
            user.at("email"),
            (text) => isAddress(text.trim()) && !isPlaceholder(text),
            (text) => `${user.name} has the address ${text}, at which nobody gets mail.`,
          ),
          isOneOf(user.at("role"), roles, `The role of ${user.name}`),
        ]),
      ),
    ),
    ...stack
      .ofType(pagerduty.schedule)
      .map((schedule) =>
        judge(schedule, () =>
          firstWrong([
            isThere(schedule.at("timeZone"), `The time zone of ${schedule.name}`),
            matches(
              schedule.at("timeZone"),
              isTimeZone,
              (text) => `${schedule.name} is at ${text}, which is not a time zone.`,
            ),
            ...itemsOf(schedule.at("layers")).map((layer) => judgeLayer(layer, schedule.name)),
          ]),
        ),
      ),
    ...stack.ofType(pagerduty.escalationPolicy).map((escalation) =>
      judge(escalation, () => {
        const targets = itemsOf(escalation.at("rules")).map((rule) => rule.at("targets"));
        const empty = targets.filter((list) => !list.isUnknown && list.items().length === 0);
        const all = targets.flatMap(itemsOf);
        const isShort = (type: string, ...made: readonly string[]) =>
          all.filter((target) => !target.isUnknown && target.at("type").string() === type).length <
          escalation.dependenciesOf("rules").filter((source) => made.includes(source.type)).length;
        const isConfused =
          all.every((target) => !target.isUnknown && !target.at("type").isUnknown) &&
          all.some((target) => !target.isUnknown && target.at("type").string() !== "schedule_reference") &&
          all.length >= escalation.dependenciesOf("rules").length &&
          isShort("schedule_reference", pagerduty.schedule, pagerduty.scheduleV2);
        return firstWrong([
          // With a single level left, the policy on levels says so.
          targets.length - empty.length < 2 ||
            empty.length === 0 ||
            fault(
              empty[0] ?? escalation.at("rules"),
              `A rule of ${escalation.name} has no target, so it calls nobody.`,
            ),
          ...all.map((target) => isThere(target.at("id"), `The id of a target of ${escalation.name}`)),
          ...all.map((target) =>
            isOneOf(target.at("type"), targetTypes, `The type of a target of ${escalation.name}`),
          ),
          !isConfused ||
            fault(
              escalation.at("rules"),
              `${escalation.name} names a schedule as a target of another type, which PagerDuty does not find.`,
            ),
        ]);
      }),
    ),
    ...stack.ofType(pagerduty.service).map((service) =>
      judge(service, () => {
        const rule = service.at("incidentUrgencyRule");
        return firstWrong([
          isThere(service.at("name"), `The name of ${service.name}`),
          ...(rule.isUnknown || rule.exists
            ? [
                isThere(rule.at("type"), `The type of the urgency of ${service.name}`),
                isOneOf(
                  rule.at("type"),
                  ["constant", "use_support_hours"],
                  `The type of the urgency of ${service.name}`,
                ),
                ...(rule.at("type").string() === "constant"
                  ? [isThere(rule.at("urgency"), `The urgency of ${service.name}`)]
                  : []),
                isOneOf(
                  rule.at("urgency"),
                  ["high", "low", "severity_based"],
                  `The urgency of ${service.name}`,
                ),
              ]
            : []),
        ]);
      }),
    ),
    ...stack
      .ofType(pagerduty.integration)
      .map((integration) =>
        judge(integration, () =>
          firstWrong([
            isOneOf(integration.at("type"), integrationTypes, `The type of ${integration.name}`),
            integration.at("vendor").isUnknown || integration.at("vendor").exists
              ? true
              : isThere(integration.at("type"), `The type of ${integration.name}`),
          ]),
        ),
      ),
  ];
}

const roles = [
  "admin",
  "limited_user",
  "observer",
  "owner",
  "read_only_user",
  "read_only_limited_user",
  "restricted_access",
  "user",
];

const targetTypes = ["user_reference", "schedule_reference"];

/** Source: PagerDuty, REST API, Create a new integration. */
const integrationTypes = [
  "aws_cloudwatch_inbound_integration",
  "cloudkick_inbound_integration",
  "event_transformer_api_inbound_integration",
  "events_api_v2_inbound_integration",
  "generic_email_inbound_integration",
  "generic_events_api_inbound_integration",
  "keynote_inbound_integration",
  "nagios_inbound_integration",
  "pingdom_inbound_integration",
  "sql_monitor_inbound_integration",
];

const hour = 3600;

function judgeLayer(layer: Value<types.input.ScheduleLayer>, name: string): Verdict {
  const turn = layer.at("rotationTurnLengthSeconds");
  return firstWrong([
    isThere(layer.at("rotationVirtualStart"), `The rotationVirtualStart of ${name}`),
    matches(
      layer.at("rotationVirtualStart"),
      isMoment,
      (text) => `The rotation of ${name} starts at ${text}, which is not RFC 3339.`,
    ),
    turn.isUnknown ||
      (turn.number() ?? 0) >= hour ||
      fault(
        turn,
        `A turn of ${name} lasts ${turn.number() ?? "no"} seconds; PagerDuty needs an hour or more.`,
      ),
    ...itemsOf(layer.at("users")).flatMap((user): Verdict[] => [
      isThere(user, `A person of ${name}`),
      matches(user, isId, (text) => `${name} calls ${text}, which is not a person's id.`),
    ]),
  ]);
}

function itemsOf<T>(list: Pick<AnyValue, "isUnknown"> & { items(): T[] }): T[] {
  return list.isUnknown ? [] : list.items();
}
