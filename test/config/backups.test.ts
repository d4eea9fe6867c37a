import { generateX25519Identity, identityToRecipient } from "age-encryption";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { ageRecipient } from "../../config/age.ts";
import { recipients } from "./recipients.ts";
import { accept, changed, configOf, problemLines, refusal, writtenSettings } from "./stack.ts";

const production = writtenSettings("production");
const [first, second] = recipients;

function refused(path: string, value: unknown): string[] {
  return problemLines(refusal(configOf(changed(production, path, value))));
}

describe("a recipient", () => {
  it("is any public key that age makes", async () => {
    for (let count = 0; count < 20; count++) {
      const recipient = await identityToRecipient(await generateX25519Identity());
      expect(ageRecipient.safeParse(recipient).success, recipient).toBe(true);
    }
  });

  it("is refused with any one character mistyped", () => {
    const typo = fc.record({
      at: fc.nat(first.length - 1),
      letter: fc.constantFrom(..."023456789acdefghjklmnpqrstuvwxyz1bio"),
    });
    fc.assert(
      fc.property(typo, ({ at, letter }) => {
        fc.pre(first[at] !== letter);
        const mistyped = first.slice(0, at) + letter + first.slice(at + 1);
        expect(ageRecipient.safeParse(mistyped).success).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["in capitals", first.toUpperCase()],
    ["cut short", first.slice(0, -1)],
    ["too long", `${first}q`],
    ["with a blank", ` ${first}`],
    ["of another kind", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample"],
    ["empty", ""],
    ["endless", "age1".repeat(10_000)],
  ])("is refused %s", (_, key) => {
    expect(refused("backups.recipients", [key])).toEqual([
      expect.stringMatching(/^backups\.recipients\[0\]: expected an age public key: age1 and 58 characters;/),
    ]);
  });

  it("is there once, and there is one at least and are twenty at most", () => {
    expect(refused("backups.recipients", [first, second, first])).toEqual([
      expect.stringMatching(/^backups\.recipients\[2\]: expected a key that is not yet in the list;/),
    ]);
    expect(refused("backups.recipients", [])).toEqual([
      expect.stringMatching(/expected a list of at least 1;/),
    ]);
    expect(refused("backups.recipients", Array(21).fill(first))[0]).toMatch(/expected a list of at most 20;/);
  });

  it("that is a private key is never shown, and to be made anew", async () => {
    const identity = await generateX25519Identity();
    for (const written of [identity, identity.toLowerCase(), `  ${identity}`, `# key\n${identity}`]) {
      const message = refusal(configOf(changed(production, "backups.recipients", [first, written])));
      expect(message.toUpperCase()).not.toContain(identity.slice(16, 40));
      expect(problemLines(message)).toEqual([
        expect.stringMatching(
          /^backups\.recipients\[1\]: expected .*; found \[secret\]; this is a private key: .*new pair/,
        ),
      ]);
    }
  });
});

describe("the store", () => {
  const s3 = { endpoint: "https://s3.eu-central-1.example.com" };

  it("of provider s3 has a region by default, and a bucket of another name where that is given", () => {
    const settings = changed(changed(production, "backups.provider", "s3"), "backups.s3", s3);
    expect(accept(settings).backups.s3).toEqual({ ...s3, region: "us-east-1" });
    const named = changed(settings, "backups.s3.bucket", "example-backups");
    expect(accept(named).backups.s3).toMatchObject({ bucket: "example-backups" });
  });

  it("of provider s3 is needed, and of provider r2 refused", () => {
    expect(refused("backups.provider", "s3")).toEqual([
      "backups.s3: expected a mapping, because backups.provider is s3; found nothing",
    ]);
    expect(refused("backups.s3", s3)).toEqual([
      "backups.s3: expected nothing, because backups.provider is r2; found a mapping",
    ]);
  });

  it.each([
    ["endpoint", "http://s3.example.com"],
    ["endpoint", "https://key:word@s3.example.com"],
    ["endpoint", "s3.example.com"],
    ["endpoint", "https://s3.example.com/"],
    ["endpoint", "https://example.com/s3"],
    ["region", "eu central"],
    ["region", ""],
    ["bucket", "Backups"],
    ["bucket", "a"],
    ["bucket", "-backups"],
  ])("is refused with %s %j", (key, value) => {
    const settings = changed(changed(production, "backups.provider", "s3"), "backups.s3", {
      ...s3,
      [key]: value,
    });
    expect(problemLines(refusal(configOf(settings)))).toEqual([
      expect.stringMatching(new RegExp(`^backups\\.s3\\.${key}: expected `)),
    ]);
  });
});

describe("schemas", () => {
  it.each([[[]], [["public"]], [["public", "Odd name", 'quo"ted', "übung"]]])("may be %j", (schemas) => {
    expect(accept(changed(production, "backups.schemas", schemas)).backups.schemas).toEqual(schemas);
  });

  it.each([[[""]], [["a\nb"]], [["ü".repeat(32)]], [["public", "public"]], ["public"]])(
    "are not %j",
    (schemas) => {
      expect(refused("backups.schemas", schemas)).toHaveLength(1);
    },
  );
});

describe("a difference that drills accept", () => {
  const entry = { name: "view public.report", reason: "made again every night" };

  it("has a name and a reason, each once and on one line", () => {
    const settings = changed(production, "backups.drill.accept", [entry]);
    expect(accept(settings).backups.drill.accept).toEqual([entry]);
    for (const list of [
      [entry, { ...entry, reason: "twice" }],
      [{ name: entry.name }],
      [{ ...entry, reason: "" }],
      [{ ...entry, name: "view\npublic" }],
    ]) {
      expect(refused("backups.drill.accept", list)).toHaveLength(1);
    }
  });
});

test.each([["postgres"], ["the owner"], [undefined]])("a drill may try a restore as the role %s", (role) => {
  const settings = changed(production, "backups.drill", role === undefined ? {} : { role });
  expect(accept(settings).backups.drill.role).toBe(role);
});

test.each([[""], ["two\nlines"], ["ü".repeat(32)]])("a drill tries no restore as the role %j", (role) => {
  expect(refused("backups.drill.role", role)).toEqual([
    expect.stringMatching(/^backups\.drill\.role: expected the name of a role, 1 to 63 bytes on one line;/),
  ]);
});

describe("a drill's check", () => {
  const check = { name: "rows", sql: "select\n\tcount(*)::text from public.users", expect: "" };

  it("is SQL on any number of lines and the text that it gives, which may be empty", () => {
    const { drill } = accept(changed(production, "backups.drill", { checks: [check] })).backups;
    expect(drill).toEqual({ jobs: 2, checks: [check], accept: [] });
  });

  it.each([
    ["without SQL", [{ ...check, sql: " \n" }], "[0].sql"],
    ["with a null character", [{ ...check, sql: "select '\u0000'" }], "[0].sql"],
    ["with endless SQL", [{ ...check, sql: "x".repeat(4001) }], "[0].sql"],
    ["without a name", [{ ...check, name: "" }], "[0].name"],
    ["with endless text", [{ ...check, expect: "x".repeat(1001) }], "[0].expect"],
    ["with a number expected", [{ ...check, expect: 0 }], "[0].expect"],
    ["with the name of another", [check, check], "[1].name"],
  ])("is refused %s", (_, checks, path) => {
    const [line = "", ...more] = refused("backups.drill.checks", checks);
    expect(line.slice(0, line.indexOf(":"))).toBe(`backups.drill.checks${path}`);
    expect(more).toEqual([]);
  });
});
