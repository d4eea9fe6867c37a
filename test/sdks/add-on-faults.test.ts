import { describe, expect, it } from "vitest";
import { addOnProvider } from "../../sdks/supabase/add-on-provider.ts";
import { answers, cutsOff, failsAfterEffect, hangs, projectRef } from "./management-api-server.ts";
import { canary, useBench } from "./setup.ts";

const bench = useBench("pulumi-nodejs:supabase:AddOn", addOnProvider);
const inputs = { projectRef, type: "pitr", variant: "pitr_7" };
const id = `${projectRef}/pitr`;
const addOns = `/v1/projects/${projectRef}/billing/addons`;
const places = ["local", "hosted"] as const;

describe.each(places)("the add-on's provider, %s,", (place) => {
  describe("retries", () => {
    it.each([429, 500, 502, 503, 504, 408])("a %i", async (status) => {
      bench.api.faults.push(answers("PATCH", status), answers("GET", status), answers("GET", status));
      await bench[place].create(inputs);
      expect(bench.api.changes).toEqual(["bought pitr_7"]);
    });

    it("a request without an answer", async () => {
      bench.api.faults.push(hangs("PATCH"));
      await bench[place].create(inputs);
      expect(bench.api.changes).toEqual(["bought pitr_7"]);
    });

    it("an answer that breaks off", async () => {
      bench.api.faults.push(cutsOff("GET"));
      await bench[place].create(inputs);
      expect(bench.api.changes).toEqual(["bought pitr_7"]);
    });

    it("a purchase whose answer is lost, without buying twice", async () => {
      bench.api.faults.push(cutsOff("PATCH"), failsAfterEffect("PATCH"));
      await bench[place].create(inputs);
      expect(bench.api.changes).toEqual(["bought pitr_7"]);
    });

    it("no purchase that went through although each answer was a 500", async () => {
      bench.api.faults.push(...Array.from({ length: 6 }, () => failsAfterEffect("PATCH")));
      expect((await bench[place].create(inputs)).id).toBe(id);
      expect(bench.api.changes).toEqual(["bought pitr_7"]);
    });

    it("six times, and then says so", async () => {
      bench.api.faults.push(...Array.from({ length: 6 }, () => answers("PATCH", 503)));
      const message = await bench.refused(bench[place].create(inputs));
      expect(message).toContain("Supabase answered 503. Gave up after 6 attempts.");
      expect(bench.api.requests.filter((request) => request === `PATCH ${addOns}`)).toHaveLength(6);
    });

    it("not before the API allows it", async () => {
      bench.api.faults.push(answers("GET", 429, { "retry-after": "60" }));
      const message = await bench.refused(bench[place].create(inputs));
      expect(message).toContain("Supabase answered 429. The next attempt, in 61 s, would be too late.");
      expect(bench.api.requests).toHaveLength(1);
    });

    it("not a refusal", async () => {
      bench.api.faults.push(answers("PATCH", 400));
      await bench.refused(bench[place].create(inputs));
      expect(bench.api.requests.filter((request) => request === `PATCH ${addOns}`)).toHaveLength(1);
    });
  });

  describe("an answer that is not as documented", () => {
    it.each([
      ["HTML", "<html>", "something that is not JSON"],
      ["nothing", "", "something that is not JSON"],
      ["a list", "[]", "without the list selected_addons"],
      ["null", "null", "without the list selected_addons"],
      ["no lists", "{}", "without the list selected_addons"],
      ["no variant", '{"selected_addons":[{"type":"pitr"}]}', "without the text id"],
      ["a number", '{"selected_addons":[{"type":7}]}', "without the text type"],
      ["no offers", '{"selected_addons":[]}', "without the list available_addons"],
    ])("is refused: %s", async (_what, body, expected) => {
      bench.api.faults.push(answers("GET", 200, {}, body));
      expect(await bench.refused(bench[place].read(id, inputs))).toContain(expected);
    });

    it("is refused: more than a megabyte", async () => {
      bench.api.faults.push(answers("GET", 200, {}, " ".repeat(1_048_577)));
      expect(await bench.refused(bench[place].read(id, inputs))).toContain("more than 1048576 bytes");
    });

    it("is refused: a redirect, which is not followed", async () => {
      bench.api.faults.push(answers("GET", 302, { location: `${bench.api.url}/elsewhere` }, ""));
      expect(await bench.refused(bench[place].read(id, inputs))).toContain("(302)");
      expect(bench.api.requests).toEqual([`GET ${addOns}`]);
    });

    it("is refused: a project without a status", async () => {
      bench.api.faults.push(answers("GET", 200, {}, '{"status":7}'));
      expect(await bench.refused(bench[place].create(inputs))).toContain("without a status");
    });
  });
});

describe("the access token", () => {
  it("shows in no error and no log", () => {
    expect(bench.refusals.length).toBeGreaterThan(20);
    expect(bench.refusals.filter((message) => message.includes(canary))).toEqual([]);
    expect(bench.host.output()).not.toContain(canary);
  });
});
