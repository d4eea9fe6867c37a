import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { answers } from "./context.ts";
import { every } from "./every.ts";
import { record } from "./recorder.ts";
import { childrenOf, componentFiles } from "./sources.ts";

function page(name: string): string {
  return readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), "utf8");
}

/** The words in backticks in the rows of a page's tables. */
function codeInTables(text: string, column: number): string[][] {
  return text
    .split("\n")
    .filter((line) => /^\| (?!-|vendor|resource)/.test(line))
    .map((line) => [...(line.split("|")[column] ?? "").matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code));
}

/** `ErrorTracking` is in the file `error-tracking`. */
function fileOf(component: string): string {
  return component.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

describe("docs/existing.md", () => {
  test("names children that the components have", () => {
    const rows = codeInTables(page("existing"), 2);
    expect(rows.length).toBeGreaterThan(10);
    for (const names of rows) {
      let component = "";
      for (const name of names) {
        if (/^[A-Z]/.test(name)) component = fileOf(name);
        else expect(childrenOf(component)).toContain(name);
      }
      expect(componentFiles).toContain(component);
    }
  });
});

describe("docs/teardown.md", () => {
  test("lists every protected resource, and no other", async () => {
    const listed = codeInTables(page("teardown").split("## Left behind")[0] ?? "", 1).flat();
    const names = new Set<string>();
    for (const declaration of Object.values(every).flat()) {
      const { resources } = await record((opts) => declaration({}, opts), answers);
      for (const { name, options } of resources) if (options.protect) names.add(name);
    }
    expect(listed.toSorted()).toEqual([...names].sort());
  });
});

describe("docs/drift.md", () => {
  const [declared = ""] = page("drift").split("## Looked at");

  test("lists every property that a component ignores so that it does not differ", async () => {
    const listed = codeInTables(declared, 2).flat();
    for (const component of ["edge", "backups"]) {
      for (const declaration of every[component] ?? []) {
        const { resources } = await record((opts) => declaration({}, opts), answers);
        for (const { options } of resources)
          for (const path of options.ignoreChanges ?? []) expect(listed).toContain(path);
      }
    }
  });
});
