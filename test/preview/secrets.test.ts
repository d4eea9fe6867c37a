import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secrets } from "../../preview/document/secrets.ts";
import { secret, unknown } from "../../preview/engine/values.ts";

function having(...texts: string[]): Secrets {
  const secrets = new Secrets();
  for (const text of texts) secrets.add(text);
  return secrets;
}

describe("secrets", () => {
  it("are taken out of any text that holds them, in any number and order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-c]{6,9}$/), { minLength: 1 }),
        fc.array(fc.string(), { minLength: 2 }),
        (texts, between) => {
          const text = between.flatMap((part, index) => [part, texts[index % texts.length]]).join("");
          const scrubbed = having(...texts).scrub(text);
          for (const one of texts) expect(scrubbed).not.toContain(one);
        },
      ),
    );
  });

  it("leave a text that holds none as it is", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), fc.string(), (one, text) => {
        fc.pre(!text.includes(one.slice(0, 6)));
        expect(having(`${one}§`).scrub(text)).toBe(text);
      }),
    );
  });

  it("are found as JSON and URLs write them, and line by line", () => {
    const secrets = having('quote"and\\slash', "with space & more", "first line\nsecond line");
    expect(secrets.scrub(JSON.stringify({ a: 'quote"and\\slash' }))).toBe('{"a":"[secret]"}');
    expect(secrets.scrub("postgres://a:with%20space%20%26%20more@b")).toBe("postgres://a:[secret]@b");
    expect(secrets.scrub("  first line |\n  second line |")).toBe("  [secret] |\n  [secret] |");
  });

  it("that overlap leave nothing of either", () => {
    expect(having("abcdefgh", "efghijkl").scrub("<abcdefghijkl>")).toBe("<[secret]>");
    expect(having("abcdef", "abcdefgh").scrub("<abcdefgh><abcdefx>")).toBe("<[secret]><[secret]x>");
  });

  it("shorter than 6 characters cannot be told from anything else", () => {
    expect(having("on", "12345").scrub("on 12345")).toBe("on 12345");
  });

  it("are learnt from values, unless the stack says the same in plain", () => {
    const secrets = new Secrets();
    secrets.hear({ stage: secret("production"), token: secret({ deep: ["hidden-token", 123456789] }) });
    secrets.hear({ environment: "production", unknown: secret(unknown) });
    expect(secrets.scrub("production hidden-token 123456789")).toBe("production [secret] [secret]");
    secrets.add("production");
    expect(secrets.scrub("production")).toBe("[secret]");
  });

  it("are hidden in what is logged, whatever the stack says in plain", () => {
    const secrets = new Secrets();
    secrets.hear({ password: secret("hunter2hunter2"), copy: "hunter2hunter2" });
    expect(secrets.scrub("hunter2hunter2")).toBe("hunter2hunter2");
    expect(secrets.scrubLog("leak hunter2hunter2")).toBe("leak [secret]");
    secrets.hear({ later: secret("another-secret") });
    expect(secrets.scrubLog("another-secret")).toBe("[secret]");
  });

  it("of ten thousand take little more than one", () => {
    const many = having(...Array.from({ length: 10_000 }, (_, index) => `password-${index}-of-many`));
    const text = "password without a number ".repeat(4000);
    expect(many.scrub(`${text}password-9999-of-many`)).toBe(`${text}[secret]`);
  });
});
