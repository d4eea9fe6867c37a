import type { Stack } from "../../framework/index.ts";
import type { HealthCheck } from "../../model/adapter.ts";
import { isGiven, isOn } from "../../model/given.ts";
import { grafana } from "../../model/tokens.ts";

/** Synthetic checks, from the places that each names. */
export const healthChecks = (stack: Stack): HealthCheck[] =>
  stack.ofType(grafana.check).map((check) => ({
    resource: check,
    isOn: () => isOn(check.at("enabled")),
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
