import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { delimiter, dirname, join, resolve } from "node:path";

/**
 * Runs the Pulumi CLI with this project's policy pack, whatever the folder and whatever other packs the
 * environment names: `npm run pulumi:up -- --stack production`.
 */
const pack = join(dirname(import.meta.dirname), "policies");
const others = (process.env.PULUMI_OPTION_POLICY_PACK ?? "")
  .split(",")
  .filter(Boolean)
  .map((folder) => resolve(folder));

/** A secret or variable that a workflow does not have arrives empty, and would hide one of the stack's environment. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""));

const cli = createRequire(import.meta.url).resolve("pulumi/run.js");
const child = spawn(process.execPath, [cli, ...process.argv.slice(2)], {
  stdio: "inherit",
  env: {
    ...environment,
    PULUMI_OPTION_POLICY_PACK: [...new Set([...others, pack])].join(","),
    // The program runs on this Node.js.
    PATH: [dirname(process.execPath), process.env.PATH].filter(Boolean).join(delimiter),
  },
});
// An interrupt reaches the CLI from the terminal too: it ends in order, and is waited for.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.once("close", (status) => {
  process.exitCode = status ?? 1;
});
