import type { syntheticmonitoring } from "@pulumi/grafana";
import { fault, type ResourceOf, type Stack, type Verdict } from "../../framework/index.ts";
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
  const always = check
    .at("settings", "http", "failIfBodyMatchesRegexps")
    .items()
    .find((pattern) => matchesAny.test(pattern.string() ?? "x"));
  if (always !== undefined) {
    return fault(always, `${check.name} fails whatever the host answers, so its alert says nothing.`);
  }
  const timeout = check.at("timeout");
  const time = timeout.number() ?? 3000;
  if (time < 1000 || time > 180_000) {
    return fault(timeout, `${check.name} waits ${time} ms for an answer, not between 1000 and 180000.`);
  }
  if (isGiven(check.at("settings", "http")) && /\s/.test(target)) {
    return fault(check.at("target"), `${check.name} asks ${JSON.stringify(target)}, which is no URL.`);
  }
  return (
    !isOn(check.at("enabled")) ||
    skips.boolean() !== true ||
    !target.startsWith("https:") ||
    fault(skips, `${check.name} takes any certificate, so an expired or a foreign one is not seen.`)
  );
}
