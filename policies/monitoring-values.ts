import { policy } from "./framework/index.ts";
import { rejected } from "./model/rejected.ts";

// Values of Grafana that no provider checks, and by which a rule, a route or a message never gets anywhere.

export const monitoringValues = policy({
  name: "monitoring-values",
  items: ["5.4", "5.5", "S6.2", "S6.3"],
  title:
    "Every alert rule, route, contact point, scrape job and dashboard must have the names, ids, matchers and addresses that Grafana needs.",
  severity: "high",
  fix: "Correct the value that is named: names and ids without spaces at their ends, a data source and a folder that exist, matchers with a label, an operator and a value, addresses that mail can be sent to.",
  url: "https://grafana.com/docs/grafana/latest/developers/http_api/alerting_provisioning/",
  check: (stack, _threshold, context) => rejected(stack, "monitoring", context),
});
