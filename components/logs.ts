import * as pulumi from "@pulumi/pulumi";
import { LogStream } from "@pulumi/render";
import { LogDrain } from "@pulumi/vercel/logDrain.js";
import { vendorName } from "../config/naming.ts";
import { Component } from "./component.ts";
import type { LogsArgs, LogsScope } from "./logs/args.ts";
import { formatFor } from "./logs/formats.ts";
import { Scope } from "./scope.ts";

export type { LogsArgs } from "./logs/args.ts";

/**
 * The logs of both hosts in one place (item 5.9): a drain of the web application's project at Vercel, which
 * posts JSON over https, and the log stream of the Render workspace, which sends syslog (RFC 5424) over TLS.
 * In either, each line of the application is one JSON object (LOG_FORMAT, item 5.8).
 *
 * Vercel's drains need a Pro or Enterprise team. docs/logs.md says which aggregator accepts which of the two
 * directly, and which needs a collector in front of it.
 */
export class Logs extends Component {
  /** Vercel's id of the drain. */
  readonly drainId: pulumi.Output<string>;

  constructor(name: string, args: LogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Logs", name, opts);
    const scope = new Scope(name, { parent: this }, args);

    const drain = drainWeb(scope, args);
    if (args.workspaceStream ?? true) streamApi(scope, args);

    this.drainId = drain.id;
    this.publish(scope);
  }
}

function drainWeb(scope: LogsScope, args: LogsArgs): LogDrain {
  const { deliveryFormat, headers } = formatFor(args.logs.aggregator);
  const group = `/${vendorName(args.project, args.stage, "logs")}`;
  return new LogDrain(
    ...scope.child(
      "web",
      {
        teamId: args.team,
        name: vendorName(args.project, args.stage, "web"),
        projectIds: [args.webProjectId, ...(args.furtherProjectIds ?? [])],
        environments: ["production"],
        // Not `static`: it has a line for each file served from the cache, which is not worth its cost.
        sources: ["build", "edge", "external", "firewall", "lambda"],
        samplingRate: 1,
        endpoint: args.logs.endpoint,
        deliveryFormat,
        headers: pulumi.secret(pulumi.output(args.token).apply((token) => headers(token, group))),
      },
      { additionalSecretOutputs: ["secret"] },
    ),
  );
}

function streamApi(scope: LogsScope, { logs, token }: LogsArgs): void {
  new LogStream(
    ...scope.child("api", { preview: "drop", endpoint: logs.syslog, token: pulumi.secret(token) }),
  );
}
