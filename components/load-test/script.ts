import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { loadTestPlan } from "../../loadtest/plan.ts";
import type { LoadTestArgs } from "./args.ts";

/** The script, preceded by its plan and password, since k6 in the cloud has no environment for them. Secret. */
export function loadTestScript(args: LoadTestArgs): pulumi.Output<string> {
  const script = readFileSync(new URL("../../loadtest/k6-loadtest.js", import.meta.url), "utf8");
  const plan = JSON.stringify(loadTestPlan(args));
  return pulumi.secret(
    pulumi
      .output(args.password)
      .apply((password) =>
        [
          `globalThis.LOADTEST_PLAN = ${plan};`,
          `globalThis.LOADTEST_PASSWORD = ${JSON.stringify(password)};`,
          script,
        ].join("\n"),
      ),
  );
}
