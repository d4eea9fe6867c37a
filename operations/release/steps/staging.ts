import type { ItemId } from "../../../checklist/items.ts";
import { counted } from "../../../lib/text.ts";
import { measured, waiting } from "../measurement.ts";
import type { DecidedItem } from "../ports.ts";
import type { Step } from "../step.ts";
import { controls } from "./controls.ts";
import { deploying, servedEverywhere } from "./deploying.ts";
import { findingOf, ofProbes } from "./finding.ts";
import type { Parts } from "./parts.ts";

const hour = 3_600_000;

/** Step 2 of the checklist: the commit runs in staging, is tried, put under load, and watched. */
export function stagingSteps(parts: Parts): Step[] {
  return [deploy(parts), smoke(parts), loadTest(parts), soak(parts), signed(parts)];
}

const approver = "devops";

function deploy({ staging }: Parts): Step {
  return {
    name: "staging-deploy",
    title: "Staging must serve the commit.",
    items: ["S2.1"],
    controls: [controls.staging],
    approver,
    limitMinutes: 60,
    back: "Deploy the previous commit to staging.",
    actions: staging.hosts.map((host) => deploying(host)),
    after: (run) => servedEverywhere(staging.hosts, run, controls.staging),
  };
}

/** What a smoke test looks at: health, metrics, login and the paths that people take. */
const smokeItems: readonly ItemId[] = ["S4.2", "S4.3", "S4.4", "S4.5", "S2.4", "S2.5"];

function smoke({ staging, settings }: Parts): Step {
  return {
    name: "staging-smoke",
    title: "Health, metrics, login and the critical paths of staging must work.",
    items: ["S2.2", "S2.4", "S2.5"],
    controls: [controls.smoke],
    approver,
    limitMinutes: 60,
    back: "None is needed: it changes nothing.",
    async after({ commit, signal }) {
      const request = { commit, release: settings.release, only: smokeItems };
      const found = ofProbes(await staging.verifier.verify(request, signal));
      const state =
        found.state === "successful" ? "holds" : found.state === "failed" ? "does-not-hold" : "unknown";
      return { ...found, findings: [{ ...findingOf(controls.smoke, true, found.summary), state }] };
    },
  };
}

function loadTest({ decisions }: Parts): Step {
  return {
    name: "staging-load-test",
    title: "A load test of staging must have met every objective.",
    items: ["S2.6", "6.1", "6.2", "6.3", "6.4", "6.5", "6.6"],
    controls: [],
    approver,
    limitMinutes: 7 * 1440,
    back: "None is needed: it changes nothing.",
    async after({ commit, signal, now }) {
      const { items } = await decisions.decide({ phase: "before", commit }, signal);
      return shown(
        items,
        ["S2.6", "6.1", "6.2", "6.3", "6.4", "6.5", "6.6"],
        now,
        "Run the load test and record it: npm run loadtest, optropic evidence load-test",
      );
    },
  };
}

function soak({ staging, settings }: Parts): Step {
  const hours = settings.rollout.soakHours;
  return {
    name: "staging-soak",
    title: `No alert may fire in staging for ${counted(hours, "hour")}.`,
    items: ["S2.7"],
    controls: [controls.soak],
    approver,
    limitMinutes: hours * 60 + 240,
    back: "None is needed: it changes nothing.",
    async after({ signal, now, begunAt, endedAt }) {
      const from = endedAt("staging-deploy") ?? begunAt;
      const end = new Date(from.getTime() + hours * hour);
      const fired = await staging.alerts.fired(from, now < end ? now : end, signal);
      const since = `since ${from.toISOString()}`;
      if (fired !== undefined && fired.length > 0) {
        const summary = `Fired in staging ${since}: ${fired.join(", ")}`;
        return measured(summary, [findingOf(controls.soak, false, summary)]);
      }
      if (now < end) {
        return {
          state: "waiting",
          summary: fired === undefined ? `No data yet ${since}` : `No alert has fired in staging ${since}`,
          until: new Date(Math.min(end.getTime(), now.getTime() + hour / 4)),
        };
      }
      const summary = fired === undefined ? `The watch has gaps ${since}` : `No alert fired ${since}`;
      const finding = findingOf(controls.soak, true, summary);
      return measured(summary, [fired === undefined ? { ...finding, state: "unknown" } : finding]);
    },
  };
}

function signed({ repository, settings, decisions }: Parts): Step {
  const { criticalLabel } = settings.rollout;
  return {
    name: "staging-signed",
    title: "No critical issue may be open, and people must have signed what they saw in staging.",
    items: ["S2.3", "S2.8"],
    controls: [controls.issues],
    approver: "technicalLead",
    limitMinutes: 7 * 1440,
    back: "None is needed: it changes nothing.",
    async after({ commit, signal, now }) {
      const open = await repository.openIssues(criticalLabel, signal);
      if (open.length > 0) {
        const summary = `Open and ${criticalLabel}: ${open.map(({ number }) => `#${number}`).join(", ")}`;
        return measured(summary, [findingOf(controls.issues, false, summary)]);
      }
      const { items } = await decisions.decide({ phase: "before", commit }, signal);
      const finding = findingOf(controls.issues, true, `No issue with the label ${criticalLabel} is open`);
      // S2.8 cannot hold before this step has recorded its own part of it.
      const people = shown(items, ["S2.3"], now, "Sign it: optropic attest S2.3, optropic attest S2.8");
      return people.state === "successful" ? measured(finding.summary, [finding]) : people;
    },
  };
}

/** Whether the evidence shows items; it waits for what nobody has shown yet. */
export function shown(items: readonly DecidedItem[], ids: readonly ItemId[], now: Date, todo: string) {
  const asked = items.filter(({ id }) => ids.includes(id));
  const unmet = asked.filter(({ verdict }) => verdict === "does-not-hold");
  if (unmet.length > 0) {
    const summary = unmet.map(({ id, reason }) => `${id}: ${reason}`).join("; ");
    return { state: "failed", summary } as const;
  }
  const open = ids.filter((id) => asked.find((item) => item.id === id)?.blocks !== false);
  if (open.length === 0) return { state: "successful", summary: `${ids.join(", ")} are shown` } as const;
  return waiting(now, `${open.join(", ")}: ${todo}`, 5 * 60_000);
}
