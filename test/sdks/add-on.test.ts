import { describe, expect, it } from "vitest";
import { addOnProvider } from "../../sdks/supabase/add-on-provider.ts";
import {
  answers,
  type FakeProject,
  failsAfterEffect,
  healthyProject,
  projectRef,
} from "./management-api-server.ts";
import { canary, useBench } from "./setup.ts";

const bench = useBench("pulumi-nodejs:supabase:AddOn", addOnProvider);
const inputs = { projectRef, type: "pitr", variant: "pitr_7" };
const id = `${projectRef}/pitr`;
const addOns = `/v1/projects/${projectRef}/billing/addons`;

function meet(project: Partial<FakeProject>): void {
  bench.api.projects.set(projectRef, { ...healthyProject(), ...project });
}

const places = ["local", "hosted"] as const;

describe.each(places)("the add-on's provider, %s", (place) => {
  describe("create", () => {
    it("buys the variant", async () => {
      const created = await bench[place].create(inputs);
      expect(created).toEqual({ id, outs: inputs });
      expect(bench.api.changes).toEqual(["bought pitr_7"]);
    });

    it("adopts a variant that the project has already, without another purchase", async () => {
      meet({ pitr: "pitr_7" });
      expect((await bench[place].create(inputs)).id).toBe(id);
      expect(bench.api.requests.filter((request) => request.startsWith("PATCH"))).toEqual([]);
    });

    it("waits for a project that is coming up", async () => {
      meet({ status: ["COMING_UP", "COMING_UP", "RESIZING", "ACTIVE_HEALTHY"] });
      await bench[place].create(inputs);
      expect(bench.api.changes).toEqual(["bought pitr_7"]);
    });

    it("gives up on a project that keeps coming up", async () => {
      meet({ status: ["COMING_UP"] });
      expect(await bench.refused(bench[place].create(inputs))).toContain("is still COMING_UP");
      expect(bench.api.changes).toEqual([]);
    });

    it("refuses a paused project", async () => {
      meet({ status: ["INACTIVE"] });
      expect(await bench.refused(bench[place].create(inputs))).toContain("is INACTIVE");
    });

    it.each([
      ["", "micro"],
      ["ci_micro", "micro"],
      ["ci_nano", "nano"],
    ])("refuses compute %s before it buys", async (compute, size) => {
      meet({ compute });
      const message = await bench.refused(bench[place].create(inputs));
      expect(message).toContain(`needs compute size small or larger, and it runs on ${size}`);
      expect(bench.api.requests).not.toContain(`PATCH ${addOns}`);
    });

    it("refuses a plan that does not offer PITR", async () => {
      meet({ plan: "free" });
      const message = await bench.refused(bench[place].create(inputs));
      expect(message).toContain("plan does not offer PITR, which needs Pro or higher");
    });

    it.each([400, 402])("says what PITR needs where the API answers %i", async (status) => {
      bench.api.faults.push(answers("PATCH", status, {}, '{"message":"Not on\\nthis plan"}'));
      const message = await bench.refused(bench[place].create(inputs));
      expect(message).toContain(
        `could not enable pitr_7 for project ${projectRef} (${status}: Not on this plan)`,
      );
      expect(message).toContain("PITR needs plan Pro or higher and compute size small or larger");
    });

    it("says that there is no such project", async () => {
      bench.api.projects.clear();
      const message = await bench.refused(bench[place].create(inputs));
      expect(message).toContain(`read project ${projectRef}: it has no such project (404)`);
    });

    it("says that the token is not known", async () => {
      const wrong = { ...inputs, accessToken: "sbp_wrong" };
      const message = await bench.refused(bench[place].create(wrong));
      expect(message).toContain("does not know the access token (401)");
      expect(message).not.toContain("sbp_wrong");
    });

    it("says which permission the token lacks", async () => {
      bench.api.forbidden.push("PATCH");
      const message = await bench.refused(bench[place].create(inputs));
      expect(message).toContain("may not enable pitr_7");
      expect(message).toContain("infra_add_ons_write");
      expect(message).not.toContain("compute size");
    });

    it("names the add-on when it is bought and not listed", async () => {
      // Every list, before the purchase and after it, shows none.
      const list = JSON.stringify({
        selected_addons: [{ type: "compute_instance", variant: { id: "ci_small" } }],
        available_addons: [{ type: "pitr" }],
      });
      bench.api.faults.push(answers("GET", 200, {}, '{"status":"ACTIVE_HEALTHY"}'));
      bench.api.faults.push(...Array.from({ length: 200 }, () => answers("GET", 200, {}, list)));
      const error: unknown = await bench[place].create(inputs).catch((reason: unknown) => reason);
      // With its id and properties, so that the engine keeps it in the state and looks at it again.
      expect(error).toMatchObject({
        message: expect.stringContaining("does not list it yet"),
        id,
        properties: { ...inputs, ...(place === "hosted" ? { __provider: expect.any(String) } : {}) },
      });
      expect(bench.api.changes).toEqual(["bought pitr_7"]);
    });
  });

  describe("read", () => {
    it("finds what it bought", async () => {
      meet({ pitr: "pitr_7" });
      expect(await bench[place].read(id, inputs)).toEqual({ id, props: inputs, inputs });
    });

    it("finds that another variant was chosen by hand", async () => {
      meet({ pitr: "pitr_28" });
      const found = await bench[place].read(id, inputs);
      expect(found.props).toEqual({ ...inputs, variant: "pitr_28" });
      expect(await bench[place].diff(id, found.props, inputs)).toEqual({ changes: true, replaces: [] });
    });

    it("finds that it was removed by hand", async () => {
      expect((await bench[place].read(id, inputs)).id).toBe("");
    });

    it("finds that the project is gone", async () => {
      bench.api.projects.clear();
      expect((await bench[place].read(id, inputs)).id).toBe("");
    });

    it("takes the project from the id where the state is empty", async () => {
      meet({ pitr: "pitr_14" });
      expect((await bench[place].read(id, {})).props).toEqual({ ...inputs, variant: "pitr_14" });
    });

    it("does not take a refusal for an absence", async () => {
      bench.api.forbidden.push("GET");
      expect(await bench.refused(bench[place].read(id, inputs))).toContain("infra_add_ons_read");
    });
  });

  describe("update", () => {
    it("changes the variant in place", async () => {
      meet({ pitr: "pitr_7" });
      const news = { ...inputs, variant: "pitr_28" };
      expect(await bench[place].update(id, inputs, news)).toEqual(news);
      expect(bench.api.changes).toEqual(["bought pitr_28"]);
    });

    it("buys nothing for a new token", async () => {
      meet({ pitr: "pitr_7" });
      const news = { ...inputs, accessToken: canary };
      expect(await bench[place].update(id, inputs, news)).toEqual(news);
      expect(bench.api.changes).toEqual([]);
    });
  });

  describe("delete", () => {
    it("cancels", async () => {
      meet({ pitr: "pitr_7" });
      await bench[place].delete(id, inputs);
      expect(bench.api.changes).toEqual(["cancelled pitr_7"]);
    });

    it("cancels the variant that costs money now", async () => {
      meet({ pitr: "pitr_28" });
      await bench[place].delete(id, inputs);
      expect(bench.api.changes).toEqual(["cancelled pitr_28"]);
    });

    it("is content where it is cancelled already", async () => {
      await bench[place].delete(id, inputs);
      expect(bench.api.changes).toEqual([]);
    });

    it("is content where the project is gone", async () => {
      bench.api.projects.clear();
      await bench[place].delete(id, inputs);
    });

    it("is content where the first answer was lost and the second is a refusal", async () => {
      meet({ pitr: "pitr_7" });
      bench.api.faults.push(failsAfterEffect("DELETE"));
      await bench[place].delete(id, inputs);
      expect(bench.api.changes).toEqual(["cancelled pitr_7"]);
    });

    it("says that it could not", async () => {
      meet({ pitr: "pitr_7" });
      bench.api.faults.push(answers("DELETE", 400, {}, '{"message":"A restore is running"}'));
      expect(await bench.refused(bench[place].delete(id, inputs))).toContain(
        `could not cancel pitr_7 of project ${projectRef} (400: A restore is running)`,
      );
    });
  });

  describe("check and diff", () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

    it("accepts what is right, and what a preview does not know", async () => {
      const access = { accessToken: canary, endpoint: bench.api.url };
      expect(await bench[place].check({ ...inputs, ...access })).toEqual([]);
      expect(await bench[place].check({ ...inputs, projectRef: unknown, accessToken: unknown })).toEqual([]);
    });

    it("refuses what is wrong, all at once", async () => {
      expect(
        await bench[place].check({
          projectRef: "ABC",
          type: "ipv4",
          variant: "pitr_30",
          accessToken: "with space",
          endpoint: "http://api.example.com",
        }),
      ).toEqual(["projectRef", "accessToken", "endpoint", "type", "variant"]);
      expect(await bench[place].check({})).toEqual(["projectRef", "type", "variant"]);
    });

    it("changes nothing where nothing differs", async () => {
      expect(await bench[place].diff(id, inputs, inputs)).toEqual({ changes: false, replaces: [] });
    });

    it("makes another resource of another project, also of one not known yet", async () => {
      for (const other of ["tsrqponmlkjihgfedcba", unknown]) {
        const news = { ...inputs, projectRef: other };
        expect(await bench[place].diff(id, inputs, news)).toEqual({
          changes: true,
          replaces: ["projectRef"],
        });
      }
    });
  });
});

describe("the access token", () => {
  it("shows in no error and no log, also where the API quotes it", () => {
    expect(bench.refusals.length).toBeGreaterThan(20);
    expect(bench.refusals.filter((message) => message.includes(canary))).toEqual([]);
    expect(bench.host.output()).not.toContain(canary);
  });

  it("stays out of the state where it comes from the environment", async () => {
    const { outs } = await bench.hosted.create(inputs);
    expect(JSON.stringify(outs)).not.toContain(canary);
  });
});
