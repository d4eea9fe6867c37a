import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Violation } from "../../checklist/violation.ts";
import type { SettingsRead } from "../../config/origin-message.ts";
import { fixOf, Origins } from "../../preview/document/origins.ts";
import { type PreviewDocument, preview, type ShownViolation } from "../../preview/index.ts";
import { hostileText } from "./documents.ts";

const root = join(import.meta.dirname, "..", "..");

describe("a setting that breaks an item", () => {
  let document: PreviewDocument;

  // Of several settings each breaks another item, so that one preview shows them all.
  beforeAll(async () => {
    document = await preview({
      cwd: root,
      stack: "production",
      policyPacks: [join(root, "policies")],
      config: [
        "edge.minTlsVersion=1.0",
        "edge.hsts.maxAgeSeconds=300",
        "database.pitrDays=0",
        "database.pool.enabled=false",
        "database.sslMode=prefer",
        "secrets.length=32",
        'edge.corsOrigins=["*"]',
        "objectives.p95Ms=800",
        "backups.retentionDays=7",
      ],
    });
  }, 60_000);

  function violations(name: string): ShownViolation[] {
    return document.policies.find((policy) => policy.name === name)?.violations ?? [];
  }

  it.each([
    ["tls-minimum-version", "edge.minTlsVersion", "1.2"],
    ["https-hsts", "edge.hsts.maxAgeSeconds", "31536000"],
    ["database-pitr", "database.pitrDays", "7"],
    ["database-pooler", "database.pool.enabled", "true"],
    ["connections-encrypted", "database.sslMode", "require"],
    ["jwt-secret-length", "secrets.length", "64"],
    ["secret-key-length", "secrets.length", "64"],
    ["alert-high-latency-p95", "objectives.p95Ms", "500"],
    ["backup-lock", "backups.retentionDays", "30"],
  ])(
    "is named by %s, with its line, the flag that overrides it and the value that the checklist asks for",
    (name, setting, value) => {
      const found = violations(name).filter(({ status }) => status === undefined);
      expect(found.length).toBeGreaterThan(0);
      for (const violation of found) {
        expect(violation.setting).toBe(setting);
        const { path, line } = violation.source ?? { path: "", line: 0 };
        expect(path).toBe("Pulumi.production.yaml");
        expect(violation.fix).toBe(
          `Set ${setting} to ${value} in Pulumi.production.yaml:${line}, or in the --config that overrides it.`,
        );
        expect(violation.declared?.path).toMatch(/^components\//);
      }
    },
  );

  it("is the list where an element is wrong, with what must hold", () => {
    const inBoth = violations("cors-origins-exact");
    expect(inBoth.map(({ setting }) => setting)).toEqual(["edge.corsOrigins", "edge.corsOrigins"]);
    expect(new Set(inBoth.map(({ fix }) => fix)).size).toBe(1);
    expect(inBoth[0]?.fix).toMatch(
      /^Change edge\.corsOrigins in Pulumi\.production\.yaml:\d+, or in the --config that overrides it: Every origin that may call/,
    );
  });

  it("is in the stack's file, with its line, or in the --config that gives it", () => {
    const setting = { path: "edge.minTlsVersion", fallback: "1.2" };
    const place = { path: "Pulumi.dev.yaml", line: 88 };
    expect(fixOf(setting, place, "Holds.")).toBe("Set edge.minTlsVersion to 1.2 in Pulumi.dev.yaml:88.");
    expect(fixOf({ ...setting, fallback: undefined }, place, "Holds.")).toBe(
      "Change edge.minTlsVersion in Pulumi.dev.yaml:88: Holds.",
    );
    expect(fixOf(setting, undefined, "Holds.")).toBe(
      "Set edge.minTlsVersion to 1.2 in the stack's settings.",
    );
    expect(fixOf(setting, undefined, "Holds.", true)).toBe(
      "Set edge.minTlsVersion to 1.2 in the --config that gives it.",
    );
  });

  it("is not told to the program's messages", () => {
    expect(document.messages).toEqual([]);
  });
});

describe("where a value came from", () => {
  const resource = "urn:pulumi:dev::shop::a:b:C::thing";
  const violation: Violation = {
    policy: "p",
    items: ["4.1"],
    kind: "violated",
    resource,
    property: "size",
    found: "The size is 5.",
  };

  function said(more: Partial<SettingsRead>): string {
    return JSON.stringify({ reference: "", settings: [], reads: [], resources: [], ...more });
  }

  async function origin(more: Partial<SettingsRead>, inputs = { size: 5 }): Promise<string | undefined> {
    const origins = await Origins.of([said(more)]);
    return origins?.settingOf(violation, inputs)?.path;
  }

  const marked = { type: "a:b:C", name: "thing", start: 0, end: 2, scope: 0 };

  it("is the setting of that value that was read for the resource", async () => {
    const settings = [
      { path: "things.size", value: 5 },
      { path: "things.other", value: 6 },
    ];
    expect(await origin({ settings, reads: [0, 1], resources: [marked] })).toBe("things.size");
  });

  it("is not a setting that was read after the resource was declared", async () => {
    const settings = [{ path: "things.size", value: 5 }];
    expect(await origin({ settings, reads: [0], resources: [{ ...marked, end: 0 }] })).toBeUndefined();
  });

  it("is not told where two settings are as likely, or none is", async () => {
    const settings = [
      { path: "one.size", value: 5 },
      { path: "two.size", value: 5 },
      { path: "size", value: 7 },
    ];
    expect(await origin({ settings, reads: [0, 1], resources: [marked] })).toBeUndefined();
    expect(await origin({ settings, reads: [2], resources: [marked] })).toBeUndefined();
  });

  it("is no setting of another name that was read for others", async () => {
    const settings = [{ path: "retention.days", value: 5 }];
    const far = { ...marked, start: 1, end: 1 };
    expect(await origin({ settings, reads: [0], resources: [far] })).toBeUndefined();
  });

  it("is nothing that a program of another form, or a hostile one, can break", async () => {
    expect(await Origins.of(["", "[]", "{}", '{"reads":[-1]}'])).toBeUndefined();
    const setting = fc.record({ path: hostileText.map((text) => text.slice(0, 500)), value: hostileText });
    await fc.assert(
      fc.asyncProperty(
        fc.array(setting, { maxLength: 3 }),
        fc.array(fc.nat(9), { maxLength: 5 }),
        hostileText,
        async (settings, reads, text) => {
          const message = said({ settings, reads, resources: [{ ...marked, end: 1_000_000 }] });
          const origins = await Origins.of([message]);
          const path = origins?.settingOf({ ...violation, found: text }, { size: text })?.path;
          expect([undefined, ...settings.map(({ path: each }) => each)]).toContain(path);
        },
      ),
      { numRuns: 50 },
    );
  });
});
