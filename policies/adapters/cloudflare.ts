import type { RulesetArgs } from "@pulumi/cloudflare";
import {
  type AnyValue,
  fault,
  known,
  lookup,
  type PropertiesOf,
  type ResourceOf,
  type Stack,
  undecided,
  type Value,
  type Verdict,
} from "../framework/index.ts";
import type { Adapter, SecretReaders } from "../model/adapter.ts";
import { fullName, isAddress } from "../model/dns-names.ts";
import type { HostRecord } from "../model/domain.ts";
import { authorityIn, type Issuer, limitsIn, readIssuer } from "../model/issuer.ts";
import type { Job } from "../model/job.ts";
import { perStack } from "../model/per-stack.ts";
import { judgePlain } from "../model/plain-places.ts";
import { cloudflare } from "../model/tokens.ts";
import { judgeBucketRules } from "./cloudflare/bucket-values.ts";
import { corsAnswers } from "./cloudflare/cors.ts";
import { redirects } from "./cloudflare/redirects.ts";
import { resourceTypes } from "./cloudflare/types.ts";
import {
  judgeLimitPeriods,
  judgeRecordTimes,
  judgeRulesets,
  judgeTokenResources,
  judgeZoneSettings,
} from "./cloudflare/values.ts";
import { edgeZones } from "./cloudflare/zone.ts";
import { settingFacts } from "./cloudflare/zone-settings.ts";
import { hostTls } from "./cloudflare/zone-tls.ts";
import { apiTokens } from "./cloudflare-tokens.ts";

export const cloudflareAdapter: Adapter = {
  packages: ["cloudflare"],
  types: resourceTypes,
  api: /^api\.(?:fed\.)?cloudflare\.com$/,
  fixes: { "cdn-enabled": "At Cloudflare set proxied of the domain's cloudflare.DnsRecord to true." },
  isReplaced: true,
  corsAnswers,
  loggedFields: (stack) =>
    stack
      .ofType(cloudflare.ruleset)
      .filter((ruleset) => known(() => ruleset.at("phase").string()) === "http_log_custom_fields")
      .flatMap(loggedNames),
  secretReaders: (stack) => [...plainBindings(stack), ...plainVariables(stack), ...keptValues(stack)],
  edgeZones,
  zoneSettings: settingFacts,
  hostTls,
  records,
  redirects,
  apiTokens,
  rejects: {
    apiTokens: judgeTokenResources,
    bucketRules: judgeBucketRules,
    edgeRules: judgeRulesets,
    rateLimits: judgeLimitPeriods,
    recordTimes: judgeRecordTimes,
    zoneSettings: judgeZoneSettings,
  },
  issuers,
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
        command: trigger.outputs.as<{ startCommand?: string }>().at("startCommand"),
        programs: [],
        variables: { at: trigger.at("scriptName"), entries: () => [], sources: [] },
      }),
    ),
};

type CloudflareRecord = ResourceOf<PropertiesOf<typeof cloudflare.dnsRecord>>;

function records(stack: Stack): HostRecord[] {
  return stack.ofType(cloudflare.dnsRecord, cloudflare.record).map((resource) => ({
    resource,
    host: () => {
      if (!isAddress(resource.at("type").string())) {
        return undefined;
      }
      return nameOf(stack, resource);
    },
    placed: (isSupplied) => judgeZone(stack, resource, isSupplied),
    content: /^(?:HTTPS|SVCB)$/.test(known(() => resource.at("type").string()) ?? "")
      ? resource.at("data", "target")
      : resource.at("content"),
    isOfItself: () =>
      resource.at("type").string() === "HTTPS" &&
      isOwnTarget(stack, resource, resource.at("data", "target").string()) &&
      !/ipv[46]hint/i.test(resource.at("data", "value").string() ?? ""),
    sources: resource.dependenciesOf("content"),
    proxied: resource.at("proxied"),
  }));
}

/** A record of type HTTPS means its own name by a dot, and may write it out. Throws UnknownRead. */
const isOwnTarget = (stack: Stack, record: CloudflareRecord, target = ""): boolean =>
  target === "." || target.toLowerCase().replace(/\.$/, "") === nameOf(stack, record);

const zonesById = perStack((stack) => lookup(stack.ofType(cloudflare.zone), (zone) => zone.id));

/** The name of a record in full, in lower case. Throws UnknownRead. */
function nameOf(stack: Stack, record: CloudflareRecord): string | undefined {
  const zone =
    record.dependenciesOf("zoneId").find((source) => source.is(cloudflare.zone)) ??
    zonesById(stack)(known(() => record.at("zoneId").string()) ?? "")[0];
  return fullName(record.at("name").string(), zone && known(() => zone.at("name").string()));
}

/** A record in a zone that nobody looks at leads nobody anywhere. Throws UnknownRead. */
function judgeZone(stack: Stack, record: CloudflareRecord, isSupplied: (text: string) => boolean): Verdict {
  const zones = stack.ofType(cloudflare.zone);
  const id = record.at("zoneId");
  if (zones.length === 0 || id.isUnknown || record.dependenciesOf("zoneId").length > 0) return true;
  const text = id.string() ?? "";
  return (
    zones.some((zone) => zone.id === text) ||
    (text !== "" && isSupplied(text)) ||
    fault(id, `${record.name} is in the zone ${JSON.stringify(text)}, which this stack does not declare.`)
  );
}

const loggedKinds = [
  "cookieFields",
  "requestFields",
  "transformedRequestFields",
  "responseFields",
  "rawResponseFields",
] as const;

/** A list that is unknown stands for its names, so that whoever reads them hears of that. */
function loggedNames(ruleset: ResourceOf<RulesetArgs>): AnyValue[] {
  const rules = ruleset.at("rules");
  if (rules.isUnknown) return [rules];
  return rules.items().flatMap((rule) =>
    loggedKinds.flatMap((kind) => {
      const fields: Value<{ name: string }[]> = rule.at("actionParameters").at(kind);
      return fields.isUnknown ? [fields] : fields.items().map((field) => field.at("name"));
    }),
  );
}

function issuers(stack: Stack): Issuer[] {
  return stack
    .ofType(cloudflare.dnsRecord, cloudflare.record)
    .filter((record) => (known(() => record.at("type").string()) ?? "CAA") === "CAA")
    .map((record) => {
      const value = record.at("data", "value");
      const read = () => readIssuer(record.at("content").string() ?? "");
      return {
        resource: record,
        host: () => (record.at("type").string() === "CAA" ? nameOf(stack, record) : undefined),
        tag: () => record.at("data", "tag").string()?.toLowerCase() ?? read().tag,
        authority: () => {
          const text = value.string();
          return text === undefined ? read().authority : authorityIn(text);
        },
        limits: () => {
          const text = value.string();
          return text === undefined ? read().limits : limitsIn(text);
        },
        at: known(() => value.exists) === false ? record.at("content") : value,
      };
    });
}

/** Texts that a Worker is given: whoever may see the account reads those that are no `secret_text`. */
function plainBindings(stack: Stack): SecretReaders[] {
  return stack.ofType(cloudflare.worker).flatMap((worker) => {
    const bindings = worker.at("bindings");
    if (bindings.isUnknown) return [{ resource: worker, verdict: () => undecided(bindings) }];
    return bindings.items().map((binding) => ({
      resource: worker,
      verdict: () =>
        !["plain_text", "json"].includes(binding.at("type").string() ?? "") ||
        judgePlain(
          binding.at("name").string() ?? "",
          binding.at("type").string() === "json" ? binding.at("json") : binding.at("text"),
          "a binding of plain text shows it to whoever may see the account",
          "Let type of the binding be secret_text.",
        ),
    }));
  });
}

/** Variables of a Pages project: only those of the type `secret_text` are kept from whoever may see the account. */
function plainVariables(stack: Stack): SecretReaders[] {
  return stack.ofType(cloudflare.pagesProject).flatMap((project) =>
    (["production", "preview"] as const).flatMap((stage) => {
      const variables = project.at("deploymentConfigs", stage, "envVars");
      if (variables.isUnknown) return [{ resource: project, verdict: () => undecided(variables) }];
      return variables.entries().map(([name, variable]) => ({
        resource: project,
        verdict: () =>
          variable.at("type").string() === "secret_text" ||
          judgePlain(
            name,
            variable.at("value"),
            "a variable of plain text shows it to whoever may see the account",
            "Let type of the variable be secret_text.",
          ),
      }));
    }),
  );
}

/** What Workers read by its name: whoever may see the account reads it too. */
function keptValues(stack: Stack): SecretReaders[] {
  return stack.ofType(cloudflare.keyValue).map((pair) => ({
    resource: pair,
    verdict: () =>
      judgePlain(
        pair.at("keyName").string() ?? "",
        pair.at("value"),
        "Workers KV shows it to whoever may see the account",
        "Use a binding of the type secret_text in place of the key.",
      ),
  }));
}
