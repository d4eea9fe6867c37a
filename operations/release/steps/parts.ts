import type { Settings } from "../../../config/settings.ts";
import type { Channel } from "../../announce/channel.ts";
import type { Link } from "../../announce/message.ts";
import type { Host } from "../../hosts/host.ts";
import type { Metrics } from "../../watch/watch.ts";
import type { Alerts, Decisions, Repository, Verifier } from "../ports.ts";
import type { Step } from "../step.ts";

/** What one stack runs on, and how it is looked at. */
export interface Stage {
  hosts: readonly Host[];
  verifier: Verifier;
  alerts: Alerts;
  /** Series of what runs. */
  metrics: Metrics;
}

/** Everything that the steps of a release reach. */
export interface Parts {
  stack: string;
  settings: Settings;
  production: Stage;
  staging: Stage;
  repository: Repository;
  decisions: Decisions;
  /** A channel by its name in the settings. */
  channel(name: string): Channel;
  /** Pages that people are sent to. */
  links: readonly Link[];
  /** Asks a deployment that serves nobody yet; the status of its health check. */
  health(url: string, signal: AbortSignal): Promise<number>;
  /** Steps that stand in for those of their name, such as one that migrates the database. */
  steps?: readonly Step[];
}
