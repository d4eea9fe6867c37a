import type * as pulumi from "@pulumi/pulumi";
import type {
  BackgroundWorkerArgs,
  CronJobArgs,
  PrivateServiceArgs,
  StaticSiteArgs,
  WebServiceArgs,
} from "@pulumi/render";
import type { FurtherService } from "../../config/further.ts";
import type { Settings, Stage } from "../../config/settings.ts";
import type { EnvironmentVariable } from "../environment.ts";
import type { ComponentArgs } from "../scope.ts";

/**
 * @example
 * new Service("service-mailer", {
 *   stage: settings.stage,
 *   project: settings.project,
 *   part: "mailer",
 *   api: settings.api,
 *   service: {
 *     kind: "worker",
 *     runtime: "node",
 *     plan: "standard",
 *     scaling: settings.api.scaling,
 *     buildCommand: "npm ci",
 *     startCommand: "npm run mailer",
 *     variables: "platform",
 *   },
 *   environmentId: "evm-1",
 *   variables,
 *   transform: { worker: { maxShutdownDelaySeconds: 120 } },
 * });
 */
export interface ServiceArgs extends ComponentArgs<ServiceChildren> {
  stage: Stage;
  /** Name, GitHub repository, and branch. */
  project: Settings["project"];
  /** The part of the platform that it is, by which it is named. */
  part: string;
  /** Region, and when it deploys by itself: the API's. */
  api: Pick<Settings["api"], "region" | "autoDeploy">;
  service: FurtherService;
  /** Render project environment, `evm-…`. Default: none. */
  environmentId?: pulumi.Input<string> | undefined;
  /** Variables of section 2. */
  variables: readonly EnvironmentVariable[];
}

/** The resources of a `Service`: one of them. */
export interface ServiceChildren {
  /** A service that answers at a host. */
  service: WebServiceArgs;
  /** A service that only the private network reaches. */
  private: PrivateServiceArgs;
  worker: BackgroundWorkerArgs;
  /** A job that runs on a schedule. */
  job: CronJobArgs;
  /** A site of files. */
  site: StaticSiteArgs;
}
