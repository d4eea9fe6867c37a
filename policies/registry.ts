import { items } from "../checklist/items.ts";
import * as alertCoverage from "./alert-coverage.ts";
import * as alertDetails from "./alert-details.ts";
import * as alerts from "./alerts.ts";
import * as backupObjectives from "./backup-objectives.ts";
import * as backupRetention from "./backup-retention.ts";
import * as backupStrategy from "./backup-strategy.ts";
import * as cdn from "./cdn.ts";
import * as contacts from "./contacts.ts";
import * as dashboards from "./dashboards.ts";
import * as database from "./database.ts";
import * as databaseBackups from "./database-backups.ts";
import * as databaseConnections from "./database-connections.ts";
import * as delivery from "./delivery.ts";
import * as environment from "./environment.ts";
import * as errorTracking from "./error-tracking.ts";
import * as errorTrackingAlerts from "./error-tracking-alerts.ts";
import type { Policy } from "./framework/index.ts";
import * as health from "./health.ts";
import * as logs from "./logs.ts";
import * as metrics from "./metrics.ts";
import * as notifications from "./notifications.ts";
import * as onCall from "./on-call.ts";
import * as platform from "./platform.ts";
import * as render from "./render.ts";
import * as repository from "./repository.ts";
import * as repositorySecurity from "./repository-security.ts";
import * as secretStorage from "./secret-storage.ts";
import * as secrets from "./secrets.ts";
import * as securityCors from "./security-cors.ts";
import * as securityCsp from "./security-csp.ts";
import * as securityHeaders from "./security-headers.ts";
import * as securityHttps from "./security-https.ts";
import * as securityInjection from "./security-injection.ts";
import * as securityLogs from "./security-logs.ts";
import * as securityRateLimits from "./security-rate-limits.ts";
import * as securityTls from "./security-tls.ts";
import * as vercel from "./vercel.ts";
import { waiversValid } from "./waivers.ts";

/** Every section file exports policies and nothing else, so none can be left out of the pack. */
const sections = [
  repository,
  repositorySecurity,
  delivery,
  environment,
  secrets,
  secretStorage,
  database,
  databaseBackups,
  databaseConnections,
  securityCors,
  securityCsp,
  securityHeaders,
  securityHttps,
  securityInjection,
  securityLogs,
  securityRateLimits,
  securityTls,
  errorTracking,
  errorTrackingAlerts,
  metrics,
  dashboards,
  alerts,
  alertCoverage,
  alertDetails,
  health,
  logs,
  cdn,
  platform,
  vercel,
  render,
  backupStrategy,
  backupRetention,
  backupObjectives,
  notifications,
  onCall,
  contacts,
];

const order: readonly string[] = items.map(({ id }) => id);

/** Every policy of the pack, in the order of the checklist; the rule about waivers comes last. */
export const registry: readonly Policy[] = [
  ...sections.flatMap((section) => Object.values<Policy>(section)).sort(byItem),
  waiversValid,
];

/** Names that a waiver may give: a waiver cannot waive the rule about waivers. */
export const waivable: ReadonlySet<string> = new Set(
  registry.filter((policy) => policy !== waiversValid).map(({ name }) => name),
);

/** By first item, then by name, since a module's exports have no order of their own. */
function byItem(one: Policy, other: Policy): number {
  const place = (policy: Policy) => order.indexOf(policy.items[0] ?? "");
  return place(one) - place(other) || one.name.localeCompare(other.name, "en");
}
