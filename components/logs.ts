import * as pulumi from "@pulumi/pulumi";
import { LogStream } from "@pulumi/render";
import { LogDrain } from "@pulumi/vercel/logDrain.js";
import { vendorName } from "../config/naming.ts";
import type { Settings, Stage } from "../config/settings.ts";
import { formatFor } from "./logs/formats.ts";

export interface LogsArgs {
  stage: Stage;
  project: Settings["project"];
  /** Vercel team, `team_…`. */
  team: Settings["accounts"]["vercelTeam"];
  logs: Settings["logs"];
  /** Vercel's id of the web application's project. */
  webProjectId: pulumi.Input<string>;
  /** Token that the aggregator, or the collector in front of it, takes logs with. Stored as a secret. */
  token: pulumi.Input<string>;
  /**
   * Whether this stack sets the log stream of the whole Render workspace, of which there is one for all
   * stacks of a workspace: only one of them may declare it. Default: true.
   */
  workspaceStream?: boolean;
}

/**
 * The logs of both hosts in one place (item 5.9): a drain of the web application's project at Vercel, which
 * posts JSON over https, and the log stream of the Render workspace, which sends syslog (RFC 5424) over TLS.
 * Every line of the application is one JSON object in either (LOG_FORMAT, item 5.8).
 *
 * Vercel's drains need a Pro or Enterprise team. Which aggregator takes which of the two as it is, and where a
 * collector must stand in front of it: docs/logs.md.
 */
export class Logs extends pulumi.ComponentResource {
  /** Vercel's id of the drain. */
  readonly drainId: pulumi.Output<string>;

  constructor(name: string, args: LogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("optropic:index:Logs", name, {}, opts);

    const drain = drainWeb(this, name, args);
    if (args.workspaceStream ?? true) streamApi(this, name, args);

    this.drainId = drain.id;
    this.registerOutputs({ drainId: this.drainId });
  }
}

function drainWeb(parent: Logs, name: string, args: LogsArgs): LogDrain {
  const { deliveryFormat, headers } = formatFor(args.logs.aggregator);
  const group = `/${vendorName(args.project, args.stage, "logs")}`;
  return new LogDrain(
    `${name}-web`,
    {
      teamId: args.team,
      name: vendorName(args.project, args.stage, "web"),
      projectIds: [args.webProjectId],
      environments: ["production"],
      // Each file that is served from the cache is a line of `static`: what they cost is not worth it.
      sources: ["build", "edge", "external", "firewall", "lambda"],
      samplingRate: 1,
      endpoint: args.logs.endpoint,
      deliveryFormat,
      headers: pulumi.secret(pulumi.output(args.token).apply((token) => headers(token, group))),
    },
    { parent, additionalSecretOutputs: ["secret"] },
  );
}

function streamApi(parent: Logs, name: string, { logs, token }: LogsArgs): void {
  new LogStream(
    `${name}-api`,
    { preview: "drop", endpoint: logs.syslog, token: pulumi.secret(token) },
    { parent },
  );
}
