import type * as pulumi from "@pulumi/pulumi";
import type { LogStreamArgs } from "@pulumi/render";
import type { LogDrainArgs } from "@pulumi/vercel/logDrain.js";
import type { Settings, Stage } from "../../config/settings.ts";
import type { ComponentArgs, Scope } from "../scope.ts";

/**
 * @example
 * new Logs("logs", {
 *   stage: settings.stage,
 *   project: settings.project,
 *   team: settings.accounts.vercelTeam,
 *   logs: settings.logs,
 *   webProjectId: web.projectId,
 *   token: secretOf("logsToken"),
 *   transform: { web: { samplingRate: 0.5 } },
 * });
 */
export interface LogsArgs extends ComponentArgs<LogsChildren> {
  stage: Stage;
  project: Settings["project"];
  /** Vercel team, `team_…`. */
  team: Settings["accounts"]["vercelTeam"];
  logs: Settings["logs"];
  /** Vercel's id of the web application's project. */
  webProjectId: pulumi.Input<string>;
  /** Ids of further projects, whose logs go the same way. Default: none. */
  furtherProjectIds?: readonly pulumi.Input<string>[];
  /** Token with which the aggregator, or the collector in front of it, accepts logs. Stored as a secret. */
  token: pulumi.Input<string>;
  /**
   * Whether this stack sets the log stream of the Render workspace. All stacks of a workspace share that stream,
   * so only one of them may declare it. Default: true.
   */
  workspaceStream?: boolean;
}

/** The resources of a `Logs`. */
export interface LogsChildren {
  /** The drain of the web application's logs at Vercel. */
  web: LogDrainArgs;
  /** The log stream of the Render workspace. */
  api: LogStreamArgs;
}

export type LogsScope = Scope<LogsChildren>;
