import { describe, expect, it } from "vitest";
import { settingsCatalogue } from "../../config/catalogue.ts";
import { settingsSchema } from "../../config/settings.ts";
import { accept, isMapping, writtenSettings } from "./stack.ts";

const stacks = ["production", "staging"];
const production = accept(writtenSettings("production"));
const staging = accept(writtenSettings("staging"));

describe.each(stacks)("the settings of %s", (stack) => {
  const written = writtenSettings(stack);

  it("are accepted, for their own stage", () => {
    expect(accept(written).stage).toBe(stack);
  });

  it("write every setting out, but nothing that others manage, no waiver and none of its days, no accepted difference, no role, no Prometheus server and no other store of their own", () => {
    const missing = settingsCatalogue(settingsSchema)
      .map((entry) => entry.path)
      .filter(
        (path) =>
          path.reduce<unknown>((value, name) => (isMapping(value) ? value[name] : undefined), written) ===
          undefined,
      );
    expect(missing.map((path) => path.join("."))).toEqual([
      "existing",
      ...Object.keys(settingsSchema.shape.existing.unwrap().shape).map((key) => `existing.${key}`),
      "backups.s3",
      "backups.s3.endpoint",
      "backups.s3.region",
      "backups.s3.bucket",
      "backups.copies",
      "backups.drill.accept",
      "observability.grafana.prometheus",
      "observability.grafana.prometheus.url",
      "observability.grafana.prometheus.username",
      "headers",
      "roles",
      "waiverDays",
      "waivers",
    ]);
  });

  it("name hosts that one certificate of the zone covers: the zone and one label below it", () => {
    const { zone, web, redirect, api } = accept(written).domains;
    for (const host of [web, redirect, api]) {
      expect([zone, `${host?.split(".")[0]}.${zone}`]).toContain(host);
    }
  });

  it("let their own pages call the API, by CORS and by CSP", () => {
    const { domains, edge, web } = accept(written);
    expect(web.baseUrl).toBe(`https://${domains.web}`);
    expect(edge.corsOrigins).toEqual([`https://${domains.web}`, `https://${domains.redirect}`]);
    expect(edge.csp["connect-src"]).toContain(`https://${domains.api}`);
  });

  it("hold nothing that reads like a real account: reserved names and example values only", () => {
    const { domains, accounts, contacts, database, ...watching } = accept(written);
    expect(domains.zone).toMatch(/\.example$/);
    for (const contact of Object.values(contacts)) expect(contact).toMatch(/@optropic\.example$/);
    expect([accounts.supabaseOrganization, accounts.vercelTeam, accounts.renderOwner].join(" ")).toMatch(
      /example.* .*example.* .*example/,
    );
    const { errorTracking, observability, onCall, logs, links } = watching;
    expect([errorTracking.organization, observability.grafana.url, onCall.account].join(" ")).toMatch(
      /example.* .*example.* .*example/,
    );
    for (const { email } of onCall.people) expect(email).toMatch(/@optropic\.example$/);
    for (const address of [logs.endpoint, `https://${logs.syslog}`, links.statusPage]) {
      expect(new URL(address).hostname).toMatch(/\.example$/);
    }
    for (const network of database.allowedNetworks)
      expect(network).toMatch(/^(192\.0\.2|198\.51\.100|203\.0\.113)\./);
  });
});

describe("the two stacks", () => {
  it("share no account, network, domain or error tracking project", () => {
    expect(staging.project.branch).not.toBe(production.project.branch);
    expect(staging.errorTracking.organization).not.toBe(production.errorTracking.organization);
    expect(staging.observability.grafana.url).not.toBe(production.observability.grafana.url);
    expect(staging.observability.grafana.stackId).not.toBe(production.observability.grafana.stackId);
    expect(staging.onCall.account).not.toBe(production.onCall.account);
    expect(staging.logs.endpoint).not.toBe(production.logs.endpoint);
    for (const section of ["accounts", "domains"] as const) {
      const taken: unknown[] = Object.values(production[section]);
      expect(Object.values(staging[section]).filter((value) => taken.includes(value))).toEqual([]);
    }
    const holders = staging.backups.recipients;
    expect(holders.filter((key) => production.backups.recipients.includes(key))).toEqual([]);
    const networks = staging.database.allowedNetworks;
    expect(networks.filter((network) => production.database.allowedNetworks.includes(network))).toEqual([]);
  });

  it("differ where only production needs it: recovery, key holders and sizes", () => {
    expect([production, staging].map(({ backups }) => backups.recipients.length)).toEqual([2, 1]);
    expect([production.database.pitrDays, staging.database.pitrDays]).toEqual([7, 0]);
    expect([production.database.computeSize, staging.database.computeSize]).toEqual(["small", "micro"]);
    expect(staging.api.scaling.max).toBeLessThan(production.api.scaling.max);
  });

  it("are alike where both must be safe", () => {
    for (const { edge, secrets, database } of [production, staging]) {
      expect(edge).toMatchObject({ minTlsVersion: "1.2", alwaysHttps: true, hsts: production.edge.hsts });
      expect(secrets.length).toBe(64);
      expect(database).toMatchObject({ sslMode: "require", enforceSsl: true, pool: { enabled: true } });
    }
  });
});
