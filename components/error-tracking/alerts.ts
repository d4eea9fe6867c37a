import {
  type ActionFilter,
  Alert,
  getProjectIssueStreamMonitorOutput,
  type Project,
  type Team,
  type TriggerCondition,
} from "@pulumi/sentry";
import { vendorName } from "../../config/naming.ts";
import type { ErrorTrackingArgs, ErrorTrackingScope } from "./args.ts";
import type { Incident } from "./monitors.ts";
import type { PagerTarget } from "./pager.ts";

/** What alerts report, and to whom. */
export interface AlertTargets {
  readonly project: Project;
  readonly team: Team;
  /** Monitors whose issues are incidents. */
  readonly incidents: readonly Incident[];
  readonly pager: PagerTarget | undefined;
}

/** New and regressed issues go to the team by e-mail. Incidents also page, where there is a pager. */
export function createAlerts(
  scope: ErrorTrackingScope,
  args: Pick<ErrorTrackingArgs, "stage" | "project" | "errorTracking">,
  { project, team, incidents, pager }: AlertTargets,
): void {
  const { organization } = args.errorTracking;
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
    scope.options,
  );
  new Alert(
    ...scope.child("issueAlert", {
      organization,
      name: vendorName(args.project, args.stage, "issues"),
      monitorIds: [stream.id],
      triggerConditions: appears,
      actionFilters: [mail],
      frequencyMinutes: 60,
      enabled: true,
    }),
  );
  new Alert(
    ...scope.child("incidentAlert", {
      organization,
      name: vendorName(args.project, args.stage, "incidents"),
      monitorIds: incidents.map(({ id }) => id),
      triggerConditions: appears,
      actionFilters: [...page, mail],
      frequencyMinutes: 30,
      enabled: true,
    }),
  );
}

/** An issue is new, or it returns after it was resolved or archived. */
const appears: TriggerCondition[] = [
  { firstSeenEvent: {} },
  { regressionEvent: {} },
  { reappearedEvent: {} },
];
