import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { items } from "../../checklist/items.ts";
import { namesAt, settingsCatalogue } from "../../config/catalogue.ts";
import { settingsReference } from "../../config/describe.ts";
import { settingsSchema } from "../../config/settings.ts";

const catalogue = settingsCatalogue(settingsSchema);

describe("docs/settings.md", () => {
  it("is what the schema says: node config/describe.ts > docs/settings.md", () => {
    const written = readFileSync(new URL("../../docs/settings.md", import.meta.url), "utf8");
    expect(written).toBe(settingsReference());
  });

  it("has a row for each setting", () => {
    const reference = settingsReference();
    for (const { path, section } of catalogue) {
      const name = path.join(".");
      expect(reference).toContain(section && path.length === 1 ? `\n## ${name}\n` : `\n| \`${name}\` `);
    }
  });
});

describe("the catalogue", () => {
  it.each(catalogue.map((entry) => [entry.path.join("."), entry] as const))(
    "%s says what it means",
    (_, entry) => {
      expect(entry.description).toMatch(/^[A-Z0-9`].*\.$/s);
      expect(entry.expected).not.toBe("");
      expect(entry.section || entry.names.length > 0 || entry.expected !== "a mapping").toBe(true);
    },
  );

  it("names items of the checklist only", () => {
    const known: string[] = items.map(({ id }) => id);
    expect(catalogue.flatMap(({ checklist }) => checklist).filter((id) => !known.includes(id))).toEqual([]);
  });

  it("lists the names that a mapping takes", () => {
    expect(namesAt(catalogue, ["database", "pool"])).toEqual([
      "enabled",
      "mode",
      "size",
      "connectionsPerInstance",
    ]);
    expect(namesAt(catalogue, [])).toContain("waivers");
    expect(namesAt(catalogue, ["edge", "csp"])).toContain("script-src");
    expect(namesAt(catalogue, ["database", "region"])).toEqual([]);
    expect(namesAt(catalogue, ["nothing"])).toEqual([]);
  });
});
