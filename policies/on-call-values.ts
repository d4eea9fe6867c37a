import { policy } from "./framework/index.ts";
import { rejected } from "./model/rejected.ts";

// Values of PagerDuty that no provider checks, and by which nobody is called.

export const onCallValues = policy({
  name: "on-call-values",
  items: ["S6.4", "S6.5"],
  title:
    "Every person, schedule, escalation policy, service and integration must have the addresses, ids, times and types that PagerDuty needs.",
  severity: "high",
  fix: "Correct the value that is named: people with an address of their own, targets with a type and an id, times in RFC 3339, a time zone such as Europe/Berlin.",
  url: "https://developer.pagerduty.com/api-reference/",
  productionOnly: true,
  check: (stack, _threshold, context) => rejected(stack, "onCall", context),
});
