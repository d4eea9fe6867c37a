import { sameCommit } from "../lib/commit.ts";
import { contract, hosts, type Metric } from "../metrics/contract.ts";
import type { Context } from "./context.ts";
import { type Exposition, parseExposition, type Sample } from "./network/exposition.ts";
import { redirectOf } from "./pages.ts";
import { type Check, compare, eachOf, probe } from "./probe.ts";
import { requireReach } from "./reach.ts";
import { Shared } from "./shared.ts";
import { Unknown } from "./unknown.ts";

type HostLabel = (typeof hosts)[number];

/** Fewer requests than this say nothing about rates. */
const leastRequests = 20;

function hostOf(context: Context, label: HostLabel): string {
  return context.settings.domains[label];
}

const expositions = new Shared<Exposition>();

/** The metrics of a host, asked once for all probes. */
function read(context: Context, label: HostLabel): Promise<Exposition> {
  return readAt(context, hostOf(context, label));
}

function readAt(context: Context, host: string): Promise<Exposition> {
  const token = context.credential("METRICS_TOKEN");
  return expositions.of(context, host, async (own) => {
    const answer = await own.request({
      host,
      path: own.settings.observability.metricsPath,
      headers: { authorization: `Bearer ${token}` },
    });
    if (answer.status === 401 || answer.status === 403) {
      throw new Unknown("no-right", `${host} refused METRICS_TOKEN with ${answer.status}`);
    }
    if (answer.status !== 200) {
      throw new Unknown("target-refused", `The metrics of ${host} answered ${answer.status}`);
    }
    return parseExposition(answer.body);
  });
}

export const metricsContractKept = probe({
  name: "metrics-contract-kept",
  items: ["5.4", "S4.4"],
  title: "Both hosts must export every series of the contract with its type and labels.",
  needs: ["web", "metrics-token"],
  settings: ["observability.metricsPath"],
  measure: (context) =>
    eachOf(hosts, String, async (label) => {
      const exposition = await read(context, label);
      const all: readonly (readonly [string, Metric])[] = Object.entries(contract);
      return all.map(([name, metric]) => contractCheck(exposition, name, metric, hostOf(context, label)));
    }),
});

function contractCheck({ types, samples }: Exposition, name: string, metric: Metric, host: string): Check {
  const type = types.get(name);
  const own = samples.filter((sample) => baseName(sample.name, metric.type) === name);
  const wanted = metric.labels.toSorted().join(", ") || "no labels";
  const strange = own.find(
    ({ labels }) => labelsOf(labels).join(", ") !== metric.labels.toSorted().join(", "),
  );
  // A series that has more labels than its host begins with the first event.
  const needsSample = metric.labels.every((label) => label === "host") && type !== "counter";
  const measured =
    type === undefined
      ? "missing"
      : type !== metric.type
        ? type
        : strange !== undefined
          ? `${type} with ${labelsOf(strange.labels).join(", ") || "no labels"}`
          : own.length === 0 && needsSample
            ? "no sample"
            : `${type} with ${wanted}`;
  const expected = `${metric.type} with ${wanted}`;
  return compare(`${name} of ${host}`, { expected, measured, holds: measured === expected });
}

function baseName(name: string, type: string): string {
  return type === "histogram" ? name.replace(/_(bucket|sum|count)$/, "") : name;
}

function labelsOf(labels: ReadonlyMap<string, string>): string[] {
  return [...labels.keys()].filter((name) => name !== "le").toSorted();
}

export const metricsClosed = probe({
  name: "metrics-closed",
  items: ["5.4"],
  title: "Nobody may read the metrics without the token.",
  needs: ["web"],
  settings: ["observability.metricsPath"],
  measure: (context) =>
    eachOf(context.hosts, String, async (host) => {
      const path = context.settings.observability.metricsPath;
      const asked = await Promise.all(
        Object.entries(strangers).map(async ([how, authorization]) => {
          const request = { host, path, ...(authorization !== undefined && { headers: { authorization } }) };
          return [how, (await context.request(request)).status] as const;
        }),
      );
      // Some hide what is not for everybody.
      if (asked.every(([, status]) => closed.includes(status))) await requireReach(context, host);
      return asked.map(([how, status]) =>
        compare(`${host} ${how}`, {
          expected: "401, 403 or 404",
          measured: status,
          holds: closed.includes(status),
          setting: "observability.metricsPath",
        }),
      );
    }),
});

const closed = [401, 403, 404];

/** The last two open what is compared with a token that nobody has set. */
const strangers: Readonly<Record<string, string | undefined>> = {
  "without a token": undefined,
  "with a wrong token": "Bearer optropic-verify-wrong",
  "with an empty token": "Bearer ",
  "with the token undefined": "Bearer undefined",
};

export const releaseServed = probe({
  name: "release-served",
  items: ["S4.2"],
  title:
    "Both hosts must serve the declared release and the given commit, and the other domain nothing else.",
  needs: ["web", "metrics-token", "release-commit"],
  settings: ["release"],
  measure: async (context) => {
    const { commit } = context;
    if (commit === undefined) {
      throw new Unknown(
        "no-data",
        "VERIFY_COMMIT is not set: the commit of the release, in hexadecimal digits",
      );
    }
    const served = await eachOf(hosts, String, async (label) => {
      const info = buildsOf(await read(context, label));
      const served = (name: string) => [...new Set(info.map((labels) => labels.get(name) ?? "none"))];
      const host = hostOf(context, label);
      const check = (name: string, expected: string, holds: (found: string) => boolean) => {
        const found = served(name);
        return compare(`${name} of ${host}`, {
          expected,
          measured: found.join(", ") || "none",
          holds: found.length > 0 && found.every(holds),
          ...(name === "version" ? { setting: "release" } : {}),
        });
      };
      return [
        check("version", context.settings.release, (found) => found === context.settings.release),
        check("commit", commit, (found) => sameCommit(found, commit)),
      ];
    });
    return [...served, ...(await servedByRedirect(context, commit))];
  },
});

/**
 * What the host that redirects serves. Where it sends whoever asks for the metrics to the web host, that host's commit
 * is what people find; where it answers by itself, it serves a commit of its own.
 */
async function servedByRedirect(context: Context, commit: string): Promise<Check[]> {
  const { web, redirect } = context.settings.domains;
  if (redirect === undefined || redirect === web) return [];
  const path = context.settings.observability.metricsPath;
  return eachOf([redirect], String, async (host) => {
    const subject = `commit of ${host}`;
    const answer = await context.request({ host, path });
    const to = redirectOf(answer, new URL(`https://${host}${path}`));
    if (to !== undefined) {
      // That it sends people elsewhere is said by the probe of the redirect.
      if (to.href !== `https://${web}${path}`) {
        throw new Unknown("not-understood", `${host} sends whoever asks for the metrics to ${to.href}`);
      }
      const expected = `that of ${web}`;
      return [compare(subject, { expected, measured: expected, holds: true, setting: "domains.redirect" })];
    }
    if (![200, 401, 403].includes(answer.status)) {
      throw new Unknown("not-understood", `${host} answered ${answer.status} to a request for the metrics`);
    }
    const own = await readAt(context, host);
    const found = [...new Set(buildsOf(own).map((labels) => labels.get("commit") ?? "none"))];
    return [
      compare(subject, {
        expected: commit,
        measured: found.join(", ") || "none",
        holds: found.length > 0 && found.every((each) => sameCommit(each, commit)),
        setting: "domains.redirect",
      }),
    ];
  });
}

function buildsOf({ samples }: Exposition): ReadonlyMap<string, string>[] {
  return samples.filter(({ name }) => name === "optropic_build_info").map(({ labels }) => labels);
}

/** A status, or its class as some exporters write it. */
const httpStatus = /^[1-5](?:\d\d|xx)$/i;

export const errorRateLow = probe({
  name: "error-rate-low",
  items: ["S4.6"],
  title: "The part of requests that failed since the process began must stay below the objective.",
  needs: ["web", "metrics-token"],
  settings: ["objectives.errorRatePercent"],
  measure: (context) =>
    eachOf(hosts, String, async (label) => {
      const { samples } = await read(context, label);
      const requests = samples.filter(({ name }) => name === "optropic_http_requests_total");
      const total = sum(requests);
      enough(total, hostOf(context, label));
      if (!requests.every(({ labels }) => httpStatus.test(labels.get("status") ?? ""))) {
        throw new Unknown(
          "not-understood",
          `${hostOf(context, label)} counts requests without their status, so that it is not known which failed`,
        );
      }
      const failed = sum(requests.filter(({ labels }) => labels.get("status")?.startsWith("5")));
      const percent = (100 * failed) / total;
      const { errorRatePercent } = context.settings.objectives;
      return [
        compare(hostOf(context, label), {
          expected: `below ${errorRatePercent}`,
          measured: percent.toFixed(2),
          unit: "%",
          holds: percent < errorRatePercent,
          setting: "objectives.errorRatePercent",
        }),
      ];
    }),
});

export const latencyLow = probe({
  name: "latency-low",
  items: ["S4.7", "S5.5"],
  title: "The 95th and 99th percentile of latency since the process began must stay within the objectives.",
  needs: ["web", "metrics-token"],
  settings: ["objectives.p95Ms", "objectives.p99Ms"],
  measure: (context) =>
    eachOf(hosts, String, async (label) => {
      const { samples } = await read(context, label);
      const buckets = bucketsOf(samples, "optropic_http_request_duration_seconds");
      const total = buckets.at(-1)?.count ?? 0;
      enough(total, hostOf(context, label));
      const { p95Ms, p99Ms } = context.settings.objectives;
      return (
        [
          ["p95Ms", 0.95, p95Ms],
          ["p99Ms", 0.99, p99Ms],
        ] as const
      ).map(([name, part, most]) => {
        // The upper bound of the bucket: the true value is at most this.
        const bound = buckets.find(({ count }) => count >= part * total)?.bound ?? Number.POSITIVE_INFINITY;
        return compare(`P${part * 100} of ${hostOf(context, label)}`, {
          expected: `at most ${most}`,
          measured: bound === Number.POSITIVE_INFINITY ? "more than 10000" : `at most ${bound * 1000}`,
          unit: "ms",
          holds: bound * 1000 <= most,
          setting: `objectives.${name}`,
        });
      });
    }),
});

/** One pebibyte: cgroups and Node.js write a number near 2^63 or 2^64 where a process has no limit. */
const noLimit = 2 ** 50;

export const memoryLow = probe({
  name: "memory-low",
  items: ["S4.8"],
  title: "The memory of each process must stay within the objective.",
  needs: ["web", "metrics-token"],
  settings: ["objectives.memoryPercent"],
  measure: (context) =>
    eachOf(hosts, String, async (label) => {
      const { samples } = await read(context, label);
      const value = (name: string) => samples.find((sample) => sample.name === name)?.value;
      const used = value("optropic_process_memory_bytes");
      const limit = value("optropic_process_memory_limit_bytes");
      if (used === undefined || limit === undefined || !(used > 0) || !(limit > 0 && limit < noLimit)) {
        throw new Unknown("no-data", `${hostOf(context, label)} does not say how much memory it has`);
      }
      const percent = (100 * used) / limit;
      const { memoryPercent } = context.settings.objectives;
      return [
        compare(hostOf(context, label), {
          expected: `at most ${memoryPercent}`,
          measured: percent.toFixed(1),
          unit: "%",
          holds: percent <= memoryPercent,
          setting: "objectives.memoryPercent",
        }),
      ];
    }),
});

function enough(total: number, host: string): void {
  if (total >= leastRequests) return;
  throw new Unknown(
    "no-data",
    `${host} has answered ${total} requests, and ${leastRequests} are needed to tell`,
  );
}

function sum(samples: readonly Sample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}

/** The buckets of a histogram over all of its labels, from the lowest bound. */
function bucketsOf(samples: readonly Sample[], name: string): { bound: number; count: number }[] {
  const counts = new Map<number, number>();
  for (const { labels, value } of samples.filter((sample) => sample.name === `${name}_bucket`)) {
    const text = labels.get("le") ?? "";
    const bound = text === "+Inf" ? Number.POSITIVE_INFINITY : Number(text);
    counts.set(bound, (counts.get(bound) ?? 0) + value);
  }
  return [...counts].map(([bound, count]) => ({ bound, count })).sort((a, b) => a.bound - b.bound);
}
