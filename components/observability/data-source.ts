import { DataSource } from "@pulumi/grafana/oss/dataSource.js";
import * as pulumi from "@pulumi/pulumi";
import type { ObservabilityScope } from "./scope.ts";

/** A Prometheus server of one's own, in place of the stack's. */
export interface PrometheusServer {
  /** URL of its API. */
  readonly url: string;
  /** User of its basic authentication. */
  readonly username: string;
  readonly password: pulumi.Input<string>;
}

/** A data source for a Prometheus server of one's own, under the UID that dashboards and rules read. */
export function createDataSource(
  scope: ObservabilityScope,
  uid: string,
  { url, username, password }: PrometheusServer,
): DataSource {
  return new DataSource(
    `${scope.name}-prometheus`,
    {
      type: "prometheus",
      name: "Prometheus",
      uid,
      url,
      accessMode: "proxy",
      basicAuthEnabled: true,
      basicAuthUsername: username,
      secureJsonDataEncoded: pulumi.secret(
        pulumi.output(password).apply((basicAuthPassword) => JSON.stringify({ basicAuthPassword })),
      ),
      jsonDataEncoded: JSON.stringify({ httpMethod: "POST" }),
    },
    scope.options,
  );
}
