import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import { isRefusal } from "../../checklist/wire.ts";
import { loadSettings } from "../../config/load.ts";
import { parseSettings } from "../../config/parse.ts";
import { Failure } from "../../lib/failure.ts";
import { accept, changed, configOf, problemLines, refusal, source, writtenSettings } from "./stack.ts";

const production = writtenSettings("production");
const canary = "CANARY-4b1d";

describe("a refusal", () => {
  it("says the stack, each problem in the order of paths, and where to look", () => {
    const config = {
      ...configOf(changed(changed(production, "database.pitrDays", 3), "contacts.devops")),
      "optropic:databse": "{}",
    };
    expect(refusal(config)).toBe(
      [
        "Settings of stack 'production' are refused:",
        "  optropic:contacts.devops: expected an e-mail address; found nothing",
        "  optropic:database.pitrDays: expected 0, 7, 14 or 28 days; found the number 3",
        "  optropic:databse: unknown; did you mean optropic:database?",
        "3 problems in Pulumi.production.yaml; docs/settings.md lists every setting.",
      ].join("\n"),
    );
  });

  it("is an error that counts its problems", () => {
    const attempt = () => parseSettings({}, source());
    expect(attempt).toThrow(Failure);
    expect(attempt).toThrow(
      expect.objectContaining({ kind: "refused", message: expect.stringMatching(/^16 problems in /m) }),
    );
  });

  it("can be told from other failures by its first line", () => {
    expect(isRefusal(refusal({}))).toBe(true);
    expect(isRefusal("Settings of stack 'production' are refused: not")).toBe(false);
    expect(isRefusal("Error: Settings of stack 'production' are refused:")).toBe(false);
    expect(isRefusal("")).toBe(false);
  });

  it("names what a stack without any settings lacks", () => {
    expect(problemLines(refusal({})).map((line) => line.replace(/:.*/, ""))).toEqual([
      "accounts",
      "api",
      "backups",
      "contacts",
      "database",
      "domains",
      "edge",
      "errorTracking",
      "links",
      "logs",
      "observability",
      "onCall",
      "project",
      "release",
      "stage",
      "web",
    ]);
  });

  it("shows at most fifty problems and counts the rest", () => {
    const many = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [`optropic:key${index}`, "x"]),
    );
    const message = refusal({ ...configOf(production), ...many });
    expect(message.split("\n")).toHaveLength(53);
    expect(message).toContain("\n  and 4950 more\n5000 problems in ");
  });

  it("compares hosts with the zone and with each other, also beside a malformed one", () => {
    const domains = {
      zone: "optropic.example",
      web: "w.elsewhere.example",
      redirect: "w.elsewhere.example",
      api: "API",
    };
    expect(problemLines(refusal(configOf({ ...production, domains })))).toEqual([
      'domains.api: expected a lower-case host name such as app.example.com; found "API"',
      'domains.redirect: expected a host in the zone of domains.zone; found "w.elsewhere.example"',
      'domains.redirect: expected a host that differs from the other settings of domains; found "w.elsewhere.example"',
      'domains.web: expected a host in the zone of domains.zone; found "w.elsewhere.example"',
    ]);
  });
});

describe("an unknown name", () => {
  it.each<[path: string, value: unknown, line: string]>([
    ["pitrdays", 7, "pitrdays: unknown; known, the nearest first: "],
    ["pitrDays", 7, "pitrDays: unknown here; did you mean optropic:database.pitrDays?"],
    [
      "region",
      "x",
      "region: unknown here; did you mean optropic:web.region, optropic:api.region, optropic:database.region, optropic:backups.s3.region or optropic:errorTracking.region?",
    ],
    ["database.pitr_days", 7, "database.pitr_days: unknown; did you mean optropic:database.pitrDays?"],
    [
      "database.pool.enable",
      true,
      "database.pool.enable: unknown; did you mean optropic:database.pool.enabled?",
    ],
    ["edge.hsts.maxAge", 1, "edge.hsts.maxAge: unknown; did you mean optropic:edge.hsts.maxAgeSeconds?"],
    ["edge.csp.scrpt-src", [], "edge.csp.scrpt-src: unknown; did you mean optropic:edge.csp.script-src?"],
    ["edge.csp.constructor", [], "edge.csp.constructor: unknown; known, the nearest first: "],
    ["api.scaling.__proto__x", 1, "api.scaling.__proto__x: unknown; known, the nearest first: "],
    ["contacts.a b\u001b[2J", 1, 'contacts["a b\\u{1b}[2J"]: unknown; known, the nearest first: '],
    [
      `${"x".repeat(60)}`,
      1,
      `${"x".repeat(60)}: unknown; known, the nearest first: stage, scope, release, project, `,
    ],
  ])("%s", (path, value, line) => {
    const lines = problemLines(refusal(configOf(changed(production, path, value))));
    expect(lines).toHaveLength(1);
    expect(lines[0]?.slice(0, line.length)).toBe(line);
  });

  it("that is a path is a key set without --path", () => {
    expect(refusal({ ...configOf(production), "optropic:database.pitrDays": "7" })).toContain(
      "optropic:database.pitrDays: unknown as a key of its own; set it with pulumi config set --path",
    );
  });

  it("in another namespace is left alone", () => {
    const config = {
      ...configOf(production),
      "cloudflare:apiToken": "x",
      "optropicx:stage": "x",
      stage: "x",
    };
    expect(parseSettings(config, source()).stage).toBe("production");
  });
});

describe("values as Pulumi hands them over", () => {
  it("may be JSON in one key, as `pulumi config set` stores it", () => {
    const config = { ...configOf(production), "optropic:objectives": ' { "p95Ms" : 400 } ' };
    expect(parseSettings(config, source()).objectives.p95Ms).toBe(400);
  });

  it.each<[path: string, text: string, value: unknown]>([
    ["objectives.errorRatePercent", "0.5", 0.5],
    ["database.pitrDays", "14", 14],
    ["secrets.length", "128", 128],
    ["edge.alwaysHttps", "false", false],
    ["edge.rateLimits.api.periodSeconds", "600", 600],
  ])("%s is read from the text %j", (path, text, value) => {
    expect(accept(changed(production, path, text))).toMatchObject(changed({}, path, value));
  });

  it("judges what it read from text, and says so of the rest", () => {
    const settings = changed(changed(production, "database.pitrDays", "3"), "secrets.length", "6e1");
    expect(problemLines(refusal(configOf(settings)))).toEqual([
      "database.pitrDays: expected 0, 7, 14 or 28 days; found the number 3",
      'secrets.length: expected a whole number from 4 to 512; found "6e1"',
    ]);
  });

  it.each<[path: string, value: unknown, line: string]>([
    [
      "edge.minTlsVersion",
      1,
      'expected "1.0", "1.1", "1.2" or "1.3"; found the number 1; write it in quotes',
    ],
    [
      "edge.minTlsVersion",
      1.2,
      'expected "1.0", "1.1", "1.2" or "1.3"; found the number 1.2; write it in quotes',
    ],
    ["edge.minTlsVersion", 9, 'expected "1.0", "1.1", "1.2" or "1.3"; found the number 9'],
    ["api.autoDeploy", true, "expected commit, checksPass or off; found true"],
    ["api.autoDeploy", false, "expected commit, checksPass or off; found false; write it in quotes"],
    [
      "secrets.rotation",
      2,
      "expected 1 to 64 letters, digits, dots, dashes, underscores; found the number 2; write it in quotes",
    ],
    [
      "accounts.cloudflare",
      1e30,
      "expected a Cloudflare account id, 32 hexadecimal digits; found the number 1e+30; write it in quotes",
    ],
    ["secrets.length", 1e300, "expected a whole number from 4 to 512; found the number 1e+300"],
    ["database.pool", null, "expected a mapping; found nothing (null)"],
    ["database.pool", [1], "expected a mapping; found a list of 1 item"],
    ["database.pitrDays", {}, "expected 0, 7, 14 or 28 days; found a mapping"],
    ["contacts", "", 'expected a mapping; found ""'],
    ["contacts", "{", 'expected a mapping; found "{"'],
    ["edge.corsOrigins", "*", 'expected a list; found "*"'],
    [
      "database.allowedNetworks",
      Array(101).fill("192.0.2.0/24"),
      "expected a list of at most 100; found a list of 101 items",
    ],
    [
      "project.name",
      "x".repeat(2000),
      "expected 2 to 31 lower-case letters, digits and dashes, a letter first, no dash last; found text of 2000 characters",
    ],
    [
      "project.branch",
      `\u009b31m\u202e ${"y".repeat(200)}`,
      `expected a branch name; found "\\u{9b}31m\\u{202e} ${"y".repeat(62)}…"`,
    ],
  ])("a wrong %s is said, with what was found", (path, value, line) => {
    expect(problemLines(refusal(configOf(changed(production, path, value))))).toEqual([`${path}: ${line}`]);
  });

  it("may not be too long", () => {
    const config = { ...configOf(production), "optropic:contacts": `"${"x".repeat(65_536)}"` };
    expect(problemLines(refusal(config))).toEqual([
      "contacts: expected at most 65536 characters; found text of 65538 characters",
    ]);
  });

  it("may not be nested too deep", () => {
    const config = {
      ...configOf(production),
      "optropic:secrets": `{"rotation":${"[".repeat(30_000)}${"]".repeat(30_000)}}`,
    };
    const lines = problemLines(refusal(config));
    expect(lines[0]).toBe(
      "secrets.rotation: expected 1 to 64 letters, digits, dots, dashes, underscores; found a list of 1 item",
    );
    expect(lines[1]).toMatch(
      /^secrets\.rotation(\[0\]){11}: expected at most 12 levels; found a list of 1 item$/,
    );
    expect(lines).toHaveLength(2);
  });

  it("may not name a prototype", () => {
    const config = {
      ...configOf(production),
      "optropic:__proto__": '{"stage":"staging"}',
      "optropic:objectives": '{"__proto__":{"polluted":true},"p95Ms":0}',
    };
    const lines = problemLines(refusal(config));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain("__proto__: unknown; ");
    expect(lines[1]).toContain("objectives.__proto__: unknown; ");
    expect(lines[2]).toContain("objectives.p95Ms: expected ");
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });
});

describe("loadSettings", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    pulumi.runtime.setAllConfig({}, []);
  });

  const load = async (config: Record<string, string>, secretKeys?: string) => {
    vi.stubEnv("PULUMI_CONFIG_SECRET_KEYS", secretKeys);
    await pulumi.runtime.setMocks(
      { newResource: ({ inputs }) => ({ id: "", state: inputs }), call: () => ({}) },
      "optropic",
      "blue",
    );
    pulumi.runtime.setAllConfig(config);
    return loadSettings();
  };

  it("reads the keys of the project's namespace", async () => {
    const settings = await load({ ...configOf(production), "aws:region": "x" }, "[]");
    expect(settings).toEqual(accept(production));
  });

  it("refuses by a run error, so that Pulumi prints it without a stack trace", async () => {
    await expect(load({})).rejects.toThrow(pulumi.RunError);
  });

  it("takes the stack's name and its secret keys from Pulumi", async () => {
    const config = configOf(changed(changed(production, "web.region", canary), "api.plan", "huge"));
    const attempt = load(config, '["optropic:web"]');
    await expect(attempt).rejects.toThrow(/^Settings of stack 'blue' are refused:\n/);
    await expect(attempt).rejects.toThrow('found "huge"');
    await expect(attempt).rejects.not.toThrow(canary);
  });

  it.each([[undefined], ["{"], ['"all"']])(
    "shows no value where it cannot tell secrets (%j)",
    async (keys) => {
      await expect(load(configOf(changed(production, "api.plan", canary)), keys)).rejects.toThrow(
        "found [secret]",
      );
    },
  );
});
