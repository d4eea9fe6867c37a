import type { ReportDocument } from "../../evidence/report/document.ts";

/** A text with something that each format could obey. */
export const hostile =
  "</script><script>alert(1)</script><img src=x onerror=alert(1)> [a](javascript:alert(1)) @lead #1 `x` | https://evil.example ]]> \u202e \u001b[31m";

/** A document whose texts, as far as evidence says them, are hostile. */
export function spoiled(document: ReportDocument): ReportDocument {
  return {
    ...document,
    items: document.items.map((item) => ({
      ...item,
      reason: hostile,
      controls: item.controls.map((control) => ({
        ...control,
        summary: hostile,
        ...(control.record !== undefined && {
          measured: hostile,
          expected: hostile,
          unit: hostile,
          place: { path: hostile, line: 1 },
          url: "javascript:alert(1)",
          by: hostile,
          waiver: { until: "2026-12-31", reason: hostile, approver: hostile },
        }),
      })),
    })),
    actions: document.actions.map((action) => ({ ...action, what: hostile, where: hostile })),
    evidence: { ...document.evidence, problems: [hostile] },
    history: {
      ...document.history,
      series: document.history.series.map((series) => ({ ...series, control: hostile, unit: hostile })),
    },
    links: [{ title: hostile, url: "javascript:alert(1)" }],
  };
}
