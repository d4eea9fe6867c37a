import {
  type ActionFilter,
  Alert,
  getProjectIssueStreamMonitorOutput,
  type Project,
  type Team,
  type TriggerCondition,
} from "@pulumi/sentry";
import { vendorName } from "../../config/naming.ts";
import type { ErrorTrackingArgs } from "../error-tracking.ts";
import type { Monitors } from "./monitors.ts";
import type { PagerTarget } from "./pager.ts";
import type { ErrorTrackingScope } from "./scope.ts";

/** An issue is new, was resolved and is back, or is back from the archive. */
const appears: TriggerCondition[] = [
  { firstSeenEvent: {} },
  { regressionEvent: {} },
  { reappearedEvent: {} },
];

/** New and regressed issues go to the team by e-mail; incidents page too, where there is a pager. */
export function createAlerts(
  { name, organization, options }: ErrorTrackingScope,
  args: Pick<ErrorTrackingArgs, "stage" | "project">,
  project: Project,
  team: Team,
  { incidents }: Monitors,
  pager: PagerTarget | undefined,
): void {
  const mail: ActionFilter = {
    logicType: "all",
    actions: [{ email: { targetType: "team", targetId: team.internalId } }],
  };
  const page: ActionFilter[] =
    pager === undefined
      ? []
      : [{ logicType: "all", actions: [{ pagerduty: { ...pager, severity: "critical" } }] }];

  const stream = getProjectIssueStreamMonitorOutput(
    { organization, project: project.id, first: true },
    options,
  );
  new Alert(
    `${name}-issue-alert`,
    {
      organization,
      name: vendorName(args.project, args.stage, "issues"),
      monitorIds: [stream.id],
      triggerConditions: appears,
      actionFilters: [mail],
      frequencyMinutes: 60,
      enabled: true,
    },
    options,
  );
  new Alert(
    `${name}-incident-alert`,
    {
      organization,
      name: vendorName(args.project, args.stage, "incidents"),
      monitorIds: incidents.map(({ id }) => id),
      triggerConditions: appears,
      actionFilters: [...page, mail],
      frequencyMinutes: 30,
      enabled: true,
    },
    options,
  );
}
