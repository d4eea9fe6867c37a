import { backupAlerts } from "./alerts/backups.ts";
import { budgetAlerts } from "./alerts/budget.ts";
import { databaseAlerts } from "./alerts/database.ts";
import { missingAlerts } from "./alerts/missing.ts";
import type { AlertContext, AlertDraft, AlertObjectives, AlertRule } from "./alerts/rule.ts";
import { serviceAlerts } from "./alerts/service.ts";

export type {
  AlertGroup,
  AlertName,
  AlertObjectives,
  AlertRule,
  ContactRole,
  DashboardUid,
  Severity,
} from "./alerts/rule.ts";
export { alertGroups, alertNames, dashboardUids } from "./alerts/rule.ts";

/** Where the pages are that an alert links to: URLs without a slash at the end. */
export interface AlertLinks {
  /** Grafana; a dashboard is at `/d/<uid>` below it. */
  readonly grafana: string;
  /** The runbooks; that of an alert is `<name>.md` below it. */
  readonly runbooks: string;
}

export interface AlertOptions {
  /**
   * Factor on every length of time: windows and `for`. 1 unless a test wants hours to pass in seconds. Thresholds
   * stay, and so does the age that a backup may have.
   */
  readonly scale?: number;
  /** Parts of the platform with hosts beside the first of each kind. Default: none. */
  readonly further?: readonly string[];
}

/**
 * The alert rules of the platform (items 5.6, S6.2, A.1 to A.5). Each threshold is one of the objectives. What a
 * rule's expression returns is firing, whatever its value is; nothing returned is well.
 */
export function alertRules(
  objectives: AlertObjectives,
  links: AlertLinks,
  { scale = 1, further = [] }: AlertOptions = {},
): AlertRule[] {
  const context: AlertContext = { objectives, further, span: (seconds) => seconds * scale };
  const drafts = [serviceAlerts, budgetAlerts, databaseAlerts, backupAlerts].flatMap((alerts) =>
    alerts(context),
  );
  return [...drafts, ...missingAlerts(context, drafts)].map((draft) => linked(draft, links));
}

function linked(draft: AlertDraft, { grafana, runbooks }: AlertLinks): AlertRule {
  return {
    ...draft,
    dashboardUrl: `${grafana.replace(/\/+$/, "")}/d/${draft.dashboard}`,
    runbook: `docs/runbooks/${draft.name}.md`,
    runbookUrl: `${runbooks.replace(/\/+$/, "")}/${draft.name}.md`,
  };
}
