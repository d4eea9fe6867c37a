import { expect, it } from "vitest";
import { itemsWithControl } from "../../checklist/items.ts";
import { registeredControls } from "../../cli/evidence/controls.ts";
import type { Probe } from "../../verify/probe.ts";
import { registry } from "../../verify/registry.ts";
import type { UnknownReason } from "../../verify/unknown.ts";
import { accept, changed, writtenSettings } from "../config/stack.ts";
import { freePort } from "../ports.ts";
import { faultGroups } from "../target/faults.ts";
import { journeys } from "../target/target.ts";
import { verified } from "../target/verified.ts";
import { databaseFaults, lintFaults, platformFaults } from "./database-faults.ts";
import { historyFaults } from "./history-faults.ts";
import { parts } from "./parts.ts";
import { faults as vendorFaults, writingFaults } from "./vendor-faults.ts";
import { finders } from "./web-faults.ts";

const names = registry.map(({ name }) => name);

/** Faults that a test of their own switches on. */
const elsewhere: Readonly<Record<string, string>> = {
  "another stack has the same secret: secrets.test.ts": "secrets-differ",
  "a pooler in another mode: platform.test.ts": "pooler-as-declared",
  "few connections are left: platform.test.ts": "database-connections-left",
};

/** Which probe finds each fault, by the tables that the tests of the targets go through. */
const found = new Map<string, string>([
  ...Object.entries(finders),
  ...faultGroups.flat().map(([fault, probe]) => [fault, probe] as const),
  ...Object.entries({ ...vendorFaults, ...historyFaults, ...writingFaults }).map(
    ([fault, [probe]]) => [fault, probe] as const,
  ),
  ...databaseFaults.map(([fault, , probe]) => [fault, probe] as const),
  ...platformFaults.map(([fault, , , probe]) => [fault, probe] as const),
  ...Object.entries(lintFaults).flatMap(([probe, lints]) =>
    Object.keys(lints).map((id) => [id, probe] as const),
  ),
  ...Object.entries(elsewhere),
]);

it("each probe is tried on one healthy target", () => {
  const tried = Object.values(parts).flatMap((part) => part.map(({ name }) => name));
  expect(tried.toSorted()).toEqual(names.toSorted());
  expect(new Set(names).size).toBe(names.length);
});

it("each probe has a fault that it finds, and each fault a probe", () => {
  const finding = new Set(found.values());
  expect(names.filter((name) => !finding.has(name))).toEqual([]);
  expect([...finding].filter((name) => !names.includes(name))).toEqual([]);
});

/** What probes measure outside of a verification, by the command that runs them: a restored copy, and hours of metrics. */
const besides: Readonly<Record<string, string>> = {
  "8.4": "drill",
  ...Object.fromEntries(
    ["H1.1", "H1.2", "H1.3", "H1.6", "H6.1", "H6.2", "H6.3", "H24.1", "H24.2", "H24.4"].map((id) => [
      id,
      "watch",
    ]),
  ),
};

it("each item that asks for a probe has one, and the report counts it as measured where it runs and nowhere else", () => {
  const measuring = registeredControls().filter(({ kind }) => kind === "probe");
  for (const { id } of itemsWithControl("probe")) {
    const runs = new Set(measuring.filter(({ items }) => items.includes(id)).map(({ run }) => run));
    const isHere = registry.some(({ items }) => items.includes(id));
    expect({ id, isHere }).toEqual({ id, isHere: besides[id] === undefined });
    if (isHere) expect(runs, id).toContain("verify");
    else expect([...runs], id).toEqual([besides[id]]);
  }
});

it("each probe is unknown where everything that it needs is missing, whatever it needs", async () => {
  const nowhere = { host: "127.0.0.1", port: await freePort() };
  const { probes } = await verified({
    settings: accept(changed(writtenSettings("production"), "verify.journeys", journeys)),
    targets: { https: nowhere, http: nowhere, dns: nowhere },
    probes: registry,
    allowWrites: true,
  });
  expect(probes.map(({ name }) => name)).toEqual(names);
  const found = probes.map(({ name, state, reason, message }) => {
    expect(message, name).not.toBe("");
    return [name, `${state}: ${reason}`];
  });
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(registry.map((probe) => [probe.name, `unknown: ${reasonWithout(probe)}`])),
  );
});

/** Why each probe can tell nothing where everything that it needs is missing. */
function reasonWithout({ name, needs }: Probe): UnknownReason {
  if (withoutHandshake.includes(name)) return "not-understood";
  if (withoutRelease.includes(name) || needs.includes("outputs")) return "no-data";
  const needsNone = needs.every((need) => need === "web" || need === "dns");
  return needsNone ? "target-refused" : "no-credential";
}

/** What a closed connection says is no alert. */
const withoutHandshake = ["old-tls-refused", "weak-ciphers-refused"];

/** What asks first which commit is the release, or what staging is. */
const withoutRelease = [
  ...["test", "typecheck", "lint", "build"].map((check) => `release-${check}-green`),
  ...["release-reviewed", "release-served", "load-test-seen", "memory-under-load", "staging-quiet"],
];
