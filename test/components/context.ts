import * as pulumi from "@pulumi/pulumi";
import type { EnvironmentVariable } from "../../components/environment.ts";
import { acceptDelivery, writtenDelivery } from "../config/delivery.ts";
import { accept, changed, writtenSettings } from "../config/stack.ts";
import type { RecordingOptions } from "./recorder.ts";

/** The settings of the production stack, with everything turned on that declares a resource. */
export const settings = accept(
  [
    ["onCall.invite", true],
    ["errorTracking.pagerDutyIntegration", "4711"],
    ["domains.api", "api.eu.optropic.example"],
  ].reduce((written, [path, value]) => changed(written, String(path), value), writtenSettings("production")),
);

/** The settings of the delivery, deployed by workflows. */
export const delivery = acceptDelivery(changed(writtenDelivery(), "pulumiCloud.deployBy", "workflows"));

export const variables: EnvironmentVariable[] = [
  { name: "NODE_ENV", value: "production", secret: false, comment: "Item 2.6." },
  { name: "JWT_SECRET", value: pulumi.secret("canary"), secret: true, comment: "Item 2.4." },
];

/** Answers of the providers that components read. */
export const answers: RecordingOptions = {
  outputs: {
    "cloudflare:index/accountToken:AccountToken": { value: "token" },
    "render:index/project:Project": {
      environments: { production: { id: "evm-1", name: "production" } },
    },
    "render:index/webService:WebService": { url: "https://optropic-api.onrender.com" },
    "render:index/staticSite:StaticSite": { url: "https://optropic-guide.onrender.com" },
    "sentry:index/key:Key": { dsn: { public: "https://key@o1.ingest.de.sentry.io/1" } },
  },
  calls: {
    "cloudflare:index/getAccountApiTokenPermissionGroupsList:getAccountApiTokenPermissionGroupsList": {
      results: [
        {
          id: "group",
          name: "Workers R2 Storage Bucket Item Write",
          scopes: ["com.cloudflare.edge.r2.bucket"],
        },
      ],
    },
    "grafana:syntheticMonitoring/getProbes:getProbes": {
      probes: Object.fromEntries(settings.observability.syntheticProbes.map((name, index) => [name, index])),
    },
    "supabase:index/getPooler:getPooler": {
      url: { session: "postgresql://postgres@aws-0-eu-central-1.pooler.supabase.com:5432/postgres" },
    },
  },
};
