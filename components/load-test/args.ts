import type { LoadTestArgs as K6LoadTestArgs } from "@pulumi/grafana/k6/loadTest.js";
import type { ProjectArgs } from "@pulumi/grafana/k6/project.js";
import type { ScheduleArgs } from "@pulumi/grafana/k6/schedule.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Settings, Stage } from "../../config/settings.ts";
import type { ComponentArgs, Scope } from "../scope.ts";

/**
 * @example
 * new LoadTest("load-test", {
 *   stage: "staging",
 *   project: settings.project,
 *   domains: settings.domains,
 *   api: settings.api,
 *   loadTest: settings.loadTest,
 *   objectives: settings.objectives,
 *   password: secretOf("loadTestPassword"),
 *   transform: { schedule: { cron: { schedule: "0 3 * * 6", timezone: "UTC" } } },
 * });
 */
export interface LoadTestArgs extends ComponentArgs<LoadTestChildren> {
  /** Any stage but production. */
  stage: Stage;
  project: Settings["project"];
  /** Hosts that are put under load. */
  domains: Settings["domains"];
  api: Settings["api"];
  loadTest: Settings["loadTest"];
  /** Thresholds of items 6.2 to 6.4. */
  objectives: Settings["objectives"];
  /** Password of the test's own user. The script contains it, so the script is a secret. */
  password: pulumi.Input<string>;
}

/** The resources of a `LoadTest`. */
export interface LoadTestChildren {
  project: ProjectArgs;
  test: K6LoadTestArgs;
  schedule: ScheduleArgs;
}

export type LoadTestScope = Scope<LoadTestChildren>;
