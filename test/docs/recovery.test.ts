import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readDrill } from "../../docs/recovery/drill.ts";
import { type RecoveryFacts, recoveryFacts } from "../../docs/recovery/facts.ts";
import { code, inline } from "../../docs/recovery/inline.ts";
import { productionFacts, recoveryPages } from "../../docs/recovery.ts";
import type { DrillFinding } from "../../evidence/drill.ts";
import { drillResult } from "../../evidence/drill-record.ts";
import { EvidenceFolder } from "../../evidence/folder.ts";
import { accept, changed, writtenSettings } from "../config/stack.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const names = ["backup-strategy.md", "disaster-recovery.md"];

const evidence: DrillFinding = {
  items: ["8.4"],
  stack: "production",
  at: "2026-11-20T03:00:00.000Z",
  holds: true,
  summary: "The newest backup was restored and is as its manifest says.",
  problems: [],
  drill: {
    backup: {
      name: "postgres/20261120T021500Z.dump.age",
      takenAt: "2026-11-20T02:15:03.000Z",
      plainBytes: 2_000_000_000,
      sealedBytes: 412_345_678,
    },
    serverVersion: "17.4",
    steps: [
      { name: "download", durationMs: 31_250 },
      { name: "restore", durationMs: 204_000 },
    ],
    durationMs: 250_500,
    rtoMinutes: 60,
    lossMinutes: 45,
    rpoMinutes: 1440,
    graceMinutes: 120,
    tables: 42,
    rows: 1_234_567,
    checks: [{ name: "no migration has failed", holds: true, found: "0" }],
    differences: [],
    notes: [],
  },
};

function factsOf(changes: Readonly<Record<string, unknown>>, drill?: DrillFinding): RecoveryFacts {
  const written = Object.entries(changes).reduce(
    (settings, [path, value]) => changed(settings, path, value),
    writtenSettings("production"),
  );
  return recoveryFacts(accept(written), { stack: "production", resources: [], drill });
}

function pagesOf(changes: Readonly<Record<string, unknown>>, drill?: DrillFinding): string[] {
  return [...recoveryPages(factsOf(changes, drill)).values()];
}

describe("the pages on recovery", () => {
  let pages: ReadonlyMap<string, string>;
  beforeAll(async () => {
    pages = recoveryPages(await productionFacts(root));
  });

  it.each(names)("%s is what the production stack says: npm run docs", (name) => {
    expect(readFileSync(join(root, "docs", name), "utf8")).toBe(pages.get(name));
  });

  it("name the resources that recovery rests on", () => {
    for (const name of ["backups-bucket", "backups-lock", "backups-job", "database-pitr", "errors-backup"]) {
      expect(pages.get("backup-strategy.md")).toContain(`| \`${name}\``);
    }
  });

  it.each(names)("%s links only to pages and headings that there are", (name) => {
    const text = pages.get(name) ?? "";
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target = ""]) => target);
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) {
      const [file = "", heading] = link.split("#");
      const path = join(root, "docs", file);
      expect(existsSync(path), link).toBe(true);
      if (heading !== undefined) {
        const headings = [...readFileSync(path, "utf8").matchAll(/^## (.+)$/gm)].map(
          ([, words = ""]) => words,
        );
        expect(headings.map((words) => words.toLowerCase().replaceAll(" ", "-"))).toContain(heading);
      }
    }
  });
});

describe("figures", () => {
  it("are the settings' own, each wherever it stands", () => {
    const [strategy = "", recovery = ""] = pagesOf({
      "backups.retentionDays": 77,
      "backups.schedule": "0 */6 * * *",
      "database.pitrDays": 14,
      "objectives.rpoMinutes": 420,
      "objectives.rtoMinutes": 33,
      "backups.graceMinutes": 17,
      "contacts.databaseAdmin": "dba-on-duty@optropic.example",
    });
    for (const figure of ["77 days", "6 hours", "14 days", "7 hours", "33 minutes", "17 minutes"])
      expect(strategy).toContain(figure);
    for (const figure of [
      "for 77 days",
      "6 hours",
      "within the last 14 days",
      "7 hours",
      "33 minutes",
      "dba-on-duty@",
    ])
      expect(recovery).toContain(figure);
    for (const page of [strategy, recovery]) {
      expect(page).not.toMatch(/\b30 days\b(?! or more)|undefined|NaN|\[object/);
    }
  });

  it("without point-in-time recovery offer none", () => {
    const [strategy = "", recovery = ""] = pagesOf({ "database.pitrDays": 0 });
    expect(strategy).toContain("## One layer");
    expect(recovery).not.toContain("Recover to a point in time");
    expect(recovery).toContain('scope -- "much of it" --> offsite');
  });

  it("of another store say what its provider cannot declare", () => {
    const [strategy = "", recovery = ""] = pagesOf({
      "backups.provider": "s3",
      "backups.s3": { endpoint: "https://s3.example.com", bucket: "example-backups" },
      "backups.schemas": [],
    });
    expect(strategy).toContain("Bucket `example-backups` at the store at https://s3.example.com");
    expect(strategy).toMatch(/no default retention/);
    expect(strategy).toMatch(/unfinished uploads/);
    expect(strategy).toContain("Every schema");
    expect(strategy + recovery).not.toMatch(/R2|Cloudflare account/);
    expect(recovery).toContain("optropic-secrets:backupsSecretAccessKey");
  });
});

describe("the last drill", () => {
  it("is told with its figures, on both pages", () => {
    for (const page of pagesOf({}, evidence)) {
      expect(page).toContain("The drill passed. The newest backup was restored");
      expect(page).toContain("`postgres/20261120T021500Z.dump.age` of 2026-11-20T02:15:03.000Z");
      expect(page).toMatch(/\| time to restore +\| 250\.5 s +\| 60 min \(RTO\) +\|/);
      expect(page).toMatch(
        /\| loss: age of the backup +\| 45 min +\| 1440 min \(RPO\) plus 120 min to finish +\|/,
      );
      expect(page).toMatch(/\| size, encrypted +\| 412\.3 MB/);
      expect(page).toMatch(/\| restore +\| 204\.0/);
      expect(page).toMatch(/\| no migration has failed +\| yes +\| `0` +\|/);
      expect(page).not.toContain("No drill is recorded");
    }
  });

  it("that does not hold says so, and why", () => {
    const failed = { ...evidence, holds: false, problems: ["Table users has 3 rows less."] };
    for (const page of pagesOf({}, failed)) {
      expect(page).toContain("**The drill failed.**");
      expect(page).toContain("- Table users has 3 rows less.");
    }
  });

  it("that there was none says what makes one", () => {
    for (const page of pagesOf({})) {
      expect(page).toContain("No drill is recorded yet");
      expect(page).toContain("npx optropic drill --stack production --identity FILE");
    }
  });

  it("shows no markup of what it found", () => {
    const hostile = "</td><script>x</script> [x](javascript:1) `code` | *bold*\n# heading";
    const { drill } = evidence;
    const found = drill && { ...drill, checks: [{ name: hostile, holds: false, found: hostile }] };
    for (const page of pagesOf({}, { ...evidence, summary: hostile, problems: [hostile], drill: found })) {
      expect(page).not.toMatch(/^# heading/m);
      expect(page).not.toMatch(/(?<!\\)<script>x[^`]*$/m);
      expect(page).not.toMatch(/(?<!\\)\[x\]\(javascript[^`]*$/m);
    }
  });
});

describe("text from elsewhere", () => {
  it.each([
    ["a_b*c", "a\\_b\\*c"],
    ["<b>", "\\<b\\>"],
    ["a\nb\u2028c\u001b[1m", "a b c \\[1m"],
  ])("%j is plain text", (text, shown) => {
    expect(inline(text)).toBe(shown);
  });

  it.each([
    ["0", "`0`"],
    ["", "nothing"],
    ["a`b", "`` a`b ``"],
    ["``", "``` `` ```"],
    ["a\nb", "`a b`"],
  ])("%j is code", (text, shown) => {
    expect(code(text)).toBe(shown);
  });
});

describe("a recorded drill", () => {
  const folder = mkdtempSync(join(tmpdir(), "optropic-evidence-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  function record(finding: DrillFinding): string {
    const { at, stack, drill } = finding;
    const { name } = new EvidenceFolder(join(folder, "records"), stack).add(
      {
        ...{ kind: "drill", project: "optropic", stack, startedAt: at, finishedAt: at },
        tool: { name: "optropic", version: "3.0.0" },
        results: [drillResult(finding)],
        ...(drill !== undefined && { drill }),
      },
      undefined,
    );
    return join(folder, "records", stack, name);
  }

  it("is read where there is one, the newest first", () => {
    expect(readDrill(join(folder, "elsewhere"), "production")).toBeUndefined();
    record(evidence);
    expect(readDrill(folder, "production")).toEqual(evidence);
    const later = {
      ...evidence,
      at: "2026-11-21T03:00:00.000Z",
      holds: false,
      problems: ["Table users has 3 rows less."],
    };
    record(later);
    expect(readDrill(folder, "production")).toEqual(later);
  });

  it("is refused where a record was changed", () => {
    const path = record({ ...evidence, stack: "staging" });
    writeFileSync(path, readFileSync(path, "utf8").replace("payload", "Payload"));
    expect(() => readDrill(folder, "staging")).toThrow(/was changed/);
  });
});
