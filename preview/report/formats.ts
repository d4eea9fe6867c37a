import type { Reporter } from "./report.ts";

export const reportFormats = ["pretty", "json", "markdown", "sarif", "junit"] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** Loads the reporter of a format; one that is not asked for costs no time. */
export async function reporterOf(format: ReportFormat): Promise<Reporter> {
  switch (format) {
    case "pretty":
      return (await import("./pretty.ts")).prettyReport;
    case "json":
      return (await import("./json.ts")).jsonReport;
    case "markdown":
      return (await import("./markdown.ts")).markdownReport;
    case "sarif":
      return (await import("./sarif.ts")).sarifReport;
    case "junit":
      return (await import("./junit.ts")).junitReport;
  }
}
