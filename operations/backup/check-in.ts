import { randomUUID } from "node:crypto";
import { sendRequest } from "./http.ts";
import type { Reporter } from "./report.ts";

/**
 * Reports the state of a run to a cron monitor at Sentry, with one id for the run
 * (https://docs.sentry.io/product/crons/getting-started/http/). The monitor alerts by itself when a check-in is
 * missing.
 */
export function checkIns(url: string): Reporter {
  const run = randomUUID();
  const checkIn = (status: "in_progress" | "ok" | "error") => async (): Promise<void> => {
    const target = new URL(url);
    target.searchParams.set("check_in_id", run);
    target.searchParams.set("status", status);
    await sendRequest(target);
  };
  return {
    name: "check-in",
    begun: checkIn("in_progress"),
    succeeded: checkIn("ok"),
    failed: checkIn("error"),
  };
}
