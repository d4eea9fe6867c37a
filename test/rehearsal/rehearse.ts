import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isItemId } from "../../checklist/items.ts";
import type { Settings } from "../../config/settings.ts";
import type { Decision } from "../../evidence/decide.ts";
import { mail } from "../../operations/announce/mail.ts";
import { grafanaAnnotation, pagerDutyChange, slack, statusPage } from "../../operations/announce/webhooks.ts";
import { reconcile } from "../../operations/release/engine.ts";
import { StoreSink } from "../../operations/release/evidence-sink.ts";
import { githubRepository } from "../../operations/release/github.ts";
import { grafanaAlerts } from "../../operations/release/grafana-alerts.ts";
import type { Entry, Journal } from "../../operations/release/journal.ts";
import { FileJournal } from "../../operations/release/journal-file.ts";
import type { Outcome } from "../../operations/release/options.ts";
import type { Repository } from "../../operations/release/ports.ts";
import type { Step } from "../../operations/release/step.ts";
import type { Parts, Stage } from "../../operations/release/steps/parts.ts";
import { releaseSteps } from "../../operations/release/steps/registry.ts";
import { releaseOrRollBack } from "../../operations/rollback/automatic.ts";
import { rollbackSteps } from "../../operations/rollback/steps.ts";
import type { Metrics } from "../../operations/watch/watch.ts";
import { GitHub } from "../../vendors/github.ts";
import { grafanaApiToken, type Received, startReceivers } from "../operations/announce/receivers.ts";
import { isErrorRate, seriesOf } from "../operations/release/series.ts";
import { fakeGitHub, githubToken, healthyGitHub } from "../vendors/fake/github.ts";
import { releaseRoutes, repositoryBefore } from "../vendors/fake/github-releases.ts";
import { startFake } from "../vendors/fake/server.ts";
import { RehearsalClock } from "./clock.ts";
import { RehearsalEvidence } from "./evidence.ts";
import { type Looks, trustful } from "./looks.ts";
import { isReleased, type RehearsalStack, rehearsed, startStack } from "./platform.ts";

const hourMs = 3_600_000;

export interface Rehearsal {
  /** Where its journal, its evidence and its reports are left. */
  readonly folder: string;
  readonly settings: Settings;
  /** Hours after the deployment at which requests begin to fail; undefined where nothing goes wrong. */
  readonly faultAtHour?: number;
  /** How it looks at what is served; undefined believes the vendors. */
  readonly looks?: (stacks: { production: RehearsalStack; staging: RehearsalStack }) => Promise<Looks>;
  /** Whether the rollback takes real time, so that it can be measured. */
  readonly realTime?: boolean;
  readonly progress?: (line: string) => void;
}

/** What a rehearsal came to. */
export interface Rehearsed {
  readonly outcome: Outcome;
  readonly steps: readonly Step[];
  readonly entries: readonly Entry[];
  readonly rollback: readonly Entry[];
  readonly decision: Decision;
  readonly received: readonly Received[];
  readonly served: Readonly<Record<"web" | "api", string>>;
  readonly metrics: Metrics;
  readonly wentLive: Date | undefined;
  readonly end: Date;
  readonly evidence: RehearsalEvidence;
  /** The incident report, where it was rolled back. */
  readonly incident: string | undefined;
  /** How long the rollback took, in milliseconds of real time. */
  readonly rollbackMs: number | undefined;
}

/** Takes a release from the freeze to its end, on a clock that goes from one due moment to the next. */
export async function rehearse(rehearsal: Rehearsal): Promise<Rehearsed> {
  const { folder, settings, faultAtHour, progress } = rehearsal;
  const clock = new RehearsalClock(Date.parse("2026-12-01T08:00:00Z"));
  const version = settings.release;
  const receivers = await startReceivers();
  const repository = settings.project.repository;
  const github = fakeGitHub(healthyGitHub(repository));
  const releases = repositoryBefore(version, rehearsed.commit);
  const server = await startFake([{ ...github, routes: { ...releaseRoutes(releases), ...github.routes } }]);
  const production = await startStack(settings);
  // Of the same settings, so that one target can serve for both.
  const staging = await startStack(settings);
  const looks = await (rehearsal.looks ?? trustful)({ production, staging });
  const evidence = new RehearsalEvidence({
    root: join(folder, "records"),
    settings,
    commit: rehearsed.commit,
  });
  const journals = new Map<string, FileJournal>();
  const journalOf = (name: string): Journal => {
    const journal = journals.get(name) ?? new FileJournal(join(folder, "journal.sqlite"), name);
    journals.set(name, journal);
    return journal;
  };
  const entriesOf = (name: string) => journalOf(name).read();
  try {
    const wentLive = async (): Promise<Date | undefined> => {
      const entries = await entriesOf(version);
      const ended = entries.find((each) => each.kind === "ended" && each.step === "production-promote");
      return ended === undefined ? undefined : new Date(ended.at);
    };
    let live: Date | undefined;
    let rolledBackAt = Number.POSITIVE_INFINITY;
    const metrics = seriesOf((query, at) => {
      const since = live?.getTime() ?? Number.POSITIVE_INFINITY;
      const isBroken =
        faultAtHour !== undefined &&
        at.getTime() >= since + faultAtHour * hourMs &&
        at.getTime() < rolledBackAt;
      return isBroken && isErrorRate(query) ? 0.08 : undefined;
    });
    const alerts = grafanaAlerts({
      ...{ url: receivers.url, dataSource: "prometheus", token: grafanaApiToken, intervalSeconds: 60 },
    });
    const stageOf = (stack: RehearsalStack, name: "production" | "staging"): Stage => ({
      ...{ hosts: stack.hosts, alerts, metrics },
      verifier: {
        async verify({ only = [] }, signal) {
          const probes = await looks.verify(name, only, signal);
          const results = looks.resultsOf(probes, clock.now());
          if (name === "production" && results.length > 0) {
            evidence.measures(probes.map((probe) => probe.name));
            const at = clock.now().toISOString();
            evidence.folder.add(
              {
                ...{ kind: "verify", project: "optropic", stack: name, commit: rehearsed.commit, results },
                ...{ tool: { name: "optropic", version: "rehearsal" }, startedAt: at, finishedAt: at },
              },
              undefined,
            );
          }
          return probes;
        },
      },
    });
    const { from } = settings.rollout.announcements;
    const channels = [
      slack(`${receivers.url}/slack/canary-hook`),
      statusPage(`${receivers.url}/status/canary-hook`),
      pagerDutyChange("canary-routing-key", receivers.url),
      grafanaAnnotation(receivers.url, grafanaApiToken),
      mail("mail", { server: receivers.smtp, from, to: ["stakeholders@optropic.example"] }),
    ];
    const channel: Parts["channel"] = (name) => {
      const found = channels.find((each) => each.name === name);
      if (found === undefined) throw new Error(`There is no channel ${name}`);
      return found;
    };
    const links = [{ title: "Status page", url: settings.links.statusPage }];
    const code: Repository = githubRepository(
      new GitHub({ environment: { GITHUB_TOKEN: githubToken, GITHUB_API_URL: `${server.url}/github` } }),
      repository,
    );
    const parts: Parts = {
      ...{ stack: "production", settings, repository: code, channel, links, health: looks.health },
      production: stageOf(production, "production"),
      staging: stageOf(staging, "staging"),
      decisions: {
        async decide({ phase }) {
          const { go, items } = evidence.decide(phase, clock.now());
          return {
            go,
            items: items.flatMap(({ item: { id }, verdict, blocks, reason }) =>
              isItemId(id) ? [{ id, verdict, blocks, reason }] : [],
            ),
          };
        },
      },
    };
    const steps = releaseSteps(parts);
    const common = {
      ...{ now: clock.now, holder: "the rehearsal", signal: new AbortController().signal, progress },
    };
    const sinkOf = (kind: "release" | "rollback") =>
      new StoreSink({
        ...{
          open: async () => evidence.folder,
          project: "optropic",
          stack: "production",
          kind,
          key: undefined,
        },
        tool: { name: "optropic", version: "rehearsal" },
      });
    let runs = 0;
    const release = (): Promise<Outcome> => {
      runs += 1;
      return reconcile({
        ...common,
        ...{ version, commit: rehearsed.commit, steps, journal: journalOf(version), run: `release-${runs}` },
        ...{ evidence: sinkOf("release"), limits: limitsOf(settings) },
      });
    };
    let incident: string | undefined;
    let rollbackMs: number | undefined;
    const rollBackOnce = (name: string, reason: string): Promise<Outcome> => {
      runs += 1;
      return reconcile({
        ...common,
        ...{ version: name, commit: rehearsed.commit, journal: journalOf(name), run: `rollback-${runs}` },
        steps: rollbackSteps({
          ...{
            stack: "production",
            settings,
            hosts: production.hosts,
            choice: { bad: [] },
            channel,
            links,
            reason,
          },
          judge: async () => ({ state: "compatible", summary: "No migration came with the release" }),
          ...{ acceptSchema: false, rehearsal: false, repository: code },
          servedCommit: looks.servedCommit,
          async writeReport(file, text) {
            incident = join(folder, file);
            writeFileSync(incident, text);
            return incident;
          },
        }),
        evidence: sinkOf("rollback"),
        limits: { failed: 0, error: 5, inconclusive: 5, intervalMs: 2000, callMs: 60_000, leaseMs: 150_000 },
      });
    };
    const settle = async (
      call: () => Promise<Outcome>,
      wait: (until: Date) => Promise<void>,
    ): Promise<Outcome> => {
      for (let turn = 0; turn < 5000; turn += 1) {
        live ??= await wentLive();
        const outcome = await call();
        if (outcome.state !== "waiting") return outcome;
        await wait(outcome.until);
      }
      throw new Error("It never ends");
    };
    const drive = async (until: Date): Promise<void> => clock.to(until);
    const outcome = await settle(
      () =>
        releaseOrRollBack({
          ...{ journal: journalOf(version), steps, run: "automatic", now: clock.now, release },
          isOut: async () => isReleased(production.served("web")) || isReleased(production.served("api")),
          nameRollback: async () => `rollback-${version}-1`,
          async rollBack(name, reason) {
            let ended: Outcome | undefined;
            const all = async (): Promise<void> => {
              ended = await settle(
                () => rollBackOnce(name, reason),
                rehearsal.realTime === true
                  ? (until) => sleep(Math.max(100, until.getTime() - clock.now().getTime()))
                  : drive,
              );
            };
            rollbackMs = await clock.inRealTime(all);
            rolledBackAt = clock.now().getTime();
            if (ended === undefined) throw new Error("The rollback has no end");
            return ended;
          },
        }),
      drive,
    );
    return {
      ...{ outcome, steps, metrics, evidence, incident, rollbackMs, wentLive: live, end: clock.now() },
      entries: await entriesOf(version),
      rollback: await entriesOf(`rollback-${version}-1`),
      decision: evidence.decide("after", clock.now()),
      received: receivers.received,
      served: { web: production.served("web"), api: production.served("api") },
    };
  } finally {
    for (const journal of journals.values()) journal.close();
    await looks.stop();
    await Promise.all([server.stop(), receivers.stop(), production.platform.stop(), staging.platform.stop()]);
  }
}

function limitsOf({ rollout }: Settings) {
  const { failed, error, inconclusive, intervalSeconds, callSeconds, leaseMinutes } = rollout.limits;
  return {
    ...{ failed, error, inconclusive, intervalMs: intervalSeconds * 1000 },
    ...{ callMs: callSeconds * 1000, leaseMs: leaseMinutes * 60_000 },
  };
}
