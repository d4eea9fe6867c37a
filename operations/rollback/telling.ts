import { sameCommit } from "../../lib/commit.ts";
import { formatDuration } from "../../lib/units.ts";
import { telling } from "../announce/channel.ts";
import type { Message } from "../announce/message.ts";
import { surely } from "../release/act.ts";
import { holdsSuccessfully, measured } from "../release/measurement.ts";
import type { Action, Step, StepRun } from "../release/step.ts";
import { tellingOf, toldEveryone } from "../release/steps/announcements.ts";
import { findingOf } from "../release/steps/finding.ts";
import { rehearsalControl, rollbackControls } from "./controls.ts";
import type { PartsWithDatabase, RollbackParts } from "./parts.ts";
import { databaseText, isLeft, nameOf } from "./recovery.ts";
import { incidentReport } from "./report.ts";
import { leftOf, notBack, reached, short, targetOf } from "./targets.ts";

const common = { approver: "technicalLead", back: "Nothing is to be undone." } as const;

/** Who is told of a rollback, what is written of it, and how long it took. */
export function tellingSteps(parts: RollbackParts): Step[] {
  return parts.rehearsal ? [rehearsed(parts)] : [announced(parts), reported(parts), postMortem(parts)];
}

/**
 * A recovery takes an hour, and people hear within minutes that the hosts are back. Whoever cannot be told must not
 * keep the database from going back: the announcement behind it waits for them.
 */
export function toldBefore(parts: PartsWithDatabase): Step[] {
  if (parts.rehearsal) return [];
  const name = nameOf("first", parts.database);
  const isNeedless = (run: StepRun): boolean =>
    leftOf(parts, run).length > 0 || run.endedAt("announcement") !== undefined;
  return [
    {
      ...ofDatabase,
      name,
      title: "People must know that the hosts are back, and that the database follows.",
      actions: tellings(parts).map((action) => unless(isNeedless, surely(action))),
      goesOnWithout: () => true,
      async after(run) {
        const names = parts.settings.rollout.announcements.rollback;
        const untold = names.filter((channel) => run.noted(name, channel) === undefined);
        return holdsSuccessfully(untold.length === 0 ? "They were told" : `Not told by ${untold.join(", ")}`);
      },
    },
  ];
}

/** What became of a database that was recovered after the announcement, as where a later call asked for it. */
export function toldAfter(parts: PartsWithDatabase): Step[] {
  if (parts.rehearsal) return [];
  const isNeedless = (run: StepRun): boolean => {
    const recovered = run.endedAt(nameOf("recovery", parts.database));
    const told = run.endedAt("announcement");
    return isLeft(parts, run) || (recovered !== undefined && told !== undefined && told >= recovered);
  };
  return [
    {
      ...ofDatabase,
      name: nameOf("told", parts.database),
      title: "The stakeholders must know what became of the database.",
      actions: [...tellings(parts), writing(parts)].map((action) => unless(isNeedless, action)),
      after: async () => holdsSuccessfully("They know, and the incident report has it"),
    },
  ];
}

const ofDatabase = { ...common, items: [], controls: [], limitMinutes: 120 } as const;

function tellings(parts: RollbackParts): Action[] {
  return parts.settings.rollout.announcements.rollback.map((name) =>
    telling(parts.channel(name), (run) => messageOf(parts, run)),
  );
}

function unless(isNeedless: (run: StepRun) => boolean, action: Action): Action {
  return {
    ...action,
    find: async (run, key) =>
      isNeedless(run) ? { state: "done", done: { summary: "Nothing is to be told" } } : action.find(run, key),
  };
}

/**
 * What is told and written where a rollback stops half-way: what the journal knows, and what the domains serve now.
 *
 * @returns an alarm for each channel, and the report
 */
export function partly(parts: RollbackParts): NonNullable<Step["alarms"]> {
  if (parts.rehearsal) return () => [];
  return ({ summary }) => [
    ...parts.settings.rollout.announcements.rollback.map((name) =>
      telling(parts.channel(name), async (run) => {
        const told = messageOf(parts, run);
        return {
          ...told,
          event: "rollback-stopped",
          subject: `The rollback of ${parts.settings.project.name} in ${parts.stack} is not complete`,
          paragraphs: [
            parts.reason,
            `Stopped: ${summary}.`,
            ...(await servedNow(parts, run)),
            ...notBack(parts, run),
            databaseText(parts, run),
          ],
        };
      }),
    ),
    writing(parts),
  ];
}

/** What people are served at this moment, whatever the hosts say. */
async function servedNow({ hosts, servedCommit }: RollbackParts, run: StepRun): Promise<string[]> {
  return Promise.all(
    hosts
      .flatMap(({ name, domains }) => domains.map((domain) => ({ name, domain })))
      .map(async ({ name, domain }) => {
        const served = await servedCommit(domain, run.signal).catch(() => undefined);
        const { commit } = targetOf(run, name);
        const isBack = commit !== "" && sameCommit(served, commit);
        return served === undefined
          ? `${domain} does not say what it serves.`
          : `${domain} serves ${short(served)}${isBack ? ", which is the earlier commit" : ""}.`;
      }),
  );
}

function writing(parts: RollbackParts): Action {
  return {
    name: "write",
    does: "Writes the incident report.",
    find: async () => ({ state: "not-done" }),
    async perform(run) {
      const path = await parts.writeReport(`${run.version}.md`, incidentReport(parts, run));
      return { summary: `Wrote ${path}`, note: { path } };
    },
  };
}

/**
 * From the beginning of the rollback to the moment when every domain served the earlier commit; undefined where that
 * is not known, as of a clock that was set back meanwhile.
 */
export function tookMs(run: Pick<StepRun, "endedAt" | "openedAt">): number | undefined {
  const end = run.endedAt("probe");
  return end === undefined || end < run.openedAt ? undefined : end.getTime() - run.openedAt.getTime();
}

function messageOf(parts: RollbackParts, run: StepRun): Message {
  const { settings, stack, hosts, links, reason } = parts;
  const targets = reached(hosts, run, "roll-back").map(
    ({ name, domains }) => `${domains.join(" and ")} serve ${short(targetOf(run, name).commit)}`,
  );
  return {
    event: "rolled-back",
    subject: `${settings.project.name} was rolled back in ${stack}`,
    paragraphs: [
      reason,
      `${targets.join("; ")}. ${[...notBack(parts, run), databaseText(parts, run)].join(" ")}`,
    ],
    links,
    version: run.version,
    stack,
    at: run.now,
  };
}

function announced(parts: RollbackParts): Step {
  const names = parts.settings.rollout.announcements.rollback;
  return {
    ...common,
    name: "announcement",
    title: "The stakeholders must know of the rollback.",
    items: ["R.1"],
    controls: [rollbackControls.announced],
    limitMinutes: 120,
    actions: tellings(parts),
    after: async (run) =>
      toldEveryone(names, [rollbackControls.announced], tellingOf(parts, run, "announcement")),
  };
}

function reported(parts: RollbackParts): Step {
  const minutes = parts.settings.rollout.rollback.minutes;
  return {
    ...common,
    name: "incident-report",
    title: "The incident report must be written from the evidence.",
    items: ["R.2"],
    controls: [rollbackControls.report],
    limitMinutes: 120,
    actions: [writing(parts)],
    async after(run) {
      const took = tookMs(run);
      const spent = took === undefined ? "an unknown time" : formatDuration(took);
      const without = notBack(parts, run);
      const domains = without.length === 0 ? "every domain" : "every domain of the hosts that went back";
      const summary = [
        `${run.noted("incident-report", "write")?.path}: ${domains} served the earlier commit after ${spent}; the objective is ${minutes} min${without.length === 0 ? "" : "."}`,
        ...without,
      ].join(" ");
      return measured(summary, [
        {
          ...findingOf(rollbackControls.report, true, summary),
          ...(took !== undefined && { measured: Math.round(took / 1000), expected: minutes * 60, unit: "s" }),
        },
      ]);
    },
  };
}

function postMortem({ repository, stack }: RollbackParts): Step {
  const marker = (run: StepRun): string => `<!-- optropic ${run.version.replace(/(?:-rest)+$/, "")} -->`;
  const title = `Post-mortem: rollback of ${stack}`;
  return {
    ...common,
    name: "post-mortem",
    title: "An issue for the post-mortem must be open.",
    items: ["R.3"],
    controls: [],
    limitMinutes: 120,
    actions:
      repository === undefined
        ? []
        : [
            {
              name: "issue",
              does: "Opens an issue for the post-mortem.",
              async find(run) {
                const open = await repository.openIssues("post-mortem", run.signal);
                return open.some(({ body }) => body.includes(marker(run)))
                  ? { state: "done", done: { summary: "The issue is open" } }
                  : { state: "not-done" };
              },
              async perform(run) {
                const path = run.noted("incident-report", "write")?.path ?? "";
                const body = `${marker(run)}\n\nThe incident report is ${path}. Agree on a day, write down what was learned, and sign R.3 and R.4 with \`optropic attest\`.`;
                const { url } = await repository.createIssue(
                  { title, body, labels: ["post-mortem"] },
                  run.signal,
                );
                return { summary: `Opened ${url}`, note: { url } };
              },
            },
          ],
    after: async () =>
      repository === undefined
        ? {
            state: "inconclusive",
            summary: "GITHUB_TOKEN is not set: open an issue for the post-mortem yourself",
          }
        : holdsSuccessfully("The issue is open"),
  };
}

function rehearsed({ settings, stack }: RollbackParts): Step {
  const { minutes, rehearsalDays } = settings.rollout.rollback;
  return {
    ...common,
    name: "rehearsed",
    title: "The rollback must have taken no longer than it may.",
    items: ["8.8"],
    controls: [rehearsalControl],
    limitMinutes: 60,
    async after(run) {
      const took = tookMs(run);
      const summary =
        took === undefined
          ? "How long the rollback took is not known"
          : `A rehearsal in ${stack} took ${formatDuration(took)}; the objective is ${minutes} min`;
      const finding = findingOf(rehearsalControl, took !== undefined && took <= minutes * 60_000, summary);
      return measured(summary, [
        {
          ...finding,
          ...(took === undefined && { state: "unknown" as const }),
          ...(took !== undefined && { measured: Math.round(took / 1000) }),
          expected: minutes * 60,
          unit: "s",
          until: new Date(run.now.getTime() + rehearsalDays * 86_400_000),
        },
      ]);
    },
  };
}
