import { items } from "../../checklist/items.ts";
import { registeredControls } from "../../cli/evidence/controls.ts";
import { decide } from "../../evidence/decide.ts";
import type { AcceptedWaiver } from "../../evidence/latest.ts";
import { type EvidenceRecord, readRecord, sealRun } from "../../evidence/record.ts";
import { type ReportDocument, reportDocument } from "../../evidence/report/document.ts";
import { sampled } from "../../evidence/samples.ts";
import type { Result, Run, RunKind } from "../../evidence/statement.ts";
import { verifyEvidence } from "../../evidence/verify.ts";
import { releaseControls } from "../../operations/release/steps/controls.ts";
import { criteriaOf } from "../../operations/watch/criteria.ts";
import { resultOf, runOf } from "./records.ts";

export const busyCommit = "c0ffee".padEnd(40, "0");
const day = 86_400_000;
export const busyAt = new Date("2026-11-28T18:00:00Z");

/** A release whose evidence has everything in it: what holds, fails, is waived, unknown, stale or not due. */
export function busyRecords(): EvidenceRecord[] {
  const records: EvidenceRecord[] = [];
  const planned: Partial<Run>[] = [];
  const add = (changes: Partial<Run>): void => {
    planned.push(changes);
  };
  const seal = (changes: Partial<Run>): void => {
    const run = runOf({
      commit: busyCommit,
      parents: records.slice(-1).map(({ digest }) => digest),
      ...changes,
    });
    const { name, bytes } = sealRun(run, undefined);
    records.push(readRecord(name, bytes, []));
  };
  for (let week = 5; week >= 0; week -= 1) {
    const at = new Date(busyAt.getTime() - week * 6.7 * day - day / 8).toISOString();
    add(drillRun(at, week));
    add({
      kind: "verify",
      finishedAt: at,
      commit: "b".repeat(40),
      drift: driftOf(week),
      results: controlsOf("verify").map((control, index) => measured(control, index, week, at)),
    });
  }
  for (const run of releaseRuns()) add(run);
  const at = new Date(busyAt.getTime() - 2 * 3_600_000).toISOString();
  add({
    kind: "preview",
    finishedAt: at,
    results: controlsOf("preview").map((each, index) => judged(each, index, at)),
  });
  add({
    kind: "gate",
    finishedAt: at,
    results: controlsOf("gate").map(({ kind, name, items: ids, title }) =>
      resultOf({ control: { kind, name }, items: [...ids], at, summary: title }),
    ),
  });
  for (const { name, items: ids } of controlsOf("attestation").slice(0, 24)) {
    add({
      kind: "attestation",
      finishedAt: at,
      results: [
        resultOf({
          control: { kind: "attest", name },
          items: [...ids],
          at,
          until: "2026-12-24T23:59:59.000Z",
          summary: "lead@optropic.example answers for it",
          by: "lead@optropic.example",
          url: "https://optropic.example/tickets/1",
        }),
      ],
    });
  }
  const endOf = ({ finishedAt = "" }: Partial<Run>): number => Date.parse(finishedAt);
  for (const changes of planned.toSorted((one, other) => endOf(one) - endOf(other))) seal(changes);
  return records;
}

/** The decision that these records give, with settings that have each waiver of the records unless others are given. */
export function busyReport(
  records = busyRecords(),
  waivers: readonly AcceptedWaiver[] = records.flatMap(({ run }) => run.results.flatMap(acceptedIn)),
): ReportDocument {
  const validHours = {
    ...{ preview: 168, verify: 24, drill: 720, backup: 26, "load-test": 720 },
    ...{ gate: 168, migration: 720, release: 720, rollback: 720, watch: 24, attestation: 2184 },
  };
  const decision = decide({
    ...{ project: "optropic", stack: "production", at: busyAt, commit: busyCommit, records, validHours },
    ...{ controls: registeredControls(), signedOnly: false, phase: "before" as const },
    waivers,
  });
  return reportDocument({
    tool: { name: "optropic", version: "3.0.0" },
    release: "3.0.0",
    repository: "optropic/platform",
    settings: new Map([["optropic", "5e".repeat(32)]]),
    decision,
    records,
    verification: verifyEvidence({ records, problems: [], keys: 0 }, [], busyAt),
    contacts: {
      technicalLead: "lead@optropic.example",
      devops: "devops@optropic.example",
      databaseAdmin: "database@optropic.example",
      security: "security@optropic.example",
    },
    links: [
      { title: "Dashboards", url: "https://optropic.grafana.net/dashboards" },
      { title: "Errors", url: "https://optropic.sentry.io/issues/" },
      { title: "Status page", url: "https://status.optropic.example/" },
      { title: "Runbooks", url: "https://optropic.example/runbooks" },
    ],
  });
}

/** The settings have every waiver that the evidence knows. */
function acceptedIn({ control, waiver }: Result) {
  return waiver === undefined ? [] : [{ control: control.name, ...waiver }];
}

type Registered = ReturnType<typeof registeredControls>[number];

function controlsOf(run: RunKind): Registered[] {
  return registeredControls().filter((control) => control.run === run);
}

function measured(
  { kind, name, items: ids, title }: Registered,
  index: number,
  week: number,
  at: string,
): Result {
  const fails = week === 0 && index % 17 === 5;
  const open = week === 0 && index % 11 === 3;
  const value = 180 + ((index * 37 + week * 53) % 190) + (fails ? 400 : 0);
  return resultOf({
    ...{ control: { kind, name }, items: [...ids], at },
    state: fails ? "does-not-hold" : open ? "unknown" : "holds",
    summary: fails ? `${title} It took ${value} ms.` : open ? "No answer within 10 s" : title,
    ...(fails && { fix: `${title} See npx optropic verify --only ${ids.join(",")}.` }),
    ...(index % 4 === 0 && { measured: value, expected: 500, unit: "ms" }),
    place: { path: "Pulumi.production.yaml", line: 12 + index },
  });
}

function judged({ kind, name, items: ids, title }: Registered, index: number, at: string): Result {
  const waived = name === "dnssec-active" || index === 40 || name === onlyControl();
  return resultOf({
    ...{ control: { kind, name }, items: [...ids], at, summary: title },
    state: waived ? "waived" : "holds",
    ...(waived && {
      waiver: {
        until: "2026-12-31",
        reason: "The registrar takes DS records from December.",
        approver: "security@optropic.example",
      },
    }),
  });
}

/** A policy that alone decides each of its items, so that they are waived with it. */
function onlyControl(): string | undefined {
  const all = registeredControls();
  const isAlone = (id: string) => all.filter(({ items: ids }) => ids.some((one) => one === id)).length === 1;
  return all.find(({ kind, items: ids }) => kind === "policy" && ids.every(isAlone))?.name;
}

function drillRun(at: string, week: number): Partial<Run> {
  const durationMs = (22 + ((week * 7) % 13)) * 60_000;
  return {
    kind: "drill",
    finishedAt: at,
    results: [
      resultOf({
        control: { kind: "probe", name: "restore-drill" },
        items: items.filter(({ id }) => id === "8.4").map(({ id }) => id),
        at,
        summary: "The newest backup was restored and is as its manifest says.",
      }),
    ],
    drill: {
      backup: { name: "postgres/x.dump.age", takenAt: at, plainBytes: 1, sealedBytes: 1 },
      serverVersion: "17.4",
      steps: [{ name: "restore", durationMs }],
      durationMs,
      ...{ rtoMinutes: 60, lossMinutes: 20, rpoMinutes: 60, graceMinutes: 10, tables: 40, rows: 1_000_000 },
      ...{ checks: [], differences: [], notes: [] },
    },
  };
}

/** The release before: its steps, one of them late, and the day that was watched. */
function releaseRuns(): Partial<Run>[] {
  const commit = "b".repeat(40);
  let now = busyAt.getTime() - 7 * day;
  const steps = releaseControls.map(({ kind, name, items: ids, title }, index): Partial<Run> => {
    const startedAt = new Date(now).toISOString();
    now += (3 + ((index * 37) % 29) + (name.includes("soak") ? 240 : 0)) * 60_000;
    const finishedAt = new Date(now).toISOString();
    return {
      ...{ kind: "release", commit, startedAt, finishedAt },
      results: [resultOf({ control: { kind, name }, items: [...ids], at: finishedAt, summary: title })],
    };
  });
  const wentLive = now;
  const finishedAt = new Date(now + 25 * 3_600_000).toISOString();
  const results = criteriaOf({ objectives }).map(({ name, items: ids, title, hour, chart, judge }) => {
    const times = Array.from({ length: 120 }, (_, index) => wentLive + (index * hour * 3_600_000) / 119);
    const limit = judge.kind === "below" ? judge.limit : chart?.title === "Error rate" ? 0.01 : 0.4;
    const wave = (index: number): number => 0.4 + 0.12 * Math.sin(index / 9) + 0.05 * ((index * 7) % 5);
    const points = times.map((at, index) => [at, limit * (index === 71 ? 0.97 : wave(index))] as const);
    const span = { from: new Date(wentLive), to: new Date(wentLive + hour * 3_600_000) };
    return resultOf({
      ...{ control: { kind: "probe", name }, items: [...ids], at: finishedAt, summary: title },
      ...(chart !== undefined && {
        samples: {
          ...{ title: chart.title, unit: chart.unit },
          ...(judge.kind === "below" && { limit: limit * chart.times }),
          ...{ from: span.from.toISOString(), to: span.to.toISOString() },
          values: sampled(points, span).map((value) => (value === null ? null : value * chart.times)),
        },
      }),
    });
  });
  return [
    ...steps,
    { kind: "watch", commit, startedAt: new Date(wentLive).toISOString(), finishedAt, results },
  ];
}

const objectives = {
  ...{ rpoMinutes: 1440, rtoMinutes: 60, p95Ms: 500, p99Ms: 1000 },
  ...{ errorRatePercent: 1, memoryPercent: 90, databaseConnectionsPercent: 80 },
};

function driftOf(week: number): Run["drift"] {
  const wrong = {
    ...{ vendor: "cloudflare", subject: "Minimum TLS version of the zone", state: "drift" as const },
    ...{ declared: "1.2", atVendor: "1.0", served: "optropic.example: TLS 1.0" },
    place: { path: "Pulumi.production.yaml", line: 41 },
  };
  return { compared: 61, rows: week === 0 ? [wrong] : [] };
}
