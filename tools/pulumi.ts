import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

// Runs the Pulumi CLI with this project's policy pack, whatever the folder and whatever other packs the
// environment names: `npm run pulumi:up -- --stack production`.
const pack = join(dirname(import.meta.dirname), "policies");
const others = (process.env.PULUMI_OPTION_POLICY_PACK ?? "")
  .split(",")
  .filter(Boolean)
  .map((folder) => resolve(folder));

// A secret that a workflow does not have arrives empty, and would hide that of the stack's own environment at
// Pulumi Cloud. A passphrase may be empty and means it.
const given = Object.entries(process.env).filter(
  ([name, value]) => value !== "" || name === "PULUMI_CONFIG_PASSPHRASE",
);

const cli = createRequire(import.meta.url).resolve("pulumi/run.js");
const child = spawn(process.execPath, [cli, ...process.argv.slice(2)], {
  stdio: "inherit",
  env: {
    ...Object.fromEntries(given),
    PULUMI_OPTION_POLICY_PACK: [...new Set([...others, pack])].join(","),
  },
});
// An interrupt reaches the CLI from the terminal too: it ends in order, and is waited for.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.once("close", (status) => {
  process.exitCode = status ?? 1;
});
