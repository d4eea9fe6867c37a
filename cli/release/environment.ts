import * as z from "zod";
import { readVariables } from "../../lib/environment.ts";

const secret = z.string().max(4096, "text of at most 4096 characters");
const webhook = z.url({ protocol: /^https?$/, error: "a URL" }).max(2000, "a URL");

const schema = z.object({
  ANNOUNCE_SLACK_WEBHOOK_URL: webhook.optional(),
  ANNOUNCE_STATUS_WEBHOOK_URL: webhook.optional(),
  ANNOUNCE_PAGERDUTY_ROUTING_KEY: secret.optional(),
  ANNOUNCE_SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: "a URL such as smtps://mail.example.com:465" })
    .optional(),
  GRAFANA_AUTH: secret.optional(),
  METRICS_TOKEN: secret.optional(),
  VERCEL_AUTOMATION_BYPASS_SECRET: secret.optional(),
});

export type ReleaseVariables = z.infer<typeof schema>;

/** @throws {Failure} `refused`, naming each malformed variable but never its value */
export function readReleaseVariables(environment: NodeJS.ProcessEnv): ReleaseVariables {
  return readVariables(schema, environment);
}
