import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { isItemId } from "../../checklist/items.ts";
import type { Settings } from "../../config/settings.ts";
import { type Result, runCommand, type Work } from "../../lib/command.ts";
import { sameCommit } from "../../lib/commit.ts";
import { exitStatus, statusForSchedule } from "../../lib/exit.ts";
import { Failure } from "../../lib/failure.ts";
import { jsonLine } from "../../lib/json.ts";
import { printableText } from "../../lib/text.ts";
import type { Host } from "../../operations/hosts/host.ts";
import { chosen, reconcile } from "../../operations/release/engine.ts";
import { StoreSink } from "../../operations/release/evidence-sink.ts";
import { grafanaAlerts } from "../../operations/release/grafana-alerts.ts";
import type { Limits } from "../../operations/release/measurement.ts";
import { planDocument, planText } from "../../operations/release/plan.ts";
import { readSettlement, settle } from "../../operations/release/settle.ts";
import type { Parts, Stage } from "../../operations/release/steps/parts.ts";
import { releaseSteps } from "../../operations/release/steps/registry.ts";
import { type Automatic, releaseOrRollBack } from "../../operations/rollback/automatic.ts";
import { answerOf } from "../../operations/rollback/targets.ts";
import packageJson from "../../package.json" with { type: "json" };
import { projectNameOf } from "../../project/project.ts";
import { readStackSettings } from "../../project/settings.ts";
import { Prometheus } from "../../vendors/prometheus.ts";
import { decided } from "../evidence/decision.ts";
import { git } from "../evidence/git.ts";
import { openEvidence, placeIn } from "../evidence/place.ts";
import { settingsDigest, signingKey } from "../evidence/record.ts";
import { linksOf } from "../links.ts";
import { stoppable } from "../operations/operation.ts";
import { measure } from "../operations/run-verify.ts";
import { type ReleaseVariables, readReleaseVariables } from "./environment.ts";
import { openJournal } from "./journal.ts";
import { reported, untilSettled } from "./outcome.ts";
import { channelsOf, healthOf, holder, hostsOf, repositoryOf } from "./reach.ts";
import { rollbackName } from "./rollback-name.ts";
import { defaultReports, rollback } from "./run-rollback.ts";

export interface ReleaseFlags {
  version: string;
  commit?: string;
  stack: string;
  cwd: string;
  evidence: string;
  journal?: string;
  plan: boolean;
  wait: boolean;
  scheduled: boolean;
  from?: string;
  until?: string;
  dryRun: boolean;
  settle?: string;
  takeOver: boolean;
  /** Undefined leaves it to the settings. */
  autoRollback?: boolean;
  json: boolean;
  debug: boolean;
}

/** Runs what is due of a release. */
export async function runRelease(flags: ReleaseFlags): Promise<void> {
  await runCommand(flags, (work) => stoppable((signal) => release(flags, work, signal)));
}

async function release(flags: ReleaseFlags, work: Work, signal: AbortSignal): Promise<Result> {
  const { stack, version, json } = flags;
  const cwd = resolve(flags.cwd);
  const settings = readStackSettings(cwd, stack);
  if (settings.release !== version) {
    throw new Failure(
      "refused",
      `--version is ${version}, and optropic:release of ${stack} is ${settings.release}: release what the settings declare`,
    );
  }
  if (flags.settle !== undefined && (flags.dryRun || flags.plan)) {
    throw new Failure("refused", "--settle writes to the journal: leave out --dry-run and --plan");
  }
  const variables = readReleaseVariables(process.env);
  if (flags.plan) {
    const all = releaseSteps(partsOf(flags, cwd, settings, variables, work));
    const steps = chosen({ steps: all, from: flags.from, until: flags.until });
    return {
      status: exitStatus.holds,
      output: json
        ? jsonLine(planDocument(version, steps, settings.contacts))
        : printableText(planText(version, steps, settings.contacts)),
    };
  }
  const commit = await commitOf(flags, cwd);
  const steps = releaseSteps(partsOf(flags, cwd, settings, variables, work));
  const { journal, close } = openJournal({ cwd, stack, journal: flags.journal, name: version }, work.warn);
  const run = randomUUID();
  const now = (): Date => new Date();
  try {
    if (flags.settle !== undefined) {
      await settle(readSettlement(flags.settle), { journal, steps, run, by: holder(), now });
    }
    let takeOver = flags.takeOver;
    const call = () => {
      // Once: what another run takes afterwards is not from a dead one.
      const isTaken = takeOver;
      takeOver = false;
      return reconcile({
        version,
        commit,
        steps,
        journal,
        evidence: new StoreSink({
          open: () => openEvidence(cwd, flags.evidence, stack),
          settings: settingsDigest(cwd, stack),
          project: projectNameOf(cwd),
          stack,
          kind: "release",
          tool: { name: packageJson.name, version: packageJson.version },
          key: signingKey(process.env),
        }),
        now,
        limits: limitsOf(settings),
        run,
        holder: holder(),
        signal,
        from: flags.from,
        until: flags.until,
        dryRun: flags.dryRun,
        takeOver: isTaken,
        progress: work.progress,
      });
    };
    const back = { ...rollbackFlags, ...flags, dryRun: false };
    const automatic: Automatic = {
      ...{ journal, steps, run, now, release: call },
      isOut: () => servesAnywhere(hostsOf(settings), commit, signal),
      nameRollback: () => rollbackName(back, { cwd, stack, settings }, work),
      rollBack: async (name, reason) => (await rollback({ ...back, reason }, work, signal, name)).outcome,
    };
    const goesBack = flags.autoRollback ?? settings.rollout.autoRollback;
    const once = goesBack && !flags.dryRun ? () => releaseOrRollBack(automatic) : call;
    const outcome =
      flags.wait && !flags.dryRun
        ? await untilSettled(once, { signal, progress: work.progress })
        : await once();
    const result = reported(outcome, json);
    return flags.scheduled ? { ...result, status: statusForSchedule(result.status) } : result;
  } finally {
    close();
  }
}

/** What a rollback is not told by a release: it goes to the last good deployment, by the schema's own judgment. */
export const rollbackFlags = {
  acceptSchema: false,
  acceptLoss: false,
  finish: false,
  rehearse: false,
  reports: defaultReports,
};

/** Limits of a release, in the units of the engine. */
export function limitsOf({ rollout }: Settings): Limits {
  const { failed, error, inconclusive, intervalSeconds, callSeconds, leaseMinutes } = rollout.limits;
  return {
    failed,
    error,
    inconclusive,
    intervalMs: intervalSeconds * 1000,
    callMs: callSeconds * 1000,
    leaseMs: leaseMinutes * 60_000,
  };
}

function partsOf(
  flags: ReleaseFlags,
  cwd: string,
  settings: Settings,
  variables: ReleaseVariables,
  work: Work,
): Parts {
  const { stagingStack } = settings.rollout;
  const stageOf = (stack: string, own: Settings): Stage => ({
    hosts: hostsOf(own),
    metrics: lazily(() => new Prometheus()),
    alerts: grafanaAlerts({
      url: own.observability.grafana.url,
      dataSource: own.observability.grafana.dataSource,
      token: stack === flags.stack ? variables.GRAFANA_AUTH : process.env.STAGING_GRAFANA_AUTH,
      intervalSeconds: own.observability.scrapeIntervalSeconds,
    }),
    verifier: {
      async verify({ commit, only }, signal) {
        const { probes } = await measure(
          {
            ...{ stack, cwd, target: [], allowUnknown: [], allowWrites: false },
            // A dry run changes nothing, the evidence neither.
            ...(!flags.dryRun && { evidence: placeIn(cwd, flags.evidence) }),
            ...(only !== undefined && { only: [...only] }),
          },
          { ...work, signal, environment: { ...process.env, VERIFY_COMMIT: commit } },
        );
        return probes;
      },
    },
  });
  return {
    stack: flags.stack,
    settings,
    production: stageOf(flags.stack, settings),
    staging: stageOf(stagingStack, readStackSettings(cwd, stagingStack)),
    // A plan needs no token.
    repository: lazily(() => repositoryOf(settings)),
    decisions: {
      async decide({ phase, commit }) {
        const { decision, items } = await decided({
          ...{ stack: flags.stack, cwd, evidence: flags.evidence, json: false, debug: false },
          ...{ phase, commit, checkpoint: [] },
        });
        return {
          go: decision === "go",
          items: items.flatMap(({ id, verdict, blocks, reason }) =>
            isItemId(id) ? [{ id, verdict, blocks, reason }] : [],
          ),
        };
      },
    },
    channel: channelsOf(settings, variables),
    links: linksOf(settings),
    health: healthOf(settings, variables),
  };
}

/** Whether one of the hosts serves a commit, or does not say: then the rollback itself finds out. */
export async function servesAnywhere(
  hosts: readonly Host[],
  commit: string,
  signal: AbortSignal,
): Promise<boolean> {
  const served = await Promise.all(
    hosts.map((host) =>
      answerOf((limited) => host.served(limited), signal).catch(() => {
        signal.throwIfAborted();
        return undefined;
      }),
    ),
  );
  return served.some((each) => each?.commit === undefined || sameCommit(each.commit, commit));
}

/** An object that is made when one of its methods is first called. */
function lazily<T extends object>(make: () => T): T {
  let made: T | undefined;
  return new Proxy(Object.create(null), {
    get(_, name) {
      made ??= make();
      const value: unknown = Reflect.get(made, name);
      // Of the object itself: a method of a class reads private members, which a proxy has none of.
      return typeof value === "function" ? value.bind(made) : value;
    },
  });
}

async function commitOf({ commit }: Pick<ReleaseFlags, "commit">, cwd: string): Promise<string> {
  const found = commit ?? (await git(cwd, ["rev-parse", "--verify", "HEAD"]));
  if (found !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(found)) return found;
  throw new Failure("refused", "Which commit goes live is not known: pass --commit, in full");
}
