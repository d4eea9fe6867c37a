import { expect, it } from "vitest";
import type { Channel } from "../../../operations/announce/channel.ts";
import { MemoryJournal } from "../../../operations/release/logbook.ts";
import { NotDone } from "../../../operations/release/step.ts";
import { findingsOfProbes } from "../../../operations/release/steps/finding.ts";
import { sound } from "../../../operations/watch/alarm.ts";

const since = new Date("2026-11-29T12:00:00Z");
const message = { event: "release-alarm", subject: "It broke", paragraphs: [], links: [] };

function alarm(journal: MemoryJournal, channels: Channel[], broken: string[], run: string = "a-run") {
  return sound({
    ...{ journal, run, now: () => since, version: "3.0.0", since, broken, channels },
    message: { ...message, version: "3.0.0", stack: "production", at: since },
    signal: new AbortController().signal,
  });
}

function channel(name: string, deliver: Channel["deliver"]): Channel {
  return { name, does: "Tells", deliver };
}

it("tells each channel once of each breakage, and again what may have been lost", async () => {
  const told: string[] = [];
  let isLost = true;
  const slack = channel("slack", async ({ subject }) => {
    told.push(`slack ${subject}`);
    return { summary: "Told" };
  });
  const mail = channel("mail", async () => {
    if (isLost) throw new Error("its answer is unknown");
    told.push("mail");
    return { summary: "Told" };
  });
  const pager = channel("pagerduty", () => Promise.reject(new NotDone("it refused")));
  const journal = new MemoryJournal();
  const all = [slack, mail, pager];
  expect(await alarm(journal, all, ["b", "a"])).toEqual([
    "mail: its answer is unknown",
    "pagerduty: it refused",
  ]);
  isLost = false;
  // Another run, another order, the same breakage.
  expect(await alarm(journal, all, ["a", "b"], "other")).toEqual(["pagerduty: it refused"]);
  expect(await alarm(journal, [slack, mail], ["a", "b"], "third")).toEqual([]);
  expect(told).toEqual(["slack It broke", "mail"]);
  expect(await alarm(journal, [slack], ["a", "b", "c"])).toEqual([]);
  expect(told).toHaveLength(3);
});

it("leaves it to the other one of two runs that look at the same moment", async () => {
  const told: string[] = [];
  const slack = channel("slack", async () => {
    told.push("slack");
    return { summary: "Told" };
  });
  const journal = new MemoryJournal();
  await Promise.all(["one", "other"].map((run) => alarm(journal, [slack], ["a"], run)));
  expect(told).toEqual(["slack"]);
});

it("takes what a probe shows as it is, an error for no answer, and nothing of what is accepted", () => {
  const probe = { title: "No new errors.", items: ["H1.4" as const], checks: [], at: "", durationMs: 0 };
  const states = ["holds", "does-not-hold", "unknown", "error", "waived"] as const;
  expect(
    findingsOfProbes(states.map((state) => ({ ...probe, name: state, state, message: `is ${state}` }))),
  ).toMatchObject([
    { control: { name: "holds" }, state: "holds" },
    { control: { name: "does-not-hold" }, state: "does-not-hold", summary: "is does-not-hold" },
    { control: { name: "unknown" }, state: "unknown" },
    { control: { name: "error" }, state: "unknown" },
  ]);
});
