import type { Control } from "../../checklist/items.ts";
import type { ItemDecision } from "../decide.ts";
import type { EvidenceRecord } from "../record.ts";
import { runKinds } from "../statement.ts";
import type { ItemVerdict } from "../states.ts";
import type { ReportDocument } from "./schema.ts";

type Totals = ReportDocument["totals"];

/** How many have each verdict. */
export function totalsOf(some: readonly { verdict: ItemVerdict }[]): Totals {
  const totals: Totals = {
    holds: 0,
    "does-not-hold": 0,
    unknown: 0,
    waived: 0,
    "not-applicable": 0,
    stale: 0,
    "not-due": 0,
  };
  for (const { verdict } of some) totals[verdict] += 1;
  return totals;
}

const kinds: readonly Control[] = ["policy", "probe", "gate", "attest", "docs", "report"];

/** How many controls of each kind have each verdict. One that speaks for several items counts once. */
export function totalsByControl(items: readonly ItemDecision[]): ReportDocument["controls"] {
  const all = new Map(
    items.flatMap(({ verdict: ofItem, controls }) =>
      controls.map(({ kind, name, verdict, result }) => [
        `${kind}:${name}`,
        // Nothing was asked of it yet.
        { kind, verdict: ofItem === "not-due" && result === undefined ? ofItem : verdict },
      ]),
    ),
  );
  return kinds.flatMap((kind) => {
    const some = [...all.values()].filter((control) => control.kind === kind);
    return some.length === 0 ? [] : [{ kind, totals: totalsOf(some) }];
  });
}

/** The newest run of each kind that the decision stands on, and until when all that it stands on counts. */
export function agesOf(
  items: readonly ItemDecision[],
  records: readonly EvidenceRecord[],
  at: Date,
): ReportDocument["ages"] {
  const byDigest = new Map(records.map((record) => [record.digest, record.run]));
  const used = items.flatMap(({ controls }) =>
    controls.flatMap(({ record, until, verdict }) => {
      const run = record === undefined ? undefined : byDigest.get(record);
      return run === undefined ? [] : [{ run, until, counts: verdict !== "stale" }];
    }),
  );
  return runKinds.flatMap((kind) => {
    const some = used.filter(({ run }) => run.kind === kind);
    const ends = some.map(({ run }) => run.finishedAt).toSorted();
    const [oldest, newest] = [ends[0], ends.at(-1)];
    if (oldest === undefined || newest === undefined) return [];
    const [until] = some
      .flatMap((one) => (one.counts && one.until !== undefined ? [one.until] : []))
      .toSorted();
    return [
      {
        ...{ kind, oldest, newest },
        ageMinutes: Math.max(0, Math.round((at.getTime() - Date.parse(newest)) / 60_000)),
        ...(until !== undefined && { until }),
      },
    ];
  });
}
