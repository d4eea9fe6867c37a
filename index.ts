import { loadSettings } from "./config/load.ts";
import { loadSecrets } from "./config/secrets.ts";
import { platform, secretsOf } from "./platform.ts";

const settings = loadSettings();

// Each named export is an output of the stack, also of a program that re-exports all of this one.
export const {
  release,
  webUrl,
  webHosts,
  webProjectId,
  apiUrl,
  apiServiceId,
  healthCheckPath,
  loginPath,
  zone,
  zoneId,
  zoneNameServers,
  zoneDsRecord,
  databaseRef,
  databaseApiUrl,
  databaseRoleNames,
  databaseProbeUrl,
  backupBucket,
  backupEndpoint,
  backupPrefix,
  backupRegion,
  backupJobId,
  backupCheckInUrl,
  objectives,
  contacts,
  dashboardUrl,
  dashboardUrls,
  alertsUrl,
  metricsUrls,
  metricsToken,
  secretFingerprints,
  errorTrackingUrl,
  errorTrackingProject,
  sentryDsn,
  statusPageUrl,
  onCallUrl,
  escalationUrl,
} = platform(settings, loadSecrets(secretsOf(settings)));
