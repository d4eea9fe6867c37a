import type { types } from "@pulumi/pagerduty";
import type { Value } from "../../framework/index.ts";
import type { CoverageLayer } from "../../values/coverage.ts";

/** When a layer of a schedule at PagerDuty has somebody on call. Throws UnknownRead. */
export function toLayer(layer: Value<types.input.ScheduleLayer>): CoverageLayer {
  return {
    start: layer.at("start").string() ?? "",
    end: layer.at("end").string() || undefined,
    users: layer.at("users").items().length,
    restrictions: layer
      .at("restrictions")
      .items()
      .map((restriction) => ({
        type: restriction.at("type").string() ?? "",
        startTimeOfDay: restriction.at("startTimeOfDay").string() ?? "",
        startDayOfWeek: restriction.at("startDayOfWeek").number(),
        durationSeconds: restriction.at("durationSeconds").number() ?? 0,
      })),
  };
}
