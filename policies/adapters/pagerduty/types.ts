import type { Value } from "../../framework/index.ts";
import type * as other from "../../model/other-args.ts";
import { longestHoldSeconds } from "../../model/pager-silence.ts";
import { doubt, type ResourceTypes, typeOf } from "../../model/resource-type.ts";
import { pagerduty, pagerRules, pagerWebhook } from "../../model/tokens.ts";

/** A step that leaves the incident and whom it calls as they are. */
const isOfTelling = (step: Value<other.PagerWorkflowStep>): boolean =>
  !/resolve|acknowledge|reassign|escalat|snooze|merge|urgency|incident-status|priority/i.test(
    [step.at("action"), step.at("name")].map((text) => text.string() ?? "").join(" "),
  );

/** Types of PagerDuty's provider up to version 3.4 of its package, with those of Terraform's provider since. */
export const resourceTypes: ResourceTypes = {
  vendor: "PagerDuty",
  judged: [
    ...Object.values(pagerduty),
    pagerRules.notification,
    pagerRules.window,
    ...pagerRules.rules,
    pagerWebhook,
  ],
  harmless: [
    [
      "says who belongs together, or how something is called",
      [
        "BusinessService",
        "BusinessServiceSubscriber",
        "IncidentCustomField",
        "IncidentCustomFieldOption",
        "IncidentType",
        "IncidentTypeCustomField",
        "License",
        "ServiceCustomField",
        "ServiceCustomFieldValue",
        "ServiceDependency",
        "Tag",
        "TagAssignment",
        "Team",
        "TeamMembership",
      ],
    ],
    [
      "tells others beside those on call, or says where a person is reached",
      [
        "Addon",
        "AutomationActionsAction",
        "AutomationActionsActionServiceAssociation",
        "AutomationActionsActionTeamAssociation",
        "AutomationActionsRunner",
        "AutomationActionsRunnerTeamAssociation",
        "Extension",
        "ExtensionServiceNow",
        "IncidentWorkflowTrigger",
        "JiraCloudAccountMappingRule",
        "ResponsePlay",
        "SlackConnection",
        "UserContactMethod",
        "UserHandoffNotificationRule",
      ],
    ],
    [
      "holds rules, which are resources of their own",
      [
        "EventOrchestration",
        "EventOrchestrationGlobalCacheVariable",
        "EventOrchestrationIntegration",
        "EventOrchestrationServiceCacheVariable",
        "Ruleset",
      ],
    ],
  ],
  doubtful: [
    doubt(
      typeOf<other.PagerGroupingArgs>("pagerduty:index/alertGroupingSetting:AlertGroupingSetting"),
      "may add an alert to an incident that somebody has already answered",
      (it) =>
        it.at("type").string() !== "time" ||
        (it.at("config", "timeout").number() ?? 0) <= longestHoldSeconds.group,
    ),
    doubt(
      typeOf<other.PagerWorkflowArgs>("pagerduty:index/incidentWorkflow:IncidentWorkflow"),
      "may close an incident, or put it to somebody else, before anybody has answered it",
      (it) => it.at("steps").items().every(isOfTelling),
    ),
    { name: "EventOrchestrationRouter", may: "may send an alert to another service" },
    { name: "EventRule", may: "may suppress an alert" },
  ],
};
