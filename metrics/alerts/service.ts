import { promDuration, spokenDuration } from "../../lib/units.ts";
import { errorRatio, failingRegions, latency, memoryRatio, scrapes } from "../indicators.ts";
import { above, atLeast, below } from "../queries.ts";
import { type AlertContext, type AlertDraft, minute } from "./rule.ts";

/** Errors, latency, availability and memory, by host: items A.1 to A.4. */
export function serviceAlerts({ objectives, further, span }: AlertContext): AlertDraft[] {
  const lookBack = { range: span(5 * minute), by: ["host"] } as const;
  const held = promDuration(span(5 * minute));
  return [
    {
      name: "high-error-rate",
      group: "service",
      items: ["A.1"],
      expr: above(errorRatio(lookBack), objectives.errorRatePercent / 100),
      for: held,
      severity: "critical",
      owner: "technicalLead",
      summary: `More than ${objectives.errorRatePercent} % of requests fail on {{ $labels.host }}`,
      description: `Of the requests of the last ${spokenDuration(lookBack.range)}, more than ${objectives.errorRatePercent} % were answered with a 5xx status.`,
      dashboard: "optropic-service",
    },
    {
      name: "high-latency-p95",
      group: "service",
      items: ["A.2"],
      expr: above(latency(0.95, lookBack), objectives.p95Ms / 1000),
      for: held,
      severity: "warning",
      owner: "technicalLead",
      summary: `P95 latency is above ${objectives.p95Ms} ms on {{ $labels.host }}`,
      description: `One request in twenty of the last ${spokenDuration(lookBack.range)} took longer than ${objectives.p95Ms} ms.`,
      dashboard: "optropic-service",
    },
    {
      name: "high-latency-p99",
      group: "service",
      items: ["A.2"],
      expr: above(latency(0.99, lookBack), objectives.p99Ms / 1000),
      for: held,
      severity: "critical",
      owner: "technicalLead",
      summary: `P99 latency is above ${objectives.p99Ms} ms on {{ $labels.host }}`,
      description: `One request in a hundred of the last ${spokenDuration(lookBack.range)} took longer than ${objectives.p99Ms} ms.`,
      dashboard: "optropic-service",
    },
    {
      name: "service-down",
      group: "service",
      items: ["A.3"],
      expr: below(scrapes(further), 1),
      for: promDuration(span(2 * minute)),
      severity: "critical",
      owner: "devops",
      summary: "{{ $labels.scrape_job }} does not answer",
      description:
        "The metrics endpoint of the host cannot be read, so the host is down or cannot be reached.",
      dashboard: "optropic-service",
    },
    {
      name: "health-check-failing",
      group: "service",
      items: ["A.3", "5.7"],
      expr: atLeast(failingRegions(), 2),
      for: promDuration(span(2 * minute)),
      severity: "critical",
      owner: "devops",
      summary: "{{ $labels.instance }} fails from two regions or more",
      description: "The health check is called from several regions; a failure of one alone may be its own.",
      dashboard: "optropic-service",
    },
    {
      name: "high-memory",
      group: "service",
      items: ["A.4"],
      expr: above(memoryRatio(), objectives.memoryPercent / 100),
      for: held,
      severity: "warning",
      owner: "technicalLead",
      summary: `A process on {{ $labels.host }} uses more than ${objectives.memoryPercent} % of its memory`,
      description: "At its limit the host ends the process, and the requests in flight with it.",
      dashboard: "optropic-service",
    },
  ];
}
