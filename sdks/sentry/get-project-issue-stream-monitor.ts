import * as pulumi from "@pulumi/pulumi";
import { packageReference } from "../bridged.ts";
import { sentry } from "./package.ts";

/** Arguments of {@link getProjectIssueStreamMonitor}. */
export interface GetProjectIssueStreamMonitorArgs {
  /** Slug of the organisation. */
  organization: string;
  /** Slug of the project. */
  project: string;
  /** Whether to take the first where there are several, which is an error otherwise. */
  first?: boolean;
}

/** Arguments of {@link getProjectIssueStreamMonitorOutput}. */
export interface GetProjectIssueStreamMonitorOutputArgs {
  /** Slug of the organisation. */
  organization: pulumi.Input<string>;
  /** Slug of the project. */
  project: pulumi.Input<string>;
  /** Whether to take the first where there are several, which is an error otherwise. */
  first?: pulumi.Input<boolean>;
}

/** What {@link getProjectIssueStreamMonitor} answers. */
export interface GetProjectIssueStreamMonitorResult {
  /** What alerts name the monitor by. */
  readonly id: string;
  readonly organization: string;
  readonly project: string;
  readonly first?: boolean;
  readonly enabled: boolean;
  readonly name: string;
  readonly description: string;
  readonly owner: { readonly teamId: string; readonly userId: string };
}

const token = "sentry:index/getProjectIssueStreamMonitor:getProjectIssueStreamMonitor";

/** The monitor that Sentry gives each project, of all its issues, for values known to the program. */
export function getProjectIssueStreamMonitor(
  args: GetProjectIssueStreamMonitorArgs,
  opts?: pulumi.InvokeOptions,
): Promise<GetProjectIssueStreamMonitorResult> {
  const options = { version: sentry.version, ...opts };
  return pulumi.runtime.invoke(token, { ...args }, options, packageReference(sentry));
}

/** The monitor that Sentry gives each project, of all its issues, for outputs. */
export function getProjectIssueStreamMonitorOutput(
  args: GetProjectIssueStreamMonitorOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetProjectIssueStreamMonitorResult> {
  const options = { version: sentry.version, ...opts };
  return pulumi.runtime.invokeOutput(token, { ...args }, options, packageReference(sentry));
}
