import { promDuration } from "../../lib/units.ts";
import { furtherScrapeJob, hosts, type SeriesName, scrapeJobs } from "../contract.ts";
import { any, missing, seriesOf } from "../queries.ts";
import { type AlertContext, type AlertDraft, minute } from "./rule.ts";

/** A series that is gone silences every rule that reads it, so its absence is an alert of its own: item 5.4. */
export function missingAlerts({ span, further }: AlertContext, others: readonly AlertDraft[]): AlertDraft[] {
  const read = new Set<SeriesName>(others.flatMap(({ expr }) => seriesOf(expr)));
  // Each host must be there by itself: with one of them gone, the other's series would hide it.
  read.delete("up");
  return [
    {
      name: "metrics-missing",
      group: "monitoring",
      items: ["5.4"],
      expr: any(
        ...hosts.map((host) => missing("up", { scrape_job: scrapeJobs[host] })),
        ...further.map((part) => missing("up", { scrape_job: furtherScrapeJob(part) })),
        ...hosts.map((host) => missing("optropic_build_info", { host })),
        ...[...read].sort().map((name) => missing(name)),
      ),
      for: promDuration(span(10 * minute)),
      severity: "warning",
      owner: "devops",
      summary: "{{ $labels.series }} is missing",
      description: "The series is no longer reported, so the alerts and the panels that read it say nothing.",
      dashboard: "optropic-service",
    },
  ];
}
