import { DataSource } from "@pulumi/grafana/oss/dataSource.js";
import * as pulumi from "@pulumi/pulumi";
import type { ObservabilityArgs, ObservabilityScope } from "./args.ts";

/** A data source for your own Prometheus server, where there is one, under the UID that dashboards and rules read. */
export function createDataSource(
  scope: ObservabilityScope,
  { observability: { grafana }, prometheus }: Pick<ObservabilityArgs, "observability" | "prometheus">,
): DataSource[] {
  if (prometheus === undefined) return [];
  const { url, username, password } = prometheus;
  const source = new DataSource(
    ...scope.child("prometheus", {
      type: "prometheus",
      name: "Prometheus",
      uid: grafana.dataSource,
      url,
      accessMode: "proxy",
      basicAuthEnabled: true,
      basicAuthUsername: username,
      secureJsonDataEncoded: pulumi.secret(
        pulumi.output(password).apply((basicAuthPassword) => JSON.stringify({ basicAuthPassword })),
      ),
      jsonDataEncoded: JSON.stringify({ httpMethod: "POST" }),
    }),
  );
  return [source];
}
