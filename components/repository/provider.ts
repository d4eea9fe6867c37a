import { Provider } from "@pulumi/github/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { RepositoryScope, RepositorySettings } from "./args.ts";

/** The connection to GitHub as the owner in the settings. The token comes from the environment, GITHUB_TOKEN. */
export function createProvider(
  scope: RepositoryScope,
  { owner }: Pick<RepositorySettings, "owner">,
): Provider {
  // The SDK would read the variable too, but would leave its value in plain text among the inputs.
  const token = process.env.GITHUB_TOKEN ?? "";
  return new Provider(
    ...scope.child("github", { owner, ...(token !== "" && { token: pulumi.secret(token) }) }),
  );
}
