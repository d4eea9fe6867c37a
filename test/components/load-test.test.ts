import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import * as z from "zod";
import { LoadTest, type LoadTestArgs } from "../../components/load-test.ts";
import { accept, writtenSettings } from "../config/stack.ts";
import { record, settled } from "./recorder.ts";

const settings = accept(writtenSettings("staging"));
const args: LoadTestArgs = { ...settings, password: "pa55" };
const declared = await record((opts) => new LoadTest("load-test", args, opts));

test("declares a project, the test and its schedule", async () => {
  expect(declared.named("load-test-project").inputs.name).toBe("optropic-load-staging");
  expect(declared.named("load-test-test").inputs).toMatchObject({
    name: "optropic-load-staging",
    projectId: "load-test-project-id",
  });
  expect(declared.named("load-test-schedule").inputs).toEqual({
    loadTestId: "load-test-test-id",
    starts: "2026-01-05T00:00:00Z",
    cron: { schedule: "30 4 * * 1", timezone: "UTC" },
  });
  expect(await settled(declared.component.testId)).toBe("load-test-test-id");
});

test("runs the same script, as a secret, with staging's hosts and objectives in front", () => {
  const { secret } = z.object({ secret: z.string() }).parse(declared.named("load-test-test").inputs.script);
  const [plan = "", password, first] = secret.split("\n");
  expect(JSON.parse(plan.replace(/^globalThis\.LOADTEST_PLAN = (.*);$/, "$1"))).toMatchObject({
    webUrl: "https://optropic-staging.example",
    apiUrl: "https://api.optropic-staging.example",
    virtualUsers: 10,
    objectives: { p95Ms: 500, p99Ms: 1000, errorRatePercent: 1 },
  });
  expect(password).toBe('globalThis.LOADTEST_PASSWORD = "pa55";');
  expect(first).toBe('import { check, sleep } from "k6";');
});

test("is refused in production", async () => {
  const build = record((opts) => new LoadTest("load-test", { ...args, stage: "production" }, opts));
  await expect(build).rejects.toThrow(pulumi.RunError);
  await expect(build).rejects.toThrow(/production is not put under load/);
});
