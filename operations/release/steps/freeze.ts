import { Failure } from "../../../lib/failure.ts";
import { counted } from "../../../lib/text.ts";
import { telling } from "../../announce/channel.ts";
import { type Finding, holdsSuccessfully, measured, waiting } from "../measurement.ts";
import type { Check, CheckEnd } from "../ports.ts";
import type { Step, StepRun } from "../step.ts";
import { tellingOf, toldEveryone } from "./announcements.ts";
import { controls } from "./controls.ts";
import { findingOf } from "./finding.ts";
import type { Parts } from "./parts.ts";
import { refuseOtherTag, tagOf } from "./tag.ts";

/** Step 1 of the checklist: the commit is fixed, is whole, is green, has notes, and people know. */
export function freezeSteps(parts: Parts): Step[] {
  return [branch(parts), merged(parts), checks(parts), notes(parts), announcement(parts)];
}

export const branchOf = (version: string): string => `release/v${version}`;

const approver = "technicalLead";

function branch({ repository, settings }: Parts): Step {
  const { mainBranch } = settings.rollout;
  return {
    name: "freeze-branch",
    title: "The release branch must be at the commit that goes live.",
    items: ["S1.1"],
    controls: [controls.branch],
    approver,
    limitMinutes: 60,
    back: "Delete the release branch.",
    async before({ commit, signal }) {
      const ahead = await repository.ahead(mainBranch, commit, signal);
      return ahead === 0
        ? holdsSuccessfully(`${mainBranch} has ${commit.slice(0, 12)}`)
        : {
            state: "failed",
            summary: `${mainBranch} lacks ${counted(ahead, "commit")} of ${commit.slice(0, 12)}: merge first`,
          };
    },
    actions: [
      {
        name: "branch",
        does: `Creates the branch ${branchOf(settings.release)} at the commit.`,
        async find({ version, commit, signal }) {
          const name = branchOf(version);
          const at = await repository.branch(name, signal);
          if (at === undefined) return { state: "not-done" };
          if (at !== commit) {
            throw new Failure(
              "failed",
              `${name} is at ${at.slice(0, 12)}, and ${commit.slice(0, 12)} is to go live: move the branch, or release its commit`,
            );
          }
          return { state: "done", done: { summary: `${name} is there` } };
        },
        async perform({ version, commit, signal }) {
          await repository.createBranch(branchOf(version), commit, signal);
          return { summary: `Created ${branchOf(version)}` };
        },
      },
    ],
    async after({ version, commit, signal }) {
      const at = await repository.branch(branchOf(version), signal);
      return measured(`${branchOf(version)} is at ${commit.slice(0, 12)}`, [
        findingOf(
          controls.branch,
          at === commit,
          `${branchOf(version)} is at ${at?.slice(0, 12) ?? "no commit"}`,
        ),
      ]);
    },
  };
}

function merged({ repository, settings }: Parts): Step {
  const { mainBranch } = settings.rollout;
  return {
    name: "freeze-merged",
    title: "Every change of the release must be merged.",
    items: ["S1.2"],
    controls: [controls.merged],
    approver,
    limitMinutes: 7 * 1440,
    back: "None is needed: it changes nothing.",
    async after({ version, commit, signal }) {
      const ahead = await repository.ahead(mainBranch, commit, signal);
      const open = await repository.openPullRequests(tagOf(version), signal);
      const numbers = open.map(({ number }) => `#${number}`).join(", ");
      const summary =
        ahead > 0
          ? `${mainBranch} lacks ${counted(ahead, "commit")} of the release`
          : open.length > 0
            ? `Open in the milestone ${tagOf(version)}: ${numbers}`
            : `${mainBranch} has the commit, and no pull request of ${tagOf(version)} is open`;
      return measured(summary, [findingOf(controls.merged, ahead === 0 && open.length === 0, summary)]);
    },
  };
}

const required = [controls.test, controls.typecheck, controls.lint, controls.build] as const;

function checks({ repository, settings }: Parts): Step {
  return {
    name: "freeze-checks",
    title: "Every check must be green on the commit.",
    items: ["S1.3", "1.1", "1.2", "1.3", "1.4"],
    controls: [...required, controls.checks],
    approver,
    limitMinutes: 180,
    back: "None is needed: it changes nothing.",
    async after({ commit, signal, now }) {
      const all = await repository.checks(commit, signal);
      // Whoever may install an app, or has a token for one, can report a check of any name.
      const own = all.filter(({ app }) => app === settings.rollout.checksApp);
      const pending = own.filter(({ end }) => end === "pending").map(({ name }) => name);
      if (pending.length > 0) return waiting(now, `Checks are running: ${pending.join(", ")}`);
      return measured(`${counted(own.length, "check")} green`, [
        ...required.map((control) => ofCheck(control, own, settings.rollout.checksApp)),
        ofAll(own, all),
      ]);
    },
  };
}

function ofCheck(control: (typeof required)[number], own: readonly Check[], app: number): Finding {
  const name = control.name.slice("check-".length);
  const end = own.find((each) => each.name === name)?.end;
  if (end !== undefined) return findingOf(control, end === "success", `The check ${name} ended with ${end}`);
  return { ...findingOf(control, false, `The commit has no check ${name} of app ${app}`), state: "unknown" };
}

/** The checks of other apps can keep a release from going out, and neither pass nor delay it. */
function ofAll(own: readonly Check[], all: readonly Check[]): Finding {
  if (own.length === 0) {
    return { ...findingOf(controls.checks, false, "The commit has no checks"), state: "unknown" };
  }
  const namesOf = (end: CheckEnd) => all.filter((each) => each.end === end).map(({ name }) => name);
  const red = namesOf("failure");
  const open = namesOf("pending");
  const green = `${counted(own.length, "check")} green${open.length === 0 ? "" : `, and not waited for: ${open.join(", ")}`}`;
  return findingOf(
    controls.checks,
    red.length === 0,
    red.length === 0 ? green : `Not green: ${red.join(", ")}`,
  );
}

function notes({ repository }: Parts): Step {
  return {
    name: "freeze-notes",
    title: "The release notes must be there as a draft.",
    items: ["S1.5"],
    controls: [controls.notes],
    approver,
    limitMinutes: 60,
    back: "Delete the draft.",
    actions: [
      {
        name: "draft",
        does: "Drafts the release with notes from the merged pull requests.",
        async find({ version, commit, signal }) {
          await refuseOtherTag(repository, { version, commit, signal });
          const found = await repository.release(tagOf(version), signal);
          if (found === undefined) return { state: "not-done" };
          if (!found.draft) {
            throw new Failure(
              "failed",
              `${tagOf(version)} is published already, at ${found.url}: release a new version, or pass --from the step to go on with`,
            );
          }
          const note = { id: found.id, url: found.url };
          return { state: "done", done: { summary: `${tagOf(version)} is there`, note } };
        },
        async perform({ version, commit, signal }) {
          const { id, url } = await repository.draftRelease(tagOf(version), commit, signal);
          return { summary: `Drafted ${tagOf(version)}`, note: { id, url } };
        },
      },
    ],
    async after({ version, signal }) {
      const found = await repository.release(tagOf(version), signal);
      const length = found?.notes.trim().length ?? 0;
      const summary = length > 0 ? `The notes have ${counted(length, "character")}` : "There are no notes";
      return measured(summary, [findingOf(controls.notes, length > 0, summary)]);
    },
  };
}

function announcement(parts: Parts): Step {
  const { settings, stack, channel, links } = parts;
  const names = settings.rollout.announcements.freeze;
  return {
    name: "freeze-announcement",
    title: "The team must know of the freeze.",
    items: ["S1.4"],
    controls: [controls.freeze],
    approver,
    limitMinutes: 120,
    back: "Announce that the freeze has ended.",
    actions: names.map((name) =>
      telling(channel(name), (run: StepRun) => ({
        event: "code-freeze",
        subject: `${run.version} of ${settings.project.name} is frozen`,
        paragraphs: [
          `The branch ${branchOf(run.version)} was cut at ${run.commit.slice(0, 12)}. Until the release is out, merge only fixes for it.`,
        ],
        links: [...noteLinks(run), ...links],
        version: run.version,
        stack,
        at: run.now,
      })),
    ),
    after: async (run) =>
      toldEveryone(names, [controls.freeze], tellingOf(parts, run, "freeze-announcement")),
  };
}

function noteLinks(run: StepRun) {
  const url = run.noted("freeze-notes", "draft")?.url;
  return url === undefined ? [] : [{ title: "Release notes", url }];
}
