import type { ItemId } from "../../../checklist/items.ts";
import { sameCommit } from "../../../lib/commit.ts";
import { telling } from "../../announce/channel.ts";
import { holdsSuccessfully, waiting } from "../measurement.ts";
import type { Step, StepRun } from "../step.ts";
import { alarmsOf, releaseMessage, tellingOf, toldEveryone } from "./announcements.ts";
import { controls } from "./controls.ts";
import { building, deploying, promoting, servedEverywhere } from "./deploying.ts";
import { ofProbes } from "./finding.ts";
import type { Parts } from "./parts.ts";
import { shown } from "./staging.ts";

/** Steps 3 to 5 of the checklist: the database, the decision, the deployment, and what it serves. */
export function productionSteps(parts: Parts): Step[] {
  return [
    migration(parts),
    decision(parts),
    build(parts),
    probe(parts),
    promote(parts),
    marked(parts),
    verified(parts),
  ];
}

const migrated: readonly ItemId[] = ["S3.1", "S3.2"];

/** Waits until the evidence shows that the database was backed up and migrated, whoever did it. */
function migration({ decisions, settings }: Parts): Step {
  return {
    name: "migration",
    title: "The database must be backed up and migrated.",
    items: migrated,
    controls: [],
    approver: "databaseAdmin",
    limitMinutes: 1440,
    back: `Version ${settings.release} may need the new schema; docs/release.md says what each way back loses.`,
    async after({ commit, signal, now }) {
      const { items } = await decisions.decide({ phase: "release", commit }, signal);
      return shown(items, migrated, now, "run npx optropic migrate rehearse and npx optropic migrate apply");
    },
  };
}

function decision({ decisions, stack }: Parts): Step {
  return {
    name: "decision",
    title: "Every item that is due before a release must hold.",
    items: [],
    controls: [],
    approver: "technicalLead",
    limitMinutes: 7 * 1440,
    back: "None is needed: it changes nothing.",
    async after({ commit, signal, now }) {
      const { go, items } = await decisions.decide({ phase: "before", commit }, signal);
      if (go) return holdsSuccessfully("Go: every item that is due holds");
      const blocking = items.filter(({ blocks }) => blocks);
      const unmet = blocking.filter(({ verdict }) => verdict === "does-not-hold");
      const ids = (unmet.length > 0 ? unmet : blocking).map(({ id }) => id);
      const list = `${ids.slice(0, 12).join(", ")}${ids.length > 12 ? ` and ${ids.length - 12} more` : ""}`;
      const see = `see npx optropic report --stack ${stack}`;
      return unmet.length > 0
        ? { state: "failed", summary: `No-go: ${list} do not hold; ${see}` }
        : waiting(now, `No-go: ${list} are not shown; ${see}`, 5 * 60_000);
    },
  };
}

const approver = "devops";

function build({ production }: Parts): Step {
  const hosts = production.hosts.filter(({ stages }) => stages);
  return {
    name: "production-build",
    title: "The commit must be built without serving anybody, on each host that can.",
    items: ["S4.1"],
    controls: [],
    approver,
    limitMinutes: 60,
    back: "Delete the deployment; nobody is served by it.",
    actions: hosts.map(building),
    async after(run) {
      for (const host of hosts) {
        const id = run.noted("production-build", host.name)?.deployment;
        const own = (await host.deployments(run.signal)).find((each) => each.id === id);
        if (own === undefined || (!own.ready && !own.pending)) {
          return { state: "failed", summary: `${host.name} could not build ${run.commit.slice(0, 12)}` };
        }
        if (own.commit !== undefined && !sameCommit(own.commit, run.commit)) {
          return {
            state: "failed",
            summary: `${host.name} built ${own.commit.slice(0, 12)} as ${own.id}, and ${run.commit.slice(0, 12)} was asked for`,
          };
        }
        if (!own.ready) return waiting(run.now, `${host.name} is building`, 10_000);
      }
      return holdsSuccessfully(
        hosts.length === 0 ? "No host builds without serving" : "Built, and serving nobody",
      );
    },
  };
}

function probe({ production, health }: Parts): Step {
  const hosts = production.hosts.filter(({ stages }) => stages);
  return {
    name: "production-probe",
    title: "What was built must answer its health check before anybody is served by it.",
    items: ["S4.3"],
    controls: [],
    approver,
    limitMinutes: 60,
    back: "Delete the deployment; nobody is served by it.",
    async after(run) {
      for (const host of hosts) {
        const url = run.noted("production-build", host.name)?.url;
        if (url === undefined)
          return { state: "inconclusive", summary: `${host.name} names no address of what it built` };
        const status = await health(url, run.signal);
        if (status === 401 || status === 403) {
          return {
            state: "inconclusive",
            summary: `${url} is protected: set VERCEL_AUTOMATION_BYPASS_SECRET to the project's secret for automation`,
          };
        }
        if (status !== 200)
          return { state: "failed", summary: `The health check of ${url} answered ${status}` };
      }
      return holdsSuccessfully("What was built is healthy");
    },
  };
}

function promote({ production }: Parts): Step {
  return {
    name: "production-promote",
    title: "Every host must serve the commit.",
    items: ["S4.1"],
    controls: [controls.deployed],
    approver,
    limitMinutes: 60,
    back: "optropic rollback",
    actions: production.hosts.map((host) => (host.stages ? promoting(host) : deploying(host))),
    after: (run) => servedEverywhere(production.hosts, run, controls.deployed),
  };
}

function marked(parts: Parts): Step {
  const names = parts.settings.rollout.announcements.marks;
  return {
    name: "production-marked",
    title: "The moment of the deployment must be marked where people look at incidents and graphs.",
    items: [],
    controls: [],
    approver,
    limitMinutes: 120,
    back: "None is needed.",
    actions: names.map((name) => telling(parts.channel(name), (run: StepRun) => releaseMessage(parts, run))),
    after: async (run) => toldEveryone(names, [], tellingOf(parts, run, "production-marked")),
  };
}

/** What is measured when the release is out; the hours after it have steps of their own. */
const releaseItems: readonly ItemId[] = [
  ...(["S3.3", "S3.4", "S3.5", "S4.2", "S4.3", "S4.4", "S4.5", "S4.6", "S4.7", "S4.8"] as const),
  ...(["S5.1", "S5.2", "S5.3", "S5.4", "S5.5", "S5.6", "S5.8"] as const),
];

function verified(parts: Parts): Step {
  const { production, settings } = parts;
  const title = "Every domain must serve the release as it is declared.";
  return {
    name: "production-verify",
    title,
    items: releaseItems,
    controls: [],
    approver,
    limitMinutes: 120,
    back: "optropic rollback",
    rollsBack: true,
    alarms: alarmsOf(parts, "production-verify", title),
    async after({ commit, signal }) {
      const request = { commit, release: settings.release, only: releaseItems };
      return ofProbes(await production.verifier.verify(request, signal));
    },
  };
}
