import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Channel } from "../../../operations/announce/channel.ts";
import { messageText } from "../../../operations/announce/message.ts";
import type { Host } from "../../../operations/hosts/host.ts";
import { renderHost } from "../../../operations/hosts/render.ts";
import { vercelHost } from "../../../operations/hosts/vercel.ts";
import { reconcile } from "../../../operations/release/engine.ts";
import type { Outcome } from "../../../operations/release/options.ts";
import { stateOf, stepOf } from "../../../operations/release/state.ts";
import type { RollbackParts } from "../../../operations/rollback/parts.ts";
import { besideOf, coveredBy, endOfPart } from "../../../operations/rollback/rest.ts";
import type { SchemaVerdict } from "../../../operations/rollback/schema.ts";
import { finishSteps, rollbackSteps } from "../../../operations/rollback/steps.ts";
import { reached } from "../../../operations/rollback/targets.ts";
import { Render } from "../../../vendors/render.ts";
import { Vercel } from "../../../vendors/vercel.ts";
import { accept, writtenSettings } from "../../config/stack.ts";
import { commits } from "../../vendors/fake/healthy.ts";
import { type FakePlatform, startPlatform } from "../../vendors/fake/platform.ts";
import { Crash, limits, Process, World } from "../release/world.ts";

const settings = accept(writtenSettings("production"));
const { web, redirect = "", api } = settings.domains;

let platform: FakePlatform;
let world: World;
let told: string[];
let texts: string[];
let reports: string[];
let issues: { title: string; body: string }[];
let verdict: SchemaVerdict;
beforeAll(async () => {
  platform = await startPlatform(settings);
});
afterAll(() => platform.stop());
beforeEach(() => {
  platform.reset();
  world = new World();
  told = [];
  texts = [];
  reports = [];
  issues = [];
  verdict = { state: "compatible", summary: "No migration" };
});

/** What people are served: what the fakes say that the domains point at. */
function served(domain: string): string | undefined {
  const { vercel, render } = platform.states;
  if (domain === api) return render.services[0]?.deploys.findLast(({ status }) => status === "live")?.commit;
  const [project] = vercel.projects;
  return project?.deployments.find(({ id }) => id === project.serving)?.commit;
}

function partsOf(changes: Partial<RollbackParts> = {}): RollbackParts {
  const { environment } = platform;
  const channel = (name: string): Channel => ({
    name,
    does: "Tells",
    find: async (key) =>
      told.includes(`${name} ${key}`) ? { state: "done", done: { summary: "told" } } : { state: "not-done" },
    async deliver(message, key) {
      told.push(`${name} ${key}`);
      texts.push(messageText(message));
      return { summary: "told" };
    },
  });
  return {
    stack: "production",
    settings,
    hosts: [
      vercelHost({
        api: new Vercel(settings.accounts.vercelTeam, { environment }),
        project: "optropic-web",
        repository: settings.project.repository,
        branch: settings.project.branch,
        domains: [web, redirect],
      }),
      renderHost({
        api: new Render(settings.accounts.renderOwner, { environment }),
        service: "optropic-api",
        domains: [api],
      }),
    ],
    choice: { bad: [] },
    judge: async () => verdict,
    acceptSchema: false,
    servedCommit: async (domain) => served(domain),
    repository: {
      openIssues: async () => issues.map((issue, number) => ({ number, ...issue })),
      async createIssue({ title, body }) {
        issues.push({ title, body });
        return { url: "https://github.com/optropic/platform/issues/1" };
      },
    },
    channel,
    links: [{ title: "Status page", url: settings.links.statusPage }],
    reason: "Logins fail since the deployment",
    async writeReport(name, text) {
      reports.push(text);
      return name;
    },
    rehearsal: false,
    ...changes,
  };
}

let runs = 0;

async function run(parts: RollbackParts, process: Process, finish = false): Promise<Outcome> {
  runs += 1;
  return reconcile({
    version: "rollback-3.0.0",
    commit: commits.current,
    steps: finish ? finishSteps(parts) : rollbackSteps(parts),
    journal: process,
    evidence: process,
    now: world.now,
    limits: { ...limits, failed: 0, inconclusive: 0, intervalMs: 1000 },
    run: `run-${runs}`,
    holder: "a test",
    signal: new AbortController().signal,
  });
}

/** Calls until it ends, as --wait does, with the driven clock. */
async function waited(
  parts: RollbackParts,
  process: () => Process = () => new Process(world),
): Promise<Outcome> {
  for (let turn = 0; turn < 40; turn += 1) {
    const outcome = await run(parts, process());
    if (outcome.state !== "waiting") return outcome;
    world.time = outcome.until.getTime();
  }
  throw new Error("It never ends");
}

describe("a rollback", () => {
  it("brings every domain back to the commit before, tells people, and leaves what it has to leave", async () => {
    expect(await waited(partsOf())).toMatchObject({ state: "done" });
    expect([web, redirect, api].map(served)).toEqual([commits.previous, commits.previous, commits.previous]);
    expect(platform.states.vercel.projects[0]?.autoAssignCustomDomains).toBe(false);
    expect(platform.states.render.services[0]?.autoDeployTrigger).toBe("off");
    expect(told).toHaveLength(5);
    expect(issues).toHaveLength(1);
    expect(
      world.records.flatMap(({ results }) => results).map(({ control, state }) => [control.name, state]),
    ).toEqual([
      ["rollback-announced", "holds"],
      ["incident-report", "holds"],
    ]);
    const [report = ""] = reports;
    for (const text of [
      "Logins fail",
      "from 3f9c2a1b5d7e to 111111111111",
      'policy: "render-auto-deploy"',
      "roll-back: ",
    ]) {
      expect(report).toContain(text);
    }
    expect(world.time - Date.parse(world.entries[0]?.at ?? "")).toBeLessThan(5 * 60_000);
  });

  it.each([
    [
      "render",
      "Render's new deployment of the old build fails",
      /render could not serve .* \(dep-failed failed\)/,
    ],
    [
      "vercel",
      "Vercel cannot assign the domains",
      /vercel could not serve .* run optropic rollback --finish/,
    ],
  ])("stops at once where %s: %s", async (name, _, said) => {
    const parts = partsOf();
    const begun = world.time;
    const hosts = parts.hosts.map((host) => {
      if (host.name !== name) return host;
      let isTold = false;
      return {
        ...host,
        rollBack: async () => {
          isTold = true;
        },
        async deployments(signal: AbortSignal) {
          const all = await host.deployments(signal);
          if (!isTold || name === "vercel") return all;
          const failed = { commit: commits.previous, createdAt: world.now().toISOString(), ready: false };
          return [{ id: "dep-failed", pending: false, hasServed: false, ...failed }, ...all];
        },
        refused: async () => isTold && name === "vercel",
      };
    });
    expect(await waited({ ...parts, hosts })).toMatchObject({
      state: "stopped",
      step: "roll-back",
      summary: expect.stringMatching(said),
    });
    expect(world.time - begun).toBeLessThan(60_000);
  });

  it("switches Render's auto-deploy off before it rolls anything back", async () => {
    await waited(partsOf());
    const requests = platform.server.requests.filter((request) => !request.startsWith("GET"));
    const held = requests.indexOf("PATCH /render/services/srv-example");
    const back = requests.findIndex((request) => request.endsWith("/rollback"));
    expect(held).toBeGreaterThanOrEqual(0);
    expect(held).toBeLessThan(back);
  });

  it("goes back in the middle of a promotion, and cancels what would serve afterwards", async () => {
    const [service] = platform.states.render.services;
    if (service === undefined) throw new Error("Render has no service");
    // Vercel serves the release, and Render still builds it.
    service.deploys = service.deploys.filter(({ commit }) => commit === commits.previous);
    for (const deploy of service.deploys) deploy.status = "live";
    service.deploys.push({
      ...{ id: "dep-late", commit: commits.current, createdAt: Date.parse("2026-11-28T11:00:00Z") },
      ...{ trigger: "api", status: "build_in_progress", ahead: Array(50).fill("update_in_progress") },
    });
    expect(await waited(partsOf())).toMatchObject({ state: "done" });
    expect([web, redirect, api].map(served)).toEqual([commits.previous, commits.previous, commits.previous]);
    expect(service.deploys.at(-1)).toMatchObject({ id: "dep-late", status: "canceled" });
    expect(reports[0]).toContain("canceled dep-late of 3f9c2a1b5d7e");
  });

  describe("past a host that does not answer", () => {
    const noted = (step: string, action = "") => {
      const found = stepOf(stateOf(world.entries), step).actions.get(action);
      return found?.state === "acted" ? found.note : undefined;
    };
    const posts = () => platform.server.requests.filter((request) => request.startsWith("POST")).sort();
    const down = async () => {
      throw new Error("503 Service Unavailable");
    };

    it.each([
      ["render", "served"],
      ["vercel", "deployments"],
      ["render", "automation"],
      ["vercel", "hold"],
      ["render", "rollBack"],
    ] as const)(
      "goes back with the other where %s fails at %s, and does the rest later",
      async (name, call) => {
        const whole = partsOf();
        const hosts = whole.hosts.map((host) => (host.name === name ? { ...host, [call]: down } : host));
        expect(await waited({ ...whole, hosts })).toMatchObject({ state: "done" });
        const [goes, stays] = name === "render" ? [web, api] : [api, web];
        expect([goes, stays].map(served)).toEqual([commits.previous, commits.current]);
        const [other] = reached(hosts, { noted }, "roll-back");
        const left = whole.hosts.filter((host) => host.name === name);
        expect(other?.name).not.toBe(name);
        expect(coveredBy(hosts, { noted }).length).toBe(call === "served" || call === "deployments" ? 1 : 2);
        expect(reports[0]).toContain(`- ${name} did not answer and was not rolled back.`);
        expect(reports[0]).toContain("Every domain of the hosts that went back");
        const said = world.records.flatMap(({ results }) => results).map(({ summary }) => summary);
        expect(said.at(-1)).toContain(`${name} did not answer and was not rolled back.`);
        expect(endOfPart({ hosts, left }, { noted }, undefined)).toMatchObject({
          state: "unclear",
          summary: expect.stringMatching(
            new RegExp(
              `${other?.name} serves 111111111111 again. ${name} is not rolled back .*${stays}.*https://.*ollback to the deployment (?:\\w+[_-]\\w+ )?of 111111111111.*same command again`,
            ),
          ),
        });

        const before = posts();
        const beside = besideOf(hosts, { noted });
        const issued = issues.length;
        world = new World();
        const rest = partsOf({ hosts: left, choice: { bad: [], leaving: commits.current, beside } });
        expect(await waited(rest)).toMatchObject({ state: "done" });
        expect([web, api].map(served)).toEqual([commits.previous, commits.previous]);
        expect(before).toHaveLength(1);
        expect(posts()).toHaveLength(2);
        expect(issues).toHaveLength(issued);
      },
    );

    it("stops where none answers, and in a rehearsal", async () => {
      const { hosts: [vercel, render] = [] } = partsOf();
      if (vercel === undefined || render === undefined) throw new Error("Two hosts are missing");
      const silent = { ...render, served: down };
      for (const changes of [{ hosts: [silent] }, { hosts: [vercel, silent], rehearsal: true }]) {
        world = new World();
        expect(await waited(partsOf(changes))).toMatchObject({
          state: "unclear",
          step: "targets",
          summary: expect.stringMatching(/render does not answer: 503/),
        });
      }
      expect(posts()).toEqual([]);
    });

    it("says in the journal, the report and the evidence which host a person left out", async () => {
      const hosts = partsOf().hosts.filter(({ name }) => name === "vercel");
      expect(await waited(partsOf({ hosts, leftOut: ["render"] }))).toMatchObject({ state: "done" });
      expect([web, api].map(served)).toEqual([commits.previous, commits.current]);
      const texts = [
        stateOf(world.entries)
          .history.map(({ text }) => text)
          .join(),
        reports.join(),
        JSON.stringify(world.records),
      ];
      for (const text of texts) expect(text).toMatch(/render (?:is left out|was left out on purpose)/);
    });
  });

  describe("with --finish", () => {
    /** What each host does by itself, as its vendor has it. */
    const automatic = () => [
      platform.states.vercel.projects[0]?.autoAssignCustomDomains,
      platform.states.render.services[0]?.autoDeployTrigger,
    ];
    const begin = (assigns: boolean, trigger: "off" | "commit" | "checksPass") => {
      for (const project of platform.states.vercel.projects) project.autoAssignCustomDomains = assigns;
      for (const service of platform.states.render.services) service.autoDeployTrigger = trigger;
    };
    const finished = async (parts: RollbackParts, make?: () => Process) => {
      for (let turn = 0; turn < 20; turn += 1) {
        const outcome = await run(parts, make?.() ?? new Process(world), true);
        if (outcome.state !== "waiting") return outcome;
        world.time = outcome.until.getTime();
      }
      throw new Error("It never ends");
    };

    it.each([
      [true, "checksPass"],
      [true, "commit"],
      [false, "checksPass"],
      [false, "off"],
    ] as const)("restores what was, and not what is usual: %s, %s", async (assigns, trigger) => {
      begin(assigns, trigger);
      const parts = partsOf();
      await waited(parts);
      expect(automatic()).toEqual([false, "off"]);
      expect(await finished(parts)).toMatchObject({ state: "done" });
      expect(automatic()).toEqual([assigns, trigger]);
    });

    it("restores it wherever it died, and touches nothing that is served", async () => {
      for (let dies = 1; dies < 12; dies += 1) {
        platform.reset();
        world = new World();
        begin(true, "commit");
        const parts = partsOf();
        await waited(parts);
        // Somebody deployed a good release by hand meanwhile.
        const [project] = platform.states.vercel.projects;
        if (project !== undefined) project.serving = "dpl_current";
        const before = platform.server.requests.length;
        let first = true;
        await survived(() =>
          finished(parts, () => {
            const process = first ? new Process(world, dies, dies % 2 === 0) : new Process(world);
            first = false;
            return process;
          }),
        );
        world.time += 20 * 60_000;
        expect(await finished(parts), `died at write ${dies}`).toMatchObject({ state: "done" });
        expect(automatic()).toEqual([true, "commit"]);
        expect(served(web)).toBe(commits.current);
        const written = platform.server.requests.slice(before).filter((each) => !each.startsWith("GET"));
        expect([...new Set(written)].sort()).toEqual([
          "PATCH /render/services/srv-example",
          "PATCH /vercel/v9/projects/optropic-web",
        ]);
      }
    });

    it("restores the host that answers, and the other one with the next call; also before the hosts are back", async () => {
      begin(true, "commit");
      const parts = partsOf();
      const hosts = parts.hosts.map((host) => ({
        ...host,
        rollBack: async () => {
          throw new Error("503 Service Unavailable");
        },
      }));
      expect(await waited({ ...parts, hosts })).toMatchObject({ state: "unclear", step: "roll-back" });
      expect(automatic()).toEqual([false, "off"]);
      const down = parts.hosts.map((host) =>
        host.name === "vercel" ? host : { ...host, restore: async () => Promise.reject(new Error("503")) },
      );
      world.time += 60_000;
      expect(await finished({ ...parts, hosts: down })).toMatchObject({ state: "unclear" });
      expect(automatic()).toEqual([true, "off"]);
      world.time += 60_000;
      expect(await finished(parts)).toMatchObject({ state: "done" });
      expect(automatic()).toEqual([true, "commit"]);
    });
  });

  it.each([
    ["incompatible", "stopped"],
    ["unknown", "unclear"],
  ] as const)(
    "changes nothing where the schema is %s, unless a person answers for it",
    async (state, ends) => {
      verdict = { state, summary: "A migration drops a column" };
      expect(await waited(partsOf())).toMatchObject({
        state: ends,
        step: "schema",
        summary: expect.stringMatching(/--accept-schema/),
      });
      expect(platform.server.requests.filter((request) => !request.startsWith("GET"))).toEqual([]);
      expect(await waited(partsOf({ acceptSchema: true }))).toMatchObject({ state: "done" });
    },
  );

  it("does not believe a host whose domain serves something else", async () => {
    const parts = partsOf({
      servedCommit: async (domain) => (domain === web ? commits.current : served(domain)),
    });
    const process = new Process(world);
    for (let turn = 0; turn < 12; turn += 1) {
      const outcome = await run(parts, process);
      if (outcome.state === "waiting") world.time = outcome.until.getTime();
    }
    world.time += 3_600_000;
    expect(await run(parts, process)).toMatchObject({
      state: "unclear",
      step: "probe",
      summary: expect.stringMatching(`${web} serves 3f9c`),
    });
    // What is known is told, and not that it is rolled back.
    expect(world.records).toEqual([]);
    expect(texts).toHaveLength(5);
    for (const text of texts) {
      expect(text).toContain(`${web} serves 3f9c2a1b5d7e.`);
      expect(text).toContain(`${api} serves 111111111111, which is the earlier commit.`);
    }
    expect(reports.at(-1)).toContain("Every domain served the earlier commit: not shown");
  });

  it.each([
    ["domains serve what it was told", true],
    ["domain serves the release still", false],
  ])("asks the domains where a host falls silent after it was told: its %s", async (_, isBack) => {
    const parts = partsOf();
    let isTold = false;
    const hosts = parts.hosts.map((host) => {
      if (host.name !== "render") return host;
      const unlessTold =
        <T>(ask: (signal: AbortSignal) => Promise<T>) =>
        async (signal: AbortSignal) => {
          if (isTold) throw new Error("504 Gateway Timeout");
          return ask(signal);
        };
      return {
        ...host,
        ...{ served: unlessTold(host.served), deployments: unlessTold(host.deployments) },
        async rollBack(...told: Parameters<Host["rollBack"]>) {
          if (isBack) await host.rollBack(...told);
          isTold = true;
        },
      };
    });
    // The loopback's Render builds for as long as it is asked.
    const servedCommit = async (domain: string) =>
      domain === api && isTold && isBack ? commits.previous : served(domain);
    const outcome = await waited({ ...parts, hosts, servedCommit });
    if (isBack) {
      expect(outcome).toMatchObject({ state: "done" });
      return;
    }
    expect(outcome).toMatchObject({
      state: "unclear",
      step: "roll-back",
      summary: expect.stringContaining("504"),
    });
    expect(texts).toHaveLength(5);
    expect(texts[0]).toMatch(
      new RegExp(`504[\\s\\S]*${web} serves 111111111111, which is the earlier commit`),
    );
    expect(texts[0]).toContain(`${api} serves 3f9c2a1b5d7e.`);
    expect(reports).toHaveLength(1);
    // A person does it at the dashboard, and the next call goes on where it was.
    const { signal } = new AbortController();
    const render = parts.hosts.find(({ name }) => name === "render");
    const earlier = (await render?.deployments(signal))?.find(({ commit }) => commit === commits.previous);
    if (earlier !== undefined) await render?.rollBack(earlier, "", signal);
    world.time += 60_000;
    expect(await waited(partsOf())).toMatchObject({ state: "done" });
    expect([web, api].map(served)).toEqual([commits.previous, commits.previous]);
  });

  it("is continued by the next call wherever it died, and does nothing twice", async () => {
    for (let dies = 1; dies < 60; dies += 3) {
      platform.reset();
      world = new World();
      [told, issues, reports] = [[], [], []];
      const parts = partsOf();
      let first = true;
      const outcome = await survived(() =>
        waited(parts, () => {
          const process = first ? new Process(world, dies, dies % 2 === 0) : new Process(world);
          first = false;
          return process;
        }),
      );
      world.time += 20 * 60_000;
      if (outcome?.state !== "done") expect(await waited(parts)).toMatchObject({ state: "done" });
      const posts = platform.server.requests.filter((request) => request.startsWith("POST"));
      expect(posts.sort()).toEqual([
        "POST /render/services/srv-example/rollback",
        "POST /vercel/v1/projects/prj_example/rollback/dpl_previous",
      ]);
      expect(told.length).toBe(5);
      expect(issues.length).toBe(1);
    }
  });

  it("records the time of a rehearsal, and tells nobody", async () => {
    expect(await waited(partsOf({ rehearsal: true, stack: "staging" }))).toMatchObject({ state: "done" });
    expect(world.records.flatMap(({ results }) => results)).toMatchObject([
      {
        control: { kind: "docs", name: "rollback-rehearsed" },
        items: ["8.8"],
        state: "holds",
        expected: 300,
        unit: "s",
      },
    ]);
    expect([told, issues, reports]).toEqual([[], [], []]);
  });
});

async function survived(work: () => Promise<Outcome>): Promise<Outcome | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Crash) return undefined;
    throw error;
  }
}
