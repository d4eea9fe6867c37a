import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../../metrics/contract.ts";

/** What every step of the component needs. */
export interface ObservabilityScope {
  /** Name of the component, with which the names of its children begin. */
  readonly name: string;
  /** Parent and provider of each child. */
  readonly options: pulumi.CustomResourceOptions;
}

/** Public URL of each host, `https://` and no trailing slash. */
export type HostUrls = Readonly<Record<Host, string>>;
