import { describe, expect, it } from "vitest";
import { poolerConfigProvider } from "../../sdks/supabase/pooler-config-provider.ts";
import { answers, cutsOff, failsAfterEffect, healthyProject, projectRef } from "./management-api-server.ts";
import { canary, useBench } from "./setup.ts";

const bench = useBench("pulumi-nodejs:supabase:PoolerConfig", poolerConfigProvider);
const inputs = { projectRef, poolMode: "transaction", defaultPoolSize: 15 };
const id = `${projectRef}/pooler`;
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function meet(mode: string, size: number | null): void {
  bench.api.projects.set(projectRef, { ...healthyProject(), pooler: { mode, size } });
}

const places = ["local", "hosted"] as const;

describe.each(places)("the pooler's provider, %s", (place) => {
  it("sets mode and size", async () => {
    expect(await bench[place].create(inputs)).toEqual({ id, outs: inputs });
    expect(bench.api.changes).toEqual(["pooler transaction 15"]);
  });

  it("waits for a project that is coming up", async () => {
    bench.api.projects.set(projectRef, {
      ...healthyProject(),
      status: ["COMING_UP", "RESTARTING", "ACTIVE_UNHEALTHY"],
    });
    await bench[place].create(inputs);
    const read = `GET /v1/projects/${projectRef}`;
    const change = `PATCH /v1/projects/${projectRef}/config/database/pooler`;
    expect(bench.api.requests).toEqual([read, read, read, change]);
  });

  it("changes in place", async () => {
    const news = { ...inputs, poolMode: "session", defaultPoolSize: 30 };
    expect(await bench[place].update(id, inputs, news)).toEqual(news);
    expect(bench.api.changes).toEqual(["pooler session 30"]);
  });

  it("tries again where the network or the API fails", async () => {
    bench.api.faults.push(answers("PATCH", 429, { "x-ratelimit-reset": "0" }), cutsOff("PATCH"));
    bench.api.faults.push(failsAfterEffect("PATCH"), answers("GET", 500));
    await bench[place].create(inputs);
    expect(bench.api.projects.get(projectRef)?.pooler).toEqual({ mode: "transaction", size: 15 });
  });

  it("says what the API refuses", async () => {
    const message = await bench.refused(bench[place].create({ ...inputs, defaultPoolSize: 500 }));
    expect(message).toContain("(400: default_pool_size is too large for this compute size)");
  });

  it("says which permission the token lacks, without the token", async () => {
    bench.api.forbidden.push("PATCH");
    const message = await bench.refused(bench[place].create(inputs));
    expect(message).toContain("database_pooling_config_write");
    expect(message).not.toContain(canary);
  });

  it("does not take another setting for its own", async () => {
    bench.api.faults.push(answers("PATCH", 200, {}, '{"pool_mode":"transaction","default_pool_size":10}'));
    expect(await bench.refused(bench[place].create(inputs))).toContain(
      "to transaction and 10 connections, not to transaction and 15",
    );
  });

  it.each(["{}", "[]", "null", '{"pool_mode":{"a":1},"default_pool_size":"15"}'])(
    "refuses an undocumented answer to a change: %s",
    async (body) => {
      bench.api.faults.push(answers("PATCH", 200, {}, body));
      expect(await bench.refused(bench[place].create(inputs))).toContain("something undocumented");
    },
  );

  it("reads the primary database's pooler, whatever its replicas have", async () => {
    meet("transaction", 15);
    expect(await bench[place].read(id, inputs)).toEqual({ id, props: inputs, inputs });
  });

  it("reads what was changed by hand, and puts it back", async () => {
    meet("session", null);
    const found = await bench[place].read(id, inputs);
    expect(found.props).toEqual({ projectRef, poolMode: "session", defaultPoolSize: null });
    expect(await bench[place].diff(id, found.props, inputs)).toEqual({ changes: true, replaces: [] });
  });

  it("finds that the project is gone, or has no pooler", async () => {
    bench.api.faults.push(answers("GET", 200, {}, "[]"));
    expect((await bench[place].read(id, inputs)).id).toBe("");
    bench.api.projects.clear();
    expect((await bench[place].read(id, inputs)).id).toBe("");
  });

  it.each([
    ["{}", "not a list"],
    ["<html>", "not JSON"],
    ['[{"database_type":"PRIMARY"}]', "without pool_mode or default_pool_size"],
    ['[{"database_type":"PRIMARY","pool_mode":"session"}]', "without pool_mode or default_pool_size"],
  ])("refuses an undocumented answer to a read: %s", async (body, expected) => {
    bench.api.faults.push(answers("GET", 200, {}, body));
    const message = await bench.refused(bench[place].read(id, inputs));
    expect(message).toContain(expected);
  });

  it("does not take a refusal for an absence", async () => {
    bench.api.forbidden.push("GET");
    expect(await bench.refused(bench[place].read(id, inputs))).toContain("database_pooling_config_read");
  });

  it("gives the settings back to the vendor when deleted", async () => {
    meet("session", 15);
    await bench[place].delete(id, inputs);
    expect(bench.api.changes).toEqual(["pooler transaction null"]);
  });

  it("is content to delete where the project is gone, and says where it could not", async () => {
    bench.api.faults.push(answers("PATCH", 400, {}, '{"message":"A restore is running"}'));
    expect(await bench.refused(bench[place].delete(id, inputs))).toContain("(400: A restore is running)");
    bench.api.projects.clear();
    await bench[place].delete(id, inputs);
  });

  it("checks its inputs, and lets pass what a preview does not know", async () => {
    expect(await bench[place].check(inputs)).toEqual([]);
    expect(await bench[place].check({ ...inputs, projectRef: unknown, defaultPoolSize: unknown })).toEqual(
      [],
    );
    expect(await bench[place].check({ ...inputs, poolMode: "statement" })).toEqual(["poolMode"]);
    for (const defaultPoolSize of [0, 1.5, "15"]) {
      expect(await bench[place].check({ ...inputs, defaultPoolSize })).toEqual(["defaultPoolSize"]);
    }
  });

  it("changes nothing where nothing differs, and replaces for another project", async () => {
    expect(await bench[place].diff(id, inputs, inputs)).toEqual({ changes: false, replaces: [] });
    const news = { ...inputs, projectRef: unknown };
    expect(await bench[place].diff(id, inputs, news)).toEqual({ changes: true, replaces: ["projectRef"] });
  });
});

describe("the access token", () => {
  it("shows in no error and no log", () => {
    expect(bench.refusals.length).toBeGreaterThan(20);
    expect(bench.refusals.filter((message) => message.includes(canary))).toEqual([]);
    expect(bench.host.output()).toContain("database_pooling_config_read");
    expect(bench.host.output()).not.toContain(canary);
  });
});
