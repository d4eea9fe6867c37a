import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Channel } from "../../../operations/announce/channel.ts";
import type { Message } from "../../../operations/announce/message.ts";
import type { Host } from "../../../operations/hosts/host.ts";
import { reconcile } from "../../../operations/release/engine.ts";
import type { Outcome } from "../../../operations/release/options.ts";
import { settle } from "../../../operations/release/settle.ts";
import { NotDone } from "../../../operations/release/step.ts";
import type { DatabaseRecovery } from "../../../operations/rollback/database.ts";
import { measureLoss } from "../../../operations/rollback/loss.ts";
import type { RollbackParts } from "../../../operations/rollback/parts.ts";
import { rollbackSteps } from "../../../operations/rollback/steps.ts";
import { supabaseRecovery } from "../../../operations/rollback/supabase.ts";
import type { Session } from "../../../postgres/session.ts";
import { accept, writtenSettings } from "../../config/stack.ts";
import { healthySupabase } from "../../vendors/fake/healthy-services.ts";
import { type FakeServer, startFake } from "../../vendors/fake/server.ts";
import { type FakeSupabaseState, fakeSupabase, supabaseToken } from "../../vendors/fake/supabase.ts";
import { Crash, limits, Process, World } from "../release/world.ts";
import { current, MemoryHosts, previous } from "./memory-hosts.ts";

const settings = accept(writtenSettings("production"));
const began = Date.parse("2026-12-01T08:00:00Z");
const at = new Date("2026-12-01T07:30:00Z");

const vendor: FakeSupabaseState = healthySupabase(settings, began);
let fake: FakeServer;
beforeAll(async () => {
  fake = await startFake([fakeSupabase(vendor)]);
});
afterAll(() => fake.stop());

/** A database at Supabase: its rows by the moment of their insert, and what becomes of it once it is told. */
class Cloud {
  readonly world = new World();
  readonly told: Message[] = [];
  readonly reports: string[] = [];
  timeline: string | undefined = "00000001";
  tables = 3;
  /** Whether the recovered server lets nobody count. */
  mute = false;
  rows = ["07:10", "07:29", "07:40", "07:59"].map((time) => Date.parse(`2026-12-01T${time}:00Z`));
  /** Statuses of the project, one for each time that it is asked for once it was told. */
  after = ["ACTIVE_HEALTHY", "PAUSING", "INACTIVE", "RESTORING", "RESTORING", "COMING_UP", "ACTIVE_HEALTHY"];
  /** What the recovery makes of the server. */
  recovered = (moment: number): void => {
    this.timeline = `0000000${Number(this.timeline ?? 1) + 1}`;
    this.rows = this.rows.filter((row) => row <= moment);
  };
  readonly hosts = new MemoryHosts();

  constructor() {
    fake.behave();
    Object.assign(vendor, healthySupabase(settings, began), { newestPhysical: Math.floor(began / 1000) });
    vendor.recoveries = [];
    vendor.recover = undefined;
    vendor.listed = () => {
      const [moment] = vendor.recoveries ?? [];
      const [project] = vendor.projects;
      const status = moment === undefined ? undefined : this.after.shift();
      if (project === undefined || status === undefined || moment === undefined) return;
      const isBack = project.status !== "ACTIVE_HEALTHY" && status === "ACTIVE_HEALTHY";
      project.status = status;
      if (isBack) this.recovered(moment * 1000);
    };
  }

  get status(): string | undefined {
    return vendor.projects[0]?.status;
  }

  set status(status: string) {
    for (const project of vendor.projects) project.status = status;
  }

  database(changes: Partial<DatabaseRecovery> = {}): DatabaseRecovery {
    const isUp = () => this.status?.startsWith("ACTIVE") === true;
    return {
      ...{ at, acceptLoss: true },
      ...supabaseRecovery({
        ...{ name: vendor.projects[0]?.name ?? "", organization: settings.accounts.supabaseOrganization },
        environment: { SUPABASE_ACCESS_TOKEN: supabaseToken, OPTROPIC_SUPABASE_URL: `${fake.url}/supabase` },
        expect: () => undefined,
      }),
      loss: async (moment, _, until) => {
        if (!isUp()) throw new Error("connection refused");
        const later = this.rows.filter(
          (row) => row > moment.getTime() && row <= (until?.getTime() ?? Infinity),
        );
        const isMute = this.mute && this.timeline !== "00000001";
        const silent = Array.from({ length: this.tables }, (_, n) => ({
          table: `public.t${n}`,
          rows: undefined,
        }));
        const found = later.length > 0 ? [{ table: "public.entry", rows: later.length }] : [];
        const tables = isMute ? silent : found;
        const minutes = (this.world.time - moment.getTime()) / 60_000;
        return { minutes, tables, looked: this.tables, countedAt: this.world.now().toISOString() };
      },
      timeline: async () => (isUp() ? this.timeline : undefined),
      ...changes,
    };
  }

  parts(changes: Partial<RollbackParts> = {}): RollbackParts {
    const channel = (name: string): Channel => ({
      ...{ name, does: "Tells" },
      deliver: async (message) => {
        if (name === "slack") this.told.push(message);
        return { summary: "told" };
      },
    });
    return {
      ...{ stack: "production", settings, hosts: this.hosts.all },
      ...{ choice: { bad: [] }, acceptSchema: false, links: [], reason: "Wrong totals", rehearsal: false },
      judge: async () => ({ state: "compatible", summary: "No migration" }),
      servedCommit: this.hosts.servedCommit,
      repository: undefined,
      channel,
      writeReport: async (name, text) => {
        this.reports.push(text);
        return name;
      },
      ...changes,
    };
  }

  run(parts: RollbackParts, process = new Process(this.world), name = "rollback-3.0.0-1"): Promise<Outcome> {
    return reconcile({
      ...{
        version: name,
        commit: current,
        steps: rollbackSteps(parts).filter((step) => step.name !== "post-mortem"),
      },
      ...{ journal: process, evidence: process, now: this.world.now },
      limits: { ...limits, failed: 0, error: 2, inconclusive: 0, intervalMs: 2000, leaseMs: 60_000 },
      ...{ run: `run-${this.world.entries.length}-${this.world.time}`, holder: "a test" },
      signal: new AbortController().signal,
    });
  }

  /** Calls until it is no matter of time. */
  async until(parts: RollbackParts, process?: Process): Promise<Outcome> {
    let own = process;
    for (let turn = 0; turn < 3000; turn += 1) {
      const outcome = await this.run(parts, own);
      own = undefined;
      if (outcome.state !== "waiting") return outcome;
      // Where nothing happens for long, hours pass in few looks.
      this.world.time = Math.max(this.world.time + (turn > 60 ? 1_200_000 : 500), outcome.until.getTime());
    }
    throw new Error("It never ends");
  }

  get all(): string {
    return this.told.flatMap(({ subject, paragraphs }) => [subject, ...paragraphs]).join("\n");
  }
}

const seconds = at.getTime() / 1000;

describe("a rollback with the database at Supabase", () => {
  it("tells people of the hosts first, recovers once, asks the server what it has, and reports all of it", async () => {
    const cloud = new Cloud();
    expect(await cloud.until(cloud.parts({ database: cloud.database() }))).toMatchObject({ state: "done" });
    expect(vendor.recoveries).toEqual([seconds]);
    expect(cloud.told.map(({ paragraphs }) => paragraphs.at(-1))).toEqual([
      expect.stringContaining("The database is still to go back to 2026-12-01T07:30:00.000Z"),
      expect.stringContaining(
        "The database went back to 2026-12-01T07:30:00.000Z, which lost the last 30 min",
      ),
    ]);
    expect(cloud.reports.at(-1)).toContain("public.entry: 2");
    expect(cloud.reports.at(-1)).toMatch(/database-recovery-20261201t073000z: .* 3 tables of 3 can tell/);
  });

  it.each<[string, (cloud: Cloud) => void, Outcome["state"], RegExp]>([
    [
      "a recovery that never ends",
      (cloud) => {
        cloud.after = ["RESTORING"];
      },
      "unclear",
      /Not within 4 h 0 min: The vendor recovers it \(RESTORING\)/,
    ],
    [
      "one that the vendor takes and never begins",
      (cloud) => {
        cloud.after = [];
      },
      "unclear",
      /Not within 4 h 0 min: The database is not recovered yet \(the vendor says ACTIVE_HEALTHY\)/,
    ],
    [
      "one that fails",
      (cloud) => {
        cloud.after = ["RESTORING", "RESTORE_FAILED"];
      },
      "stopped",
      /the recovery failed \(RESTORE_FAILED\)/,
    ],
    [
      "a project that stays paused",
      (cloud) => {
        cloud.after = ["PAUSING", "INACTIVE"];
      },
      "unclear",
      /Not within 4 h 0 min: The vendor recovers it \(INACTIVE\)/,
    ],
    [
      "a status that nobody documents",
      (cloud) => {
        cloud.after = ["REWINDING"];
      },
      "unclear",
      /REWINDING/,
    ],
    [
      "a server that comes back empty",
      (cloud) => {
        cloud.recovered = () => {
          [cloud.timeline, cloud.rows, cloud.tables] = ["00000002", [], 0];
        };
      },
      "stopped",
      /recovered a database without a table, and there were 3/,
    ],
    [
      "a server of which no table can be counted any longer",
      (cloud) => {
        cloud.mute = true;
      },
      "unclear",
      /no table of it can tell to which moment, where 3 could before/,
    ],
    [
      "one that was recovered to a later moment",
      (cloud) => {
        cloud.recovered = () => {
          cloud.timeline = "00000002";
          cloud.rows.pop();
        };
      },
      "unclear",
      /still has 1 row of after 2026-12-01 07:30/,
    ],
  ])("does not call %s a success, and tells people what is known", async (_, change, state, said) => {
    const cloud = new Cloud();
    change(cloud);
    const outcome = await cloud.until(cloud.parts({ database: cloud.database() }));
    expect(outcome).toMatchObject({ state, summary: expect.stringMatching(said) });
    expect(vendor.recoveries).toEqual([seconds]);
    expect(cloud.hosts.served).toEqual({ vercel: previous, render: previous });
    const last = cloud.told.at(-1);
    expect(last?.subject).toMatch(/^The rollback of .* is not complete$/);
    expect(last?.paragraphs.join("\n")).toMatch(
      /render.optropic.example serves bbbbbbbbbbbb, which is the earlier commit\.[\s\S]*The vendor recovers the database .* It is not known to be back\./,
    );
    expect(cloud.reports.at(-1)).toContain("It is not known to be back.");
  });

  it.each(["RESTARTING", "RESIZING", "INACTIVE", "RESTORING"])(
    "tells a vendor nothing that is at work already (%s), and then once",
    async (status) => {
      const cloud = new Cloud();
      const { database, until } = { database: cloud.database(), until: cloud.world.time + 600_000 };
      const parts = cloud.parts({ database });
      // It begins behind the count: a database that is away cannot be counted.
      const before = { ...database, loss: database.loss.bind(database) };
      let counts = 0;
      before.loss = async (...args) => {
        const found = await database.loss(...args);
        counts += 1;
        if (counts === 2) cloud.status = status;
        return found;
      };
      for (let turn = 0; turn < 200; turn += 1) {
        const outcome = await cloud.run({ ...parts, database: before });
        if (outcome.state !== "waiting") {
          expect(outcome).toMatchObject({ state: "done" });
          break;
        }
        if (cloud.world.time < until) expect(vendor.recoveries).toEqual([]);
        cloud.world.time = Math.max(cloud.world.time + 500, outcome.until.getTime());
        if (cloud.world.time >= until && vendor.recoveries?.length === 0) cloud.status = "ACTIVE_HEALTHY";
      }
      expect(vendor.recoveries).toEqual([seconds]);
    },
  );

  it("stops where somebody else recovered it meanwhile", async () => {
    const cloud = new Cloud();
    const database = cloud.database();
    let counts = 0;
    const loss: DatabaseRecovery["loss"] = async (...args) => {
      const found = await database.loss(...args);
      counts += 1;
      if (counts === 2) cloud.timeline = "00000007";
      return found;
    };
    expect(await cloud.until(cloud.parts({ database: { ...database, loss } }))).toMatchObject({
      state: "stopped",
      summary: expect.stringContaining("Somebody else recovered the database"),
    });
    expect(vendor.recoveries).toEqual([]);
  });

  it.each([
    ["before the window", { at: new Date(0) }],
    ["behind what is archived", { at: new Date(began + 60_000) }],
  ])("changes nothing for a moment %s, and says how the hosts go back alone", async (_, changes) => {
    const cloud = new Cloud();
    expect(await cloud.until(cloud.parts({ database: cloud.database(changes) }))).toMatchObject({
      state: "stopped",
      summary: expect.stringMatching(/The vendor can recover to between .*Leave out --database-to/),
    });
    expect([vendor.recoveries, cloud.hosts.served.render, cloud.told]).toEqual([[], current, []]);
  });

  it("counts the loss of each moment by itself, and anew for each call until somebody accepts it", async () => {
    const cloud = new Cloud();
    const asked = (changes: Partial<DatabaseRecovery>) =>
      cloud.until(cloud.parts({ database: cloud.database(changes) }));
    const earlier = new Date("2026-12-01T07:00:00Z");
    expect(await asked({ acceptLoss: false })).toMatchObject({
      summary: expect.stringMatching(/loses the last 30 min of every table, 2 rows/),
    });
    cloud.world.time += 3_600_000;
    cloud.rows.push(cloud.world.time);
    expect(await asked({ acceptLoss: false })).toMatchObject({
      summary: expect.stringMatching(/loses the last 1 h 30 min of every table, 3 rows/),
    });
    vendor.newestPhysical = cloud.world.time / 1000;
    expect(await asked({ at: earlier, acceptLoss: false })).toMatchObject({
      summary: expect.stringMatching(/2026-12-01 07:00 .* 5 rows/),
    });
    expect(cloud.hosts.served.render).toBe(current);
    expect(await asked({ at: earlier })).toMatchObject({ state: "done" });
    expect(vendor.recoveries).toEqual([earlier.getTime() / 1000]);
    // What was done for one moment is not done for another.
    expect(await asked({ acceptLoss: false })).toMatchObject({ state: "stopped" });
    expect(vendor.recoveries).toHaveLength(1);
  });

  it("recovers behind a rollback that is done already, and tells people of that as well", async () => {
    const cloud = new Cloud();
    expect(await cloud.until(cloud.parts())).toMatchObject({ state: "done" });
    expect(await cloud.until(cloud.parts({ database: cloud.database() }))).toMatchObject({ state: "done" });
    expect(vendor.recoveries).toEqual([seconds]);
    expect(cloud.told).toHaveLength(2);
    expect(cloud.told[0]?.paragraphs.at(-1)).toContain("The database was not changed.");
    expect(cloud.told[1]?.paragraphs.at(-1)).toContain("The database went back to");
    expect(cloud.reports.at(-1)).toContain("The database went back to");
  });

  it("takes the hosts back where the vendor or the database is silent, and tells the vendor nothing it cannot count", async () => {
    const cloud = new Cloud();
    const loss = () => Promise.reject(new Error("connection refused"));
    expect(await cloud.until(cloud.parts({ database: cloud.database({ loss }) }))).toMatchObject({
      state: "unclear",
      summary: expect.stringContaining("connection refused"),
    });
    expect(cloud.hosts.served).toEqual({ vercel: previous, render: previous });
    expect(vendor.recoveries).toEqual([]);
    expect(cloud.world.time - began).toBeLessThan(5 * 60_000);
    const unread = new Cloud();
    expect(
      await unread.until(unread.parts({ database: unread.database({ loss, acceptLoss: false }) })),
    ).toMatchObject({ state: "unclear" });
    expect(unread.hosts.served.render).toBe(current);
  });

  it("leaves the database as it is while a host is not back, also where that call dies", async () => {
    for (const dies of [Number.POSITIVE_INFINITY, 8, 12, 14, 15, 16, 17, 18, 19, 20]) {
      const cloud = new Cloud();
      cloud.hosts.silent = ["render"];
      const asked = cloud.parts().hosts;
      const parts = (hosts: readonly Host[]) => cloud.parts({ hosts, asked, database: cloud.database() });
      await survived(() => cloud.until(parts(asked), new Process(cloud.world, dies, true)));
      cloud.world.time += 120_000;
      // The next call is about the hosts that answered.
      const [vercel] = asked;
      const noted = cloud.world.entries.some((each) => each.kind === "acted" && each.step === "targets");
      expect(await cloud.until(parts(noted && vercel ? [vercel] : asked))).toMatchObject({ state: "done" });
      expect(cloud.hosts.served).toEqual({ vercel: previous, render: current });
      expect(vendor.recoveries).toEqual([]);
      expect(cloud.all).toContain("The database stays as it is until render is rolled back.");
      expect(cloud.all).toContain("render did not answer and was not rolled back.");

      // The rest is a journal of its own.
      cloud.hosts.silent = [];
      cloud.world.entries.length = 0;
      const left = asked.filter(({ name }) => name === "render");
      expect(
        await cloud.until(cloud.parts({ hosts: left, asked: left, database: cloud.database() })),
      ).toMatchObject({ state: "done" });
      expect(vendor.recoveries).toEqual([seconds]);
    }
  });

  it("never tells the vendor twice, wherever a call dies", async () => {
    for (let dies = 1; dies < 60; dies += 2) {
      const cloud = new Cloud();
      const parts = cloud.parts({ database: cloud.database() });
      await survived(() => cloud.until(parts, new Process(cloud.world, dies, dies % 2 === 0)));
      cloud.world.time += 120_000;
      let outcome = await cloud.until(parts);
      if (outcome.state === "unclear") {
        // Nobody knows whether the request was sent: a person looks.
        expect(outcome.summary).toMatch(/--settle [\w-]+\/[\w-]+=done or/);
        const [, step = "", action = ""] = /--settle ([\w-]+)\/([\w-]+)=done or/.exec(outcome.summary) ?? [];
        const done = step.startsWith("database-recovery") ? vendor.recoveries?.length === 1 : false;
        cloud.world.time += 120_000;
        await settle(
          { step, action, done },
          {
            ...{ journal: new Process(cloud.world), steps: rollbackSteps(parts) },
            ...{ run: "p", by: "p", now: cloud.world.now },
          },
        );
        outcome = await cloud.until(parts);
      }
      expect(outcome, `died at write ${dies}`).toMatchObject({ state: "done" });
      expect(vendor.recoveries, `died at write ${dies}`).toEqual([seconds]);
    }
  });

  it.each([
    ["a refusal", { status: 400, body: { message: "PITR is not enabled" } }, 3],
    ["no such project", { status: 404, body: { message: "Project not found" } }, 3],
    ["an error of the server", { status: 500, body: { message: "Failed to restore" } }, 1],
    ["an answer that took too long", { status: 408, body: {} }, 1],
  ])("asks again only after what is a refusal: %s", async (_, answer, times) => {
    const cloud = new Cloud();
    cloud.after = [];
    vendor.recover = () => answer;
    expect(await cloud.until(cloud.parts({ database: cloud.database() }))).toMatchObject({
      state: "unclear",
    });
    expect(vendor.recoveries).toHaveLength(times);
    expect(cloud.all).toMatch(/is not complete/);
  });

  it("goes on with a recovery whose answer was lost, where the vendor says that it recovers", async () => {
    const cloud = new Cloud();
    cloud.after = ["RESTORING", "RESTORING", "RESTORING", "COMING_UP", "ACTIVE_HEALTHY"];
    vendor.recover = () => ({ status: 502, text: "<html>" });
    expect(await cloud.until(cloud.parts({ database: cloud.database() }))).toMatchObject({ state: "done" });
    expect(vendor.recoveries).toEqual([seconds]);
  });

  it("keeps the database going back where nobody can be told first", async () => {
    const cloud = new Cloud();
    const silent = (name: string): Channel => ({
      ...{ name, does: "Tells", missing: undefined },
      deliver: () => Promise.reject(new NotDone("slack.example answered 503")),
    });
    const parts = cloud.parts({ database: cloud.database(), channel: silent });
    expect(await cloud.until(parts)).toMatchObject({ state: "unclear", step: "announcement" });
    expect(vendor.recoveries).toEqual([seconds]);
    expect(cloud.rows).toHaveLength(2);
  });

  it("refuses a project whose reference is not that of DATABASE_URL", async () => {
    const cloud = new Cloud();
    const other = supabaseRecovery({
      ...{ name: vendor.projects[0]?.name ?? "", organization: settings.accounts.supabaseOrganization },
      environment: { SUPABASE_ACCESS_TOKEN: supabaseToken, OPTROPIC_SUPABASE_URL: `${fake.url}/supabase` },
      expect(ref) {
        throw new Error(`${ref} is another`);
      },
    });
    const outcome = await cloud.until(cloud.parts({ database: { ...cloud.database(), ...other } }));
    expect(outcome).toMatchObject({ state: "unclear", summary: expect.stringContaining("is another") });
    expect(vendor.recoveries).toEqual([]);
  });
});

async function survived(work: () => Promise<Outcome>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
}

it.each([
  [true, 1],
  [false, undefined],
])(
  "counts rows by a tracked commit or their own time, where every commit since is tracked: %s",
  async (isWhole, rows) => {
    const asked: string[] = [];
    const answers: unknown[][] = [
      [{ tracks: true, now: new Date(began) }],
      [
        { name: "public.bare", column: null, zoned: false },
        { name: "public.dated", column: "made", zoned: true },
        { name: "public.local", column: "made", zoned: false },
      ],
    ];
    const session: Pick<Session, "rows" | "run" | "attempt"> = {
      rows: async () => answers.shift() ?? [],
      run: async () => undefined,
      attempt: async (query) => {
        if (query.includes("pg_control_checkpoint")) return [{ isWhole }];
        asked.push(query);
        return [{ count: "1" }];
      },
    };
    const { tables } = await measureLoss(session, at);
    expect(tables).toEqual([
      { table: "public.bare", rows },
      { table: "public.dated", rows: 1 },
      { table: "public.local", rows: 1 },
    ]);
    expect(asked.join("\n")).toContain("coalesce(pg_xact_commit_timestamp(xmin), made) >");
    expect(asked.at(-1)).toContain("coalesce(pg_xact_commit_timestamp(xmin), made at time zone");
  },
);
