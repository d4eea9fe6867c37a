import { Command } from "commander";
import { withLiveOptions } from "./adopt/live.ts";
import type { JudgeFlags } from "./adopt/run-judge.ts";
import { withReportOptions } from "./report-options.ts";

/** `optropic judge`: judges what the vendors have, without a program or a state. */
export function judgeCommand(): Command {
  const command = new Command("judge")
    .description(
      "Reads what the vendors have, with tokens that may only read, and judges it by the checklist. It needs no program and no state, and changes nothing. What a token may not read is unknown.",
    )
    .option("-s, --stack <name>", "a name for what is judged", "live")
    .option("--project <name>", "a name for the platform", "platform")
    .option("--policy-pack-config <file>", "the configuration of the checklist's policy pack");
  withReportOptions(command)
    .option("--json", "print one JSON document and nothing else", false)
    .option("--no-color", "print without colors");
  return withLiveOptions(command)
    .addHelpText(
      "after",
      "\nExample:\n  $ CLOUDFLARE_API_TOKEN=… VERCEL_API_TOKEN=… optropic judge --without render\n\nTokens: CLOUDFLARE_API_TOKEN, VERCEL_API_TOKEN, RENDER_API_KEY, SUPABASE_ACCESS_TOKEN, GRAFANA_AUTH, SENTRY_AUTH_TOKEN, PAGERDUTY_TOKEN.\n\nExit status: 0 the checklist holds, 1 it does not hold, 2 could not tell.",
    )
    .action(async (flags: JudgeFlags, own: Command) => {
      const { runJudge } = await import("./adopt/run-judge.ts");
      await runJudge(flags, own);
    });
}
