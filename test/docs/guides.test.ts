import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { guidePages } from "../../docs/guides.ts";
import { apiDocumentation } from "../../evidence/gates/api-documentation.ts";
import { auditReport } from "../../evidence/gates/audit-report.ts";
import { documents } from "../../evidence/gates/documents.ts";
import { factsOf } from "../../evidence/gates/facts.ts";
import { repositoryAt, runGates } from "../../evidence/gates/run.ts";
import { readStackSettings } from "../../project/settings.ts";
import { recordPlatform } from "../recording/stacks.ts";

const root = join(import.meta.dirname, "../..");
const settings = readStackSettings(root, "production");

describe("the pages that the checklist asks for by name", () => {
  let pages: ReadonlyMap<string, string>;
  beforeAll(async () => {
    const { resources } = await recordPlatform();
    pages = guidePages(
      settings,
      resources.map(({ urn, type, provider }) => ({ urn, type, custom: provider !== undefined })),
    );
  });

  it.each(["DEPLOYMENT_GUIDE.md", "DATABASE_SECURITY.md", "api.md", "openapi.json", "platform.md"])(
    "docs/%s is what the production stack says: npm run docs",
    (name) => {
      expect(readFileSync(join(root, "docs", name), "utf8")).toBe(pages.get(name));
    },
  );
});

it("this repository's documents name what the production stack declares, but for what is written at the release", async () => {
  const results = await runGates(
    [...documents, auditReport, apiDocumentation],
    repositoryAt(
      root,
      () => Promise.resolve(undefined),
      factsOf(settings, { project: "optropic", stack: "production" }),
    ),
  );
  const open = results.filter(({ state }) => state !== "holds").map(({ control }) => control.name);
  expect(open).toEqual(["platform-audit-report"]);
});
