import * as pulumi from "@pulumi/pulumi";
import { packageReference } from "../bridged.ts";
import { supabase } from "./package.ts";

/** Arguments of {@link getPooler}. */
export interface GetPoolerArgs {
  /** Project ref. */
  projectRef: string;
}

/** Arguments of {@link getPoolerOutput}. */
export interface GetPoolerOutputArgs {
  /** Project ref. */
  projectRef: pulumi.Input<string>;
}

/** What {@link getPooler} answers. */
export interface GetPoolerResult {
  /** Made up by the bridge. */
  readonly id: string;
  readonly projectRef: string;
  /** Connection string of the primary database by pool mode, with a placeholder for the password. */
  readonly url: Record<string, string>;
}

const token = "supabase:index/getPooler:getPooler";

/** Connection strings of a project's pooler, for values known to the program. */
export function getPooler(args: GetPoolerArgs, opts?: pulumi.InvokeOptions): Promise<GetPoolerResult> {
  const options = { version: supabase.version, ...opts };
  return pulumi.runtime.invoke(token, { projectRef: args.projectRef }, options, packageReference(supabase));
}

/** Connection strings of a project's pooler, for outputs. */
export function getPoolerOutput(
  args: GetPoolerOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetPoolerResult> {
  const options = { version: supabase.version, ...opts };
  const inputs = { projectRef: args.projectRef };
  return pulumi.runtime.invokeOutput(token, inputs, options, packageReference(supabase));
}
