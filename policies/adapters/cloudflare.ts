import { known, lookup, type Stack } from "../framework/index.ts";
import type { Adapter } from "../model/adapter.ts";
import { fullName, isAddress } from "../model/dns-names.ts";
import type { HostRecord } from "../model/domain.ts";
import type { Job } from "../model/job.ts";
import { cloudflare } from "../model/tokens.ts";
import { apiTokens } from "./cloudflare-tokens.ts";

export const cloudflareAdapter: Adapter = {
  records,
  apiTokens,
  jobs: (stack) =>
    stack.ofType(cloudflare.cronTrigger).map(
      (trigger): Job => ({
        resource: trigger,
        schedules: () =>
          trigger
            .at("schedules")
            .items()
            .map((schedule) => schedule.at("cron").string() ?? ""),
        scheduleAt: trigger.at("schedules"),
        labels: [trigger.at("scriptName")],
        // What a Worker runs is its code, and its variables are not in the trigger.
        command: trigger.outputs.at("startCommand"),
        programs: [],
        variables: { at: trigger.at("scriptName"), entries: () => [], sources: [] },
      }),
    ),
};

function records(stack: Stack): HostRecord[] {
  const zoneById = lookup(stack.ofType(cloudflare.zone), (zone) => zone.id);
  return stack.ofType(cloudflare.dnsRecord, cloudflare.record).map((resource) => ({
    resource,
    host: () => {
      if (!isAddress(resource.at("type").string())) {
        return undefined;
      }
      const zone =
        resource.dependenciesOf("zoneId").find((source) => source.is(cloudflare.zone)) ??
        zoneById(known(() => resource.at("zoneId").string()) ?? "")[0];
      return fullName(resource.at("name").string(), zone && known(() => zone.at("name").string()));
    },
    content: resource.at("content"),
    sources: resource.dependenciesOf("content"),
    proxied: resource.at("proxied"),
  }));
}
