import type * as pulumi from "@pulumi/pulumi";
import { BridgedResource, type InputKinds, isOfType, type LookupOptions, type Out } from "../bridged.ts";
import { render } from "./package.ts";

/** Inputs of {@link LogStream}. */
export interface LogStreamArgs {
  /** What happens to the logs of previews. */
  preview: pulumi.Input<"send" | "drop">;
  /** Host and port that take the logs. */
  endpoint?: pulumi.Input<string>;
  /** Token of the endpoint, a secret. */
  token?: pulumi.Input<string>;
}

/** What a lookup of a {@link LogStream} may state. */
export type LogStreamState = Partial<LogStreamArgs>;

const inputs: InputKinds<LogStreamArgs> = {
  preview: "required",
  endpoint: "optional",
  token: "optional secret",
};

/** The log stream of the workspace, of which there is one: Terraform's `render_log_stream`. */
export class LogStream extends BridgedResource {
  /** @internal */
  static readonly __pulumiType = "render:index/logStream:LogStream";

  declare readonly endpoint: Out<string | undefined>;
  declare readonly preview: Out<string>;
  declare readonly token: Out<string | undefined>;

  constructor(name: string, args: LogStreamArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, state: LogStreamState, opts: LookupOptions);
  constructor(name: string, values: LogStreamState, opts?: pulumi.CustomResourceOptions) {
    super({ package: render, type: LogStream.__pulumiType, inputs }, name, values, opts);
  }

  /** The existing stream. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: LogStreamState = {},
    opts?: pulumi.CustomResourceOptions,
  ): LogStream {
    return new LogStream(name, state, { ...opts, id });
  }

  static override isInstance(value: unknown): value is LogStream {
    return isOfType(value, LogStream.__pulumiType);
  }
}
