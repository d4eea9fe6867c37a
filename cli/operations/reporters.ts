import { Failure } from "../../lib/failure.ts";
import { checkIns } from "../../operations/backup/check-in.ts";
import { metricsFile, pushgateway } from "../../operations/backup/metrics.ts";
import { mail, webhook } from "../../operations/backup/notify.ts";
import type { Reporter } from "../../operations/backup/report.ts";
import type { BackupVariables } from "./environment.ts";

/**
 * Who is told how a backup ended: those whom the environment names.
 *
 * @throws {Failure} `refused`, when a part of the mail's settings is missing
 */
export function reportersOf(variables: BackupVariables, stack: string): Reporter[] {
  const {
    BACKUP_CHECK_IN_URL: checkIn,
    BACKUP_WEBHOOK_URL: hook,
    BACKUP_METRICS_FILE: file,
    BACKUP_PUSHGATEWAY_URL: gateway,
  } = variables;
  return [
    ...(checkIn === undefined ? [] : [checkIns(checkIn)]),
    ...(hook === undefined ? [] : [webhook(hook)]),
    ...mailOf(variables),
    ...(file === undefined ? [] : [metricsFile(file)]),
    ...(gateway === undefined ? [] : [pushgateway(gateway, stack)]),
  ];
}

/** Half a setting would be noticed on the day when a mail is missing. */
function mailOf({
  BACKUP_SMTP_URL: server,
  BACKUP_MAIL_FROM: from,
  BACKUP_MAIL_TO: to,
}: BackupVariables): Reporter[] {
  const parts = { BACKUP_SMTP_URL: server, BACKUP_MAIL_FROM: from, BACKUP_MAIL_TO: to };
  if (server !== undefined && from !== undefined && to !== undefined) return [mail({ server, from, to })];
  const missing = Object.entries(parts).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length === Object.keys(parts).length) return [];
  throw new Failure("refused", `Mail of failures also needs ${missing.join(" and ")}`);
}
