import { fault, judge, judgeStack, policy, undecided, violation } from "./framework/index.ts";
import { dashboards } from "./model/facts.ts";
import { goldenSignals } from "./values/golden-signals.ts";

// Item 5.5.

export const goldenSignalsShown = policy({
  name: "dashboard-golden-signals",
  items: ["5.5"],
  title: "One dashboard must show the four golden signals: latency, traffic, errors and saturation.",
  severity: "high",
  fix: "Declare a grafana.oss.Dashboard with a panel for each of the four, each with a query on the platform's own metrics.",
  url: "https://sre.google/sre-book/monitoring-distributed-systems/",
  check: (stack) => {
    const all = dashboards(stack);
    if (all.length === 0) {
      return [violation("No dashboard is declared.")];
    }
    return [
      judgeStack(() => {
        const best = all.toSorted((one, other) => other.signals.size - one.signals.size)[0];
        const missing = goldenSignals.filter((signal) => best?.signals.has(signal) !== true);
        const open = all.find(({ unread }) => unread !== undefined)?.unread;
        if (missing.length > 0 && open !== undefined) {
          return undecided(open);
        }
        return (
          missing.length === 0 || `No dashboard shows all four; the fullest lacks ${missing.join(", ")}.`
        );
      }),
      ...all.map(({ resource, lost = [] }) =>
        judge(resource, () => {
          const [first] = lost;
          return (
            first === undefined ||
            fault(
              first.at,
              `${resource.name} has queries for ${lost.map(({ signal }) => signal).join(", ")} and draws none of them: each ${first.why}.`,
              "Draw the queries from the data source that alerts ask, or remove them from the dashboard.",
            )
          );
        }),
      ),
    ];
  },
});
