import { Provider } from "@pulumi/grafana/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/settings.ts";

/**
 * The Grafana stack of the settings. Tokens come from the environment: GRAFANA_AUTH (a service account's),
 * GRAFANA_SM_ACCESS_TOKEN (synthetic monitoring), GRAFANA_CONNECTIONS_API_ACCESS_TOKEN (scrape jobs) and
 * GRAFANA_K6_ACCESS_TOKEN (load tests). Outside Grafana's default region the addresses do too:
 * GRAFANA_SM_URL and GRAFANA_CONNECTIONS_API_URL.
 */
export function createProvider(
  name: string,
  { url, stackId }: Settings["observability"]["grafana"],
  options: pulumi.ResourceOptions,
): Provider {
  // The SDK reads these variables by itself, but leaves their values in plain text among the inputs.
  const { GRAFANA_AUTH: auth, GRAFANA_SM_ACCESS_TOKEN: smAccessToken } = process.env;
  return new Provider(
    `${name}-grafana`,
    {
      url,
      stackId: Number(stackId),
      ...(auth === undefined ? {} : { auth: pulumi.secret(auth) }),
      ...(smAccessToken === undefined ? {} : { smAccessToken: pulumi.secret(smAccessToken) }),
    },
    options,
  );
}
