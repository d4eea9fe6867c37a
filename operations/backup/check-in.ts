import { randomUUID } from "node:crypto";
import { reasonOf } from "../../lib/failure.ts";

type Status = "in_progress" | "ok" | "error";

const timeoutMs = 10_000;
const attempts = 3;

/**
 * Reports the state of a run to a cron monitor at Sentry, with one id for the run
 * (https://docs.sentry.io/product/crons/getting-started/http/). A check-in that fails is only a warning,
 * because the monitor alerts by itself when one is missing.
 */
export function checkIns(
  url: string | undefined,
  warn: (message: string) => void,
): (status: Status) => Promise<void> {
  if (url === undefined) return async () => undefined;
  const run = randomUUID();
  return async (status) => {
    const target = new URL(url);
    target.searchParams.set("check_in_id", run);
    target.searchParams.set("status", status);
    let problem = "";
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      try {
        const response = await fetch(target, { signal: AbortSignal.timeout(timeoutMs), redirect: "error" });
        await response.body?.cancel();
        if (response.ok) return;
        problem = `status ${response.status}`;
        if (response.status < 500 && response.status !== 429) break;
      } catch (error) {
        problem = reasonOf(error);
      }
    }
    warn(`check-in ${status} failed: ${problem}`);
  };
}
