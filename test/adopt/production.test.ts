import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { naturalKeys } from "../../adopt/keys.ts";
import { planImports } from "../../adopt/plan.ts";
import type { Declared } from "../../adopt/resources.ts";
import { planText } from "../../adopt/words.ts";
import { reasonsOf } from "../../cli/adopt/run-doctor.ts";
import { managedComponents } from "../../config/manage.ts";
import { readState } from "../../preview/index.ts";
import { componentOf } from "../policies/passing-stack.ts";
import { exportedProduction } from "../preview/exported-state.ts";
import type { RecordedResource } from "../recording/record.ts";
import { recordPlatform } from "../recording/stacks.ts";

const folder = mkdtempSync(join(tmpdir(), "adopt-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

it("takes over all of a production that was deployed, and creates nothing that is there", async () => {
  const path = join(folder, "state.json");
  writeFileSync(path, await exportedProduction(false));
  const { resources } = readState(path);
  const existing = resources
    .filter(({ custom }) => custom)
    .map(({ type, name, id, inputs, outputs }) => ({
      type,
      name,
      id,
      properties: { ...inputs, ...outputs },
    }));
  const { steps } = planImports({ declared: resources, existing });
  const keyed = steps.filter(({ declared: { type } }) => Object.hasOwn(naturalKeys, type));
  expect(keyed.length).toBeGreaterThan(60);
  expect(keyed.filter(({ action }) => action !== "import").map(({ declared }) => declared.name)).toEqual([]);
  expect(keyed.filter(({ loses }) => loses !== undefined)).toEqual([]);
});

/** What each part refers to of one that is not managed. */
const elsewhere = {
  ...{ webProject: "prj_1", apiHost: "shop.onrender.com", apiService: "srv-1", renderEnvironment: "evm-1" },
  ...{
    databaseRef: "abcdefghijklmnopqrst",
    pagerService: "Shop",
    sentryDsn: `https://${"a".repeat(32)}@o1.ingest.de.sentry.io/1`,
  },
  ...{
    backupCheckIn: "https://o1.ingest.de.sentry.io/api/1/cron/backup/1/",
    dashboardUrl: "https://shop.grafana.net/d/main",
  },
  errorTrackingUrl: "https://acme.sentry.io/projects/shop",
};
const url =
  "postgresql://user:a-long-password@db.abcdefghijklmnopqrst.supabase.co:5432/postgres?sslmode=verify-full";
const secrets = {
  ...{ databaseApplicationUrl: url, databaseMigrationUrl: url, databaseBackupUrl: url },
  ...{ pagerDutySentryKey: "a".repeat(32), pagerDutyGrafanaKey: "b".repeat(32) },
};

it.each(managedComponents)(
  "names each resource that an update deletes once %s is no longer managed, and refuses",
  async (part) => {
    const whole = await recordPlatform("production");
    const given = [
      `optropic:manage={"${part}":false}`,
      `optropic:existing=${JSON.stringify(elsewhere)}`,
      ...Object.entries(secrets).map(([key, value]) => `optropic-secrets:${key}=${value}`),
    ];
    const { resources } = await recordPlatform("production", ...given);
    const existing = whole.resources
      .filter(
        ({ type }) =>
          type.split(":").length > 2 && !type.startsWith("pulumi:") && !type.startsWith("optropic:"),
      )
      .map(({ urn, type, name, inputs }) => ({ urn, type, name, id: name, properties: inputs }));
    const plan = planImports({ declared: resources.map(declaredOf), existing });
    const own = existing.flatMap(({ urn }) => (componentOf(urn) === part ? [urn] : []));
    expect(own.length).toBeGreaterThan(0);
    expect(plan.deleted.map(({ urn }) => urn)).toEqual(expect.arrayContaining(own));
    const kept = plan.deleted.filter(({ urn = "" }) => componentOf(urn) !== part);
    expect(kept.map(({ urn }) => urn)).toEqual([]);
    expect(reasonsOf(plan, { hosts: [], limits: 0 }).refusal).toContain("would delete what the stack has");
    const text = planText(plan);
    for (const urn of own) expect(text).toContain(`\n  ${urn}`);
  },
);

function declaredOf({ urn, type, name, parent, inputs }: RecordedResource): Declared {
  const custom = !type.startsWith("optropic:") && type !== "pulumi:pulumi:Stack";
  return { urn, type, name, parent, inputs, custom };
}
