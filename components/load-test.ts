import { readFileSync } from "node:fs";
import { LoadTest as K6LoadTest } from "@pulumi/grafana/k6/loadTest.js";
import { Project } from "@pulumi/grafana/k6/project.js";
import { Schedule } from "@pulumi/grafana/k6/schedule.js";
import * as pulumi from "@pulumi/pulumi";
import { vendorName } from "../config/naming.ts";
import type { Settings, Stage } from "../config/settings.ts";
import { loadTestPlan } from "../loadtest/plan.ts";

export interface LoadTestArgs {
  /** Anything but production. */
  stage: Stage;
  project: Settings["project"];
  /** Hosts that are put under load. */
  domains: Settings["domains"];
  api: Settings["api"];
  loadTest: Settings["loadTest"];
  /** Thresholds: items 6.2 to 6.4. */
  objectives: Settings["objectives"];
  /** Password of the test's own user. The script holds it, so the script is a secret. */
  password: pulumi.Input<string>;
}

/**
 * The load test on Grafana Cloud k6 (item 6.1): a project, the script that `npm run loadtest` runs too, and its
 * schedule. It needs a provider with the stack's number and GRAFANA_K6_ACCESS_TOKEN, and the k6 app, which a
 * person installs in the Grafana stack.
 */
export class LoadTest extends pulumi.ComponentResource {
  /** Grafana's id of the project. */
  readonly projectId: pulumi.Output<string>;
  /** Grafana's id of the test. */
  readonly testId: pulumi.Output<string>;

  /** @throws {pulumi.RunError} for production, which no schedule may put under load */
  constructor(name: string, args: LoadTestArgs, opts?: pulumi.ComponentResourceOptions) {
    super("optropic:index:LoadTest", name, {}, opts);
    if (args.stage === "production") {
      throw new pulumi.RunError("LoadTest is for stages before production: production is not put under load");
    }

    const project = new Project(
      `${name}-project`,
      { name: vendorName(args.project, args.stage, "load") },
      { parent: this },
    );
    const test = new K6LoadTest(
      `${name}-test`,
      { projectId: project.id, name: vendorName(args.project, args.stage, "load"), script: scriptOf(args) },
      { parent: this },
    );
    new Schedule(
      `${name}-schedule`,
      {
        loadTestId: test.id,
        starts: `${args.loadTest.start}T00:00:00Z`,
        cron: { schedule: args.loadTest.schedule, timezone: "UTC" },
      },
      { parent: this },
    );

    this.projectId = project.id;
    this.testId = test.id;
    this.registerOutputs({ projectId: this.projectId, testId: this.testId });
  }
}

/** The script with its plan and password in front, which k6 in the cloud has no environment for. */
function scriptOf(args: LoadTestArgs): pulumi.Output<string> {
  const script = readFileSync(new URL("../loadtest/k6-loadtest.js", import.meta.url), "utf8");
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
