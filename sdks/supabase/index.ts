/**
 * `@pulumi/supabase`: the resources of Terraform's provider supabase/supabase that this project declares,
 * with the names, tokens and properties that `pulumi package add terraform-provider supabase/supabase` gives
 * them; and, by dynamic providers, two that it lacks: {@link AddOn} and {@link PoolerConfig}.
 */
export { AddOn, type AddOnArgs } from "./add-on.ts";
export {
  type GetPoolerArgs,
  type GetPoolerOutputArgs,
  type GetPoolerResult,
  getPooler,
  getPoolerOutput,
} from "./get-pooler.ts";
export { PoolerConfig, type PoolerConfigArgs } from "./pooler-config.ts";
export { Project, type ProjectArgs, type ProjectState } from "./project.ts";
export { Provider, type ProviderArgs } from "./provider.ts";
export { Settings, type SettingsArgs, type SettingsState } from "./settings.ts";
export type * from "./types.ts";
