import type { RegisteredControl } from "../../../evidence/registered.ts";
import { telling } from "../../announce/channel.ts";
import type { Link, Message } from "../../announce/message.ts";
import { type Measurement, measured } from "../measurement.ts";
import type { Step, StepRun } from "../step.ts";
import { controls } from "./controls.ts";
import { findingOf } from "./finding.ts";
import type { Parts } from "./parts.ts";
import { refuseOtherTag } from "./tag.ts";

/** Steps 7 and 8 of the checklist: the notes are published, and people are told. */
export function announcementSteps(parts: Parts): Step[] {
  return [published(parts), announced(parts), stakeholders(parts)];
}

const approver = "technicalLead";

/**
 * Every channel has taken the message: the actions of a step are done before this is asked. People whom a mail server
 * refused were not told, as long as the settings still name them.
 */
export function toldEveryone(
  names: readonly string[],
  toldBy: readonly RegisteredControl[],
  { noted, people }: { noted: (action: string) => ReturnType<StepRun["noted"]>; people: readonly string[] },
): Measurement {
  if (names.length === 0) {
    const summary = "The settings name no channel, so nobody is told";
    return measured(
      summary,
      toldBy.map((control) => findingOf(control, false, summary)),
    );
  }
  const refused = names.flatMap((name) => noted(name)?.untold?.split(" ") ?? []);
  const untold = people.filter((each) => refused.includes(each));
  const summary =
    untold.length === 0
      ? `Delivered by ${names.join(", ")}`
      : `Not delivered to ${untold.join(", ")}: tell them, and correct or remove the address in rollout.announcements.stakeholders`;
  if (untold.length > 0 && toldBy.length === 0) return { state: "failed", summary };
  return measured(
    summary,
    toldBy.map((control) => findingOf(control, untold.length === 0, summary)),
  );
}

/** What the channels of a step noted, and whom mail has to reach. */
export function tellingOf({ settings }: Pick<Parts, "settings">, run: Pick<StepRun, "noted">, step: string) {
  return {
    noted: (action: string) => run.noted(step, action),
    people: settings.rollout.announcements.stakeholders,
  };
}

/** Tells people at once that a release which is out does not hold. */
export function alarmsOf(parts: Parts, step: string, title: string): NonNullable<Step["alarms"]> {
  const names = parts.settings.rollout.announcements.alarm;
  return ({ state, summary }) =>
    names.map((name) =>
      telling(parts.channel(name), (run) => ({
        ...releaseMessage(parts, run),
        event: "release-alarm",
        subject: `${parts.settings.project.name} ${run.version}: ${state === "failed" ? `${step} does not hold` : `cannot tell whether ${step} holds`}`,
        paragraphs: [title, summary, 'To roll back: npx optropic rollback --reason "…"'],
        at: run.now,
      })),
    );
}

/** What people are told of a release that is out. */
export function releaseMessage({ settings, stack, links }: Parts, run: StepRun): Message {
  const { project, domains, rollout } = settings;
  const { feedback, knownIssues } = rollout.announcements;
  const notes = run.noted("freeze-notes", "draft")?.url;
  return {
    event: "deployed",
    subject: `${project.name} ${run.version} is deployed`,
    paragraphs: [
      `${domains.web} and ${domains.api} serve ${run.version} (${run.commit.slice(0, 12)}). It is watched for 24 hours.`,
    ],
    links: [
      ...linkOf("Release notes", notes),
      ...links,
      ...linkOf("Known issues", knownIssues),
      ...linkOf("Feedback", feedback),
    ],
    version: run.version,
    stack,
    at: run.endedAt("production-promote") ?? run.now,
  };
}

function linkOf(title: string, url: string | undefined): Link[] {
  return url === undefined ? [] : [{ title, url }];
}

function published({ repository }: Parts): Step {
  return {
    name: "notes-published",
    title: "The release must be published with its notes.",
    items: ["S7.7"],
    controls: [controls.published],
    approver,
    limitMinutes: 120,
    back: "Make the release a draft again.",
    actions: [
      {
        name: "publish",
        does: "Publishes the drafted release.",
        async find({ version, signal }) {
          const found = await repository.release(`v${version}`, signal);
          return found?.draft === false
            ? { state: "done", done: { summary: `v${version} is published`, note: { url: found.url } } }
            : { state: "not-done" };
        },
        async perform(run) {
          const { version, signal } = run;
          await refuseOtherTag(repository, run);
          const found = await repository.release(`v${version}`, signal);
          if (found === undefined) throw new Error(`There is no draft of v${version}`);
          await repository.publishRelease(found.id, signal);
          return { summary: `Published v${version}`, note: { url: found.url } };
        },
      },
    ],
    async after({ version, signal }) {
      const found = await repository.release(`v${version}`, signal);
      const holds = found?.draft === false && found.notes.trim() !== "";
      const summary = holds ? `${found.url} is published` : `v${version} is not published with notes`;
      return measured(summary, [findingOf(controls.published, holds, summary)]);
    },
  };
}

function announced(parts: Parts): Step {
  const names = parts.settings.rollout.announcements.deployment;
  return {
    name: "announcement",
    title: "The team must know that the release is out, and where to watch it.",
    items: ["S8.1", "S8.5"],
    controls: [controls.announced, controls.links],
    approver,
    limitMinutes: 120,
    back: "Announce the rollback.",
    actions: names.map((name) => telling(parts.channel(name), (run) => releaseMessage(parts, run))),
    after: async (run) =>
      toldEveryone(names, [controls.announced, controls.links], tellingOf(parts, run, "announcement")),
  };
}

function stakeholders(parts: Parts): Step {
  const { stakeholders: people } = parts.settings.rollout.announcements;
  const names = people.length === 0 ? [] : ["mail"];
  return {
    name: "stakeholders",
    title: "The stakeholders must know that the release is out.",
    items: ["S8.2"],
    controls: [controls.stakeholders],
    approver,
    limitMinutes: 120,
    back: "Announce the rollback.",
    actions: names.map((name) => telling(parts.channel(name), (run) => releaseMessage(parts, run))),
    after: async (run) => toldEveryone(names, [controls.stakeholders], tellingOf(parts, run, "stakeholders")),
  };
}
