import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { runCommand, runProgram, type Work } from "../lib/command.ts";
import { type ExitStatus, exitStatus } from "../lib/exit.ts";
import { Failure } from "../lib/failure.ts";
import { readStackSettings } from "../project/settings.ts";
import { findGoTool } from "../tools/go-tool.ts";
import { k6 } from "../tools/go-tools.ts";
import { type LoadTestPlan, loadTestPlan } from "./plan.ts";
import { isInZones, productionZones } from "./production.ts";

const root = dirname(import.meta.dirname);
const script = join(import.meta.dirname, "k6-loadtest.js");

/** k6's exit status when a threshold was crossed (go.k6.io/k6/errext/exitcodes). */
const thresholdsCrossed = 99;

interface Flags {
  stack: string;
  profile: "load" | "soak";
  target?: string;
  web?: string;
  virtualUsers?: number;
  duration?: number;
  pause?: number;
  summary?: string;
  allowProduction: boolean;
  debug: boolean;
}

const usage = `
The thresholds are the stack's objectives: P95, P99 and error rate (items 6.2 to 6.4).
To log in as the user in the settings, set LOADTEST_PASSWORD.

Example:
  npm run loadtest -- --stack staging --profile soak

Exit status: 0 every threshold held, 1 a threshold was crossed, 2 could not tell.`;

/** `npm run loadtest`: puts the hosts of a stack under load with k6. */
const command = new Command("loadtest")
  .description("Puts the hosts of a stack under load and checks them against its objectives.")
  .option("-s, --stack <name>", "the stack", "staging")
  .addOption(
    new Option("--profile <name>", "the length of the test").choices(["load", "soak"]).default("load"),
  )
  .option("--target <url>", "the API to test instead of the stack's", readUrl)
  .option("--web <url>", "the web application to test instead of the stack's or the --target", readUrl)
  .option("--virtual-users <number>", "concurrent users, overriding the settings", readCount)
  .option("--duration <seconds>", "length of the load profile, overriding the settings", readCount)
  .option("--pause <seconds>", "pause of a user after each round, overriding the settings", readCount)
  .option("--summary <file>", "write k6's end-of-test summary as JSON")
  .option("--allow-production", "allow the hosts of production as targets", false)
  .option("--debug", "print stack traces", false)
  .addHelpText("after", usage)
  .action(async (flags: Flags) => {
    await runCommand(flags, async ({ warn }) => ({ status: await loadTest(flags, warn), output: "" }));
  });

async function loadTest(flags: Flags, warn: Work["warn"]): Promise<ExitStatus> {
  const plan = withFlags(loadTestPlan(readStackSettings(root, flags.stack)), flags);
  const zones = productionZones(root);
  const [refused] = [plan.webUrl, plan.apiUrl].filter((url) => isInZones(url, zones));
  if (refused !== undefined && !flags.allowProduction) {
    throw new Failure("refused", `${refused} is production; pass --allow-production to put it under load`);
  }
  if (plan.user !== undefined && process.env.LOADTEST_PASSWORD === undefined) {
    warn("LOADTEST_PASSWORD is not set, so nobody logs in");
  }
  return runK6(await findGoTool(k6, process.env, console.error), plan, flags);
}

/** The plan with the overrides from the command line. */
function withFlags(plan: LoadTestPlan, flags: Flags): LoadTestPlan {
  const apiUrl = flags.target ?? plan.apiUrl;
  return {
    ...plan,
    apiUrl,
    webUrl: flags.web ?? flags.target ?? plan.webUrl,
    virtualUsers: flags.virtualUsers ?? plan.virtualUsers,
    durationSeconds: flags.duration ?? plan.durationSeconds,
    pauseSeconds: flags.pause ?? plan.pauseSeconds,
  };
}

/** The plan is passed in the environment, since every process can read a command line. */
async function runK6(command: string, plan: LoadTestPlan, flags: Flags): Promise<ExitStatus> {
  const child = spawn(
    command,
    [
      "run",
      "--no-usage-report",
      // Without the control server, so that two tests can run on one machine.
      "--address=",
      ...(process.stdout.isTTY ? [] : ["--quiet"]),
      ...(flags.summary === undefined ? [] : [`--summary-export=${flags.summary}`]),
      script,
    ],
    {
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, LOADTEST_PLAN: JSON.stringify(plan), LOADTEST_PROFILE: flags.profile },
    },
  );
  // The terminal interrupts k6 as well, which then ends the test in order; wait for it.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  const [status] = await once(child, "close");
  if (status === 0) return exitStatus.holds;
  return status === thresholdsCrossed ? exitStatus.doesNotHold : exitStatus.couldNotTell;
}

function readUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new InvalidArgumentError("Expected an http or https URL.");
  return `${url.origin}${url.pathname}`.replace(/\/$/, "");
}

function readCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("Expected a whole number of at least 1.");
  return Number(text);
}

await runProgram(command, process.argv.slice(2));
