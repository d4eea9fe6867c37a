import { Provider } from "@pulumi/grafana/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { ObservabilityArgs, ObservabilityScope } from "./args.ts";

/**
 * The Grafana stack in the settings. Tokens come from the environment: GRAFANA_AUTH (a service account's),
 * GRAFANA_SM_ACCESS_TOKEN (synthetic monitoring), GRAFANA_CONNECTIONS_API_ACCESS_TOKEN (scrape jobs), and
 * GRAFANA_K6_ACCESS_TOKEN (load tests). Outside Grafana's default region, so do the addresses: GRAFANA_SM_URL
 * and GRAFANA_CONNECTIONS_API_URL.
 */
export function createProvider(
  scope: ObservabilityScope,
  { observability: { grafana } }: Pick<ObservabilityArgs, "observability">,
): Provider {
  // The SDK would read these variables too, but would leave their values in plain text among the inputs.
  const { GRAFANA_AUTH: auth, GRAFANA_SM_ACCESS_TOKEN: smAccessToken } = process.env;
  return new Provider(
    ...scope.child("grafana", {
      url: grafana.url,
      stackId: Number(grafana.stackId),
      ...(auth !== undefined && { auth: pulumi.secret(auth) }),
      ...(smAccessToken !== undefined && { smAccessToken: pulumi.secret(smAccessToken) }),
    }),
  );
}
