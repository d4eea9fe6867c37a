import type { syntheticmonitoring, types } from "@pulumi/grafana";
import {
  type AnyValue,
  fault,
  type ResourceOf,
  type Stack,
  type Value,
  type Verdict,
} from "../../framework/index.ts";
import { type HealthCheck, longestIntervalSeconds } from "../../model/adapter.ts";
import type { Watch } from "../../model/error-tracking.ts";
import { isGiven, isOn } from "../../model/given.ts";
import { grafana } from "../../model/tokens.ts";
import { isElsewhere } from "./instances.ts";

/** Synthetic checks, from the places that each names. */
export const healthChecks = (stack: Stack): HealthCheck[] =>
  stack.ofType(grafana.check).map((check) => ({
    resource: check,
    isOn: () => isOn(check.at("enabled")) && !isElsewhere(stack, check),
    url: () => check.at("target").string(),
    locations: () => check.at("probes").items().length,
    locationsAt: check.at("probes"),
    asks: () =>
      (["http", "multihttp", "scripted"] as const).some((kind) => isGiven(check.at("settings", kind))),
    acceptedError: () =>
      check
        .at("settings", "http", "validStatusCodes")
        .items()
        .find((code) => !isSuccess(code.number())),
  }));

const isSuccess = (status: number | undefined): boolean =>
  status !== undefined && status >= 200 && status <= 299;

/** Checks that ask too rarely, or take any certificate. */
export const watches = (stack: Stack): Watch[] =>
  stack.ofType(grafana.check).map((check): Watch => ({ resource: check, isUseful: () => judgeCheck(check) }));

/** What makes a check of a host that is well fail: it asks for what no answer has, or refuses what each has. */
function alwaysFails(check: ResourceOf<syntheticmonitoring.CheckArgs>, target: string): AnyValue | undefined {
  const http = check.at("settings", "http");
  const isEncrypted = /^https:/i.test(target);
  if (isEncrypted && http.at("failIfSsl").boolean() === true) {
    return http.at("failIfSsl");
  }
  const versions = http.at("validHttpVersions");
  const spoken = versions.items().map((version) => version.string() ?? "");
  if (spoken.length > 0 && !spoken.some((version) => /^HTTP\/(?:1\.1|2(?:\.0)?)$/i.test(version))) {
    return versions;
  }
  const name = http.at("tlsConfig", "serverName");
  if (isEncrypted && isForeign(name.string()?.toLowerCase(), URL.parse(target)?.hostname ?? "")) {
    return name;
  }
  return (
    http
      .at("failIfBodyMatchesRegexps")
      .items()
      .find((pattern) => matchesAny.test(pattern.string() ?? "x")) ??
    http
      .at("failIfBodyNotMatchesRegexps")
      .items()
      .find((pattern) => matchesNone.test(pattern.string() ?? "")) ??
    headerFault(http)
  );
}

/** Whether a certificate is asked for in the name of another domain than the host's, which is not an address of a vendor's. */
function isForeign(name: string | undefined, host: string): boolean {
  const domainOf = (text: string) => text.split(".").slice(-2).join(".");
  return name !== undefined && domainOf(name) !== domainOf(host) && !atVendor.test(host);
}

/** Where one host is reached past what stands in front of it, under its own name. */
const atVendor =
  /^[\d.]+$|:|\.(?:onrender\.com|vercel\.app|amazonaws\.com|cloudfront\.net|ondigitalocean\.app|run\.app|fly\.dev)$/;

/** A header that every answer has must not be what makes a check fail, nor one that no answer has be what it needs. */
function headerFault(http: Value<types.input.syntheticMonitoring.CheckSettingsHttp>): AnyValue | undefined {
  const refused = http
    .at("failIfHeaderMatchesRegexps")
    .items()
    .find(
      (one) =>
        matchesAny.test(one.at("regexp").string() ?? "x") &&
        (onEveryAnswer.test(one.at("header").string() ?? "") || one.at("allowMissing").boolean() !== true),
    );
  const needed = http
    .at("failIfHeaderNotMatchesRegexps")
    .items()
    .find((one) => matchesNone.test(one.at("regexp").string() ?? ""));
  return refused?.at("regexp") ?? needed?.at("regexp");
}

const onEveryAnswer = /^(?:content-type|date|server|cache-control|strict-transport-security)$/i;

/** Patterns that nothing matches, since something follows the end or precedes the beginning. */
const matchesNone = /^(?:\[\^\\s\\S\]|\$[\w.]|[\w.]+\^)/;

/** Patterns that every answer matches; `^$` is for an empty one. */
const matchesAny = /^(?:\^|\$)?$|^\^?(?:\.[*+]|\[\\s\\S\][*+])\$?$/;

function judgeCheck(check: ResourceOf<syntheticmonitoring.CheckArgs>): Verdict {
  const skips = check.at("settings", "http", "tlsConfig").at("insecureSkipVerify");
  const target = check.at("target").string() ?? "";
  const frequency = check.at("frequency");
  const seconds = (frequency.number() ?? 0) / 1000;
  if (isOn(check.at("enabled")) && seconds > longestIntervalSeconds) {
    return fault(frequency, `${check.name} asks once in ${Math.round(seconds / 60)} minutes.`);
  }
  const method = check.at("settings", "http", "method");
  if (["POST", "PUT", "PATCH", "DELETE", "OPTIONS"].includes(method.string() ?? "GET")) {
    return fault(method, `${check.name} asks by ${method.string()}, which no health check answers.`);
  }
  const always = alwaysFails(check, target);
  if (always !== undefined) {
    return fault(always, `${check.name} fails whatever the host answers, so its alert says nothing.`);
  }
  const timeout = check.at("timeout");
  const time = timeout.number() ?? 3000;
  if (time < 1000 || time > 180_000) {
    return fault(timeout, `${check.name} waits ${time} ms for an answer, not between 1000 and 180000.`);
  }
  if (isGiven(check.at("settings", "http")) && /\s/.test(target)) {
    return fault(check.at("target"), `${check.name} asks ${JSON.stringify(target)}, which is not a URL.`);
  }
  return (
    !isOn(check.at("enabled")) ||
    skips.boolean() !== true ||
    !target.startsWith("https:") ||
    fault(skips, `${check.name} takes any certificate, so an expired or a foreign one is not seen.`)
  );
}
