import { LoadTest as K6LoadTest } from "@pulumi/grafana/k6/loadTest.js";
import { Project } from "@pulumi/grafana/k6/project.js";
import { Schedule } from "@pulumi/grafana/k6/schedule.js";
import * as pulumi from "@pulumi/pulumi";
import { vendorName } from "../config/naming.ts";
import { Component } from "./component.ts";
import type { LoadTestArgs, LoadTestScope } from "./load-test/args.ts";
import { loadTestScript } from "./load-test/script.ts";
import { Scope } from "./scope.ts";

export type { LoadTestArgs } from "./load-test/args.ts";

/**
 * The load test on Grafana Cloud k6 (item 6.1): a project, the script that `npm run loadtest` runs too, and its
 * schedule. It needs a provider with the number of the Grafana stack, GRAFANA_K6_ACCESS_TOKEN, and the k6 app,
 * which a person installs in the Grafana stack.
 */
export class LoadTest extends Component {
  /** Grafana's id of the project. */
  readonly projectId: pulumi.Output<string>;
  /** Grafana's id of the test. */
  readonly testId: pulumi.Output<string>;

  /** @throws {pulumi.RunError} for production, which no schedule may put under load */
  constructor(name: string, args: LoadTestArgs, opts?: pulumi.ComponentResourceOptions) {
    super("LoadTest", name, opts);
    if (args.stage === "production") {
      throw new pulumi.RunError("LoadTest is for stages before production: production is not put under load");
    }
    const scope = new Scope(name, { parent: this }, args);

    const project = createProject(scope, args);
    const test = createTest(scope, args, project);
    scheduleTest(scope, args, test);

    this.projectId = project.id;
    this.testId = test.id;
    this.publish(scope);
  }
}

function createProject(scope: LoadTestScope, { project, stage }: LoadTestArgs): Project {
  return new Project(...scope.child("project", { name: vendorName(project, stage, "load") }));
}

function createTest(scope: LoadTestScope, args: LoadTestArgs, project: Project): K6LoadTest {
  return new K6LoadTest(
    ...scope.child("test", {
      projectId: project.id,
      name: vendorName(args.project, args.stage, "load"),
      script: loadTestScript(args),
    }),
  );
}

function scheduleTest(scope: LoadTestScope, { loadTest }: LoadTestArgs, test: K6LoadTest): void {
  new Schedule(
    ...scope.child("schedule", {
      loadTestId: test.id,
      starts: `${loadTest.start}T00:00:00Z`,
      cron: { schedule: loadTest.schedule, timezone: "UTC" },
    }),
  );
}
