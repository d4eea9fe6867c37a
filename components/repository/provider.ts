import { Provider } from "@pulumi/github/provider.js";
import * as pulumi from "@pulumi/pulumi";

/** GitHub, as the owner of the settings. The token comes from the environment, GITHUB_TOKEN. */
export function createProvider(name: string, owner: string, options: pulumi.ResourceOptions): Provider {
  // The SDK reads the variable by itself, but leaves its value in plain text among the inputs.
  const token = process.env.GITHUB_TOKEN ?? "";
  return new Provider(
    `${name}-github`,
    { owner, ...(token !== "" && { token: pulumi.secret(token) }) },
    options,
  );
}
