import { afterAll, beforeAll, expect, it } from "vitest";
import type { PreviewDocument } from "../../preview/index.ts";
import { canary, type Estate, startEstate } from "../vendors/fake/estate.ts";
import { runHere } from "./here.ts";

let estate: Estate;
beforeAll(async () => {
  estate = await startEstate();
});
afterAll(() => estate.stop());

it("x", async () => {
  const t = performance.now();
  const { status, stdout, stderr } = await runHere(["judge", "--json"], estate.environment);
  console.log(status, stderr, performance.now() - t);
  const d: PreviewDocument = JSON.parse(stdout);
  console.log(d.summary, d.resources.filter((r) => !r.name.includes("not read")).length);
  for (const p of d.policies) if (p.status === "passed") console.log("passed", p.name);
  for (const p of d.policies) if (p.status === "violated") console.log("VIOL", p.name, p.violations.filter(v=>v.status===undefined).slice(0,4).map((v) => [v.urn.split("::").slice(-2).join(" "), v.property, v.message].join(" | ")));
  for (const p of d.policies.filter((p) => p.status === "unknown").slice(0,5)) console.log("UNK", p.name, p.violations.slice(0,2).map((v) => v.urn.split("::").slice(-2).join(" ") + v.message));
  expect(stdout + stderr).not.toContain(canary);
});
