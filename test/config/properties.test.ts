import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { settingsCatalogue } from "../../config/catalogue.ts";
import { editDistance } from "../../config/nearest.ts";
import { settingsSchema } from "../../config/settings.ts";
import { anyCharacter } from "../lib/any-character.ts";
import { anySettings } from "./arbitrary.ts";
import {
  accept,
  changed,
  configOf,
  isMapping,
  type Mapping,
  problemLines,
  refusal,
  writtenSettings,
} from "./stack.ts";

const catalogue = settingsCatalogue(settingsSchema);
const settingPaths = catalogue.filter((entry) => !entry.section).map((entry) => entry.path.join("."));
const judgedPaths = settingPaths.filter((path) => path !== "waivers");

/** With the sections that may be left out though not all of their settings may. */
function withEverySection(settings: Mapping): Mapping {
  const server = { url: "https://prometheus.example", username: "reader" };
  const withStore = changed(changed(settings, "backups.provider", "s3"), "backups.s3", {
    endpoint: "https://s3.example",
  });
  return changed(withStore, "observability.grafana.prometheus", server);
}

describe("any valid settings", () => {
  it("are accepted as they are, and again with the defaults filled in", () => {
    fc.assert(
      fc.property(anySettings, (written) => {
        const settings = accept(written);
        expect(settings).toMatchObject(JSON.parse(JSON.stringify(written)));
        expect(accept(settings)).toEqual(settings);
      }),
      { numRuns: 100 },
    );
  });

  it("cover every setting there is", () => {
    const seen = new Set<string>();
    for (const settings of fc.sample(anySettings, 100))
      for (const path of leafPaths(settings)) seen.add(path);
    expect(settingPaths.filter((path) => !seen.has(path))).toEqual([]);
  });

  it("may have their numbers and truths written as text", () => {
    fc.assert(
      fc.property(anySettings, ({ waivers: _, ...written }) => {
        const asText: Mapping = JSON.parse(JSON.stringify(written), (_key, value) =>
          typeof value === "boolean" || Number.isInteger(value) ? String(value) : value,
        );
        expect(accept(asText)).toEqual(accept(written));
      }),
      { numRuns: 60 },
    );
  });
});

describe("any corruption", () => {
  const corruptions = fc.uniqueArray(
    fc.record({
      path: fc.constantFrom(...judgedPaths),
      broken: fc.constantFrom({ a: 1 }, -1, null, "\u0000", [[]]),
    }),
    { selector: ({ path }) => path, minLength: 1, maxLength: 20 },
  );

  it("is refused, each by its own path, and nothing else is", () => {
    fc.assert(
      fc.property(anySettings, corruptions, (written, chosen) => {
        const broken = chosen.reduce<Mapping>(
          (settings, { path, broken }) => changed(settings, path, broken),
          withEverySection(written),
        );
        const lines = problemLines(refusal(configOf(broken)));
        const paths = lines.map((line) =>
          line
            .replace(/[[:].*/s, "")
            .replace(/^(edge\.csp|roles|project\.names|webProjects|services)\..*/, "$1"),
        );
        expect(new Set(paths)).toEqual(new Set(chosen.map(({ path }) => path)));
        for (const line of lines) expect(line).toMatch(/: expected .+; found .+|: unknown; /);
      }),
      { numRuns: 100 },
    );
  });

  it("of a required setting by leaving it out is refused by its path", () => {
    const production = withEverySection(writtenSettings("production"));
    for (const { path, required } of catalogue) {
      if (!required) continue;
      const name = path.join(".");
      expect(problemLines(refusal(configOf(changed(production, name))))[0]).toMatch(
        new RegExp(`^${name}: expected .+; found nothing$`),
      );
    }
  });
});

describe("any misspelt name", () => {
  const typo = fc
    .record({
      path: fc.constantFrom(...catalogue.map((entry) => entry.path)),
      at: fc.nat(20),
      letter: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyzAZ_-"),
      edit: fc.constantFrom("insert", "delete", "replace", "swap"),
    })
    .map(({ path, at, letter, edit }) => {
      const name = path.at(-1) ?? "";
      return { parent: path.slice(0, -1), name, written: misspelt(name, at % name.length, letter, edit) };
    });

  it("is refused with the name it is nearest to", () => {
    const production = writtenSettings("production");
    fc.assert(
      fc.property(typo, ({ parent, name, written }) => {
        const siblings = catalogue
          .filter((entry) => entry.path.slice(0, -1).join(".") === parent.join("."))
          .map((entry) => entry.path.at(-1) ?? "");
        fc.pre(written !== "" && !siblings.includes(written));
        const settings = changed(production, [...parent, written].join("."), 1);
        const line = problemLines(refusal(configOf(settings))).find((text) => text.includes(": unknown"));
        const suggested = /did you mean optropic:(?:[\w-]+\.)*([\w-]+)\?$/.exec(line ?? "")?.[1];
        expect(line).toContain(`${written}: unknown`);
        // Another name may be as near as the one that was meant.
        expect(siblings).toContain(suggested);
        if (suggested !== name) expect(isAsNear(written, suggested ?? "", name)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

describe("hostile values", () => {
  const canary = "CANARY-7f3e";
  const hostile = fc.oneof(
    fc.string({ unit: anyCharacter, maxLength: 200 }),
    fc.json({ maxDepth: 6, stringUnit: anyCharacter }),
    fc.constantFrom(
      "",
      "null",
      "[]",
      "{}",
      '"',
      "{",
      "[".repeat(60_000),
      "x".repeat(70_000),
      '{"__proto__":{"x":1}}',
    ),
    fc.nat(3000).map((size) => JSON.stringify(Array(size).fill({ a: [] }))),
    fc
      .nat(3000)
      .map((size) =>
        JSON.stringify(Object.fromEntries(Array.from({ length: size }, (_, i) => [`k${i}`, i]))),
      ),
  );
  const keys = fc.oneof(
    fc.constantFrom(...catalogue.map((entry) => entry.path[0] ?? "")),
    fc.string({ unit: anyCharacter }),
  );

  it("are refused as settings and in no other way, on printable lines", () => {
    fc.assert(
      fc.property(fc.dictionary(keys, hostile), (values) => {
        const config = Object.fromEntries(
          Object.entries(values).map(([key, value]) => [`optropic:${key}`, value]),
        );
        const message = refusal(config);
        expect(message.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(message.length).toBeLessThan(30_000);
        expect(message.split("\n").length).toBeLessThan(60);
      }),
      { numRuns: 100 },
    );
  });

  it("of a secret key never show", () => {
    const leak = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom(
        canary,
        `https://${canary}@x.example/`,
        { [canary]: 1 },
        { region: canary },
        { csp: { [canary]: [canary] } },
      ),
    );
    const names = [...new Set(settingPaths.flatMap((path) => path.split(".")))];
    const section = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.constant(canary)), leak);
    fc.assert(
      fc.property(
        fc.constantFrom(...catalogue.map((entry) => entry.path[0] ?? "")),
        fc.oneof(section, leak),
        (key, value) => {
          const text = typeof value === "string" ? value : JSON.stringify(value);
          expect(refusal({ [`optropic:${key}`]: text }, [key])).not.toContain(canary);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("that are long and near to a form do not hold up its pattern", () => {
    const pieces = [
      "a",
      "a.",
      "-",
      "0",
      "/",
      "%41",
      "@",
      "a@a.",
      "a-",
      "'",
      "1.1.1.1/",
      "*/1,",
      "https://",
      "https://a@",
    ];
    // A pattern that tries every way to match would not end at the first of these, nor a slower one at the second.
    const values = [600, 60_000].flatMap((length) =>
      pieces.map((piece) => `${piece.repeat(length / piece.length)}!`),
    );
    for (const value of values) {
      const everywhere = judgedPaths.reduce<Mapping>((settings, path) => changed(settings, path, value), {});
      const inLists = { allowedNetworks: [value], corsOrigins: [value], certificateAuthorities: [value] };
      expect(refusal(configOf(everywhere))).not.toEqual([]);
      expect(refusal(configOf({ database: inLists, edge: inLists }))).not.toEqual([]);
    }
  });
});

function leafPaths(value: Mapping, prefix = ""): string[] {
  return Object.entries(value).flatMap(([name, child]) => {
    const path = `${prefix}${name}`;
    return isMapping(child) && !settingPaths.includes(path) ? leafPaths(child, `${path}.`) : [path];
  });
}

function misspelt(name: string, at: number, letter: string, edit: string): string {
  const [before, after] = [name.slice(0, at), name.slice(at + 1)];
  if (edit === "insert") return `${name.slice(0, at)}${letter}${name.slice(at)}`;
  if (edit === "delete") return `${before}${after}`;
  if (edit === "replace") return `${before}${letter}${after}`;
  return `${before}${after.slice(0, 1)}${name[at] ?? ""}${after.slice(1)}`;
}

function isAsNear(written: string, suggested: string, meant: string): boolean {
  const [left, right, other] = [written, suggested, meant].map((name) =>
    name.toLowerCase().replace(/[-_]/g, ""),
  );
  const isCut = right?.startsWith(left ?? "") || right?.endsWith(left ?? "") || left?.startsWith(right ?? "");
  return isCut === true || editDistance(left ?? "", right ?? "") <= editDistance(left ?? "", other ?? "");
}
