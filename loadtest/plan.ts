import type { Settings } from "../config/settings.ts";

/** Everything that the k6 script needs except the password. */
export interface LoadTestPlan {
  /** Origins without a trailing slash. */
  readonly webUrl: string;
  readonly apiUrl: string;
  readonly healthCheckPath: string;
  readonly loginPath: string;
  /** More paths of the API to request in each round. */
  readonly paths: readonly string[];
  /** E-mail address to log in with; without one, nobody logs in. */
  readonly user?: string | undefined;
  readonly virtualUsers: number;
  readonly pauseSeconds: number;
  /** Length of a test, ramps included. */
  readonly durationSeconds: number;
  readonly soakMinutes: number;
  readonly loadZone: string;
  /** Items 6.2 to 6.4. */
  readonly objectives: { readonly p95Ms: number; readonly p99Ms: number; readonly errorRatePercent: number };
}

/** The load test of a stack against its own hosts. */
export function loadTestPlan(
  settings: Pick<Settings, "domains" | "api" | "loadTest" | "objectives">,
): LoadTestPlan {
  const { domains, api, loadTest, objectives } = settings;
  return {
    webUrl: `https://${domains.web}`,
    apiUrl: `https://${domains.api}`,
    healthCheckPath: api.healthCheckPath,
    loginPath: api.loginPath,
    paths: loadTest.paths,
    user: loadTest.user,
    virtualUsers: loadTest.virtualUsers,
    pauseSeconds: loadTest.pauseSeconds,
    durationSeconds: loadTest.durationSeconds,
    soakMinutes: loadTest.soakMinutes,
    loadZone: loadTest.loadZone,
    objectives: {
      p95Ms: objectives.p95Ms,
      p99Ms: objectives.p99Ms,
      errorRatePercent: objectives.errorRatePercent,
    },
  };
}
