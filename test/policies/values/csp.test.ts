import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CspWeakness, judgeCsp, parseCsp } from "../../../policies/values/csp.ts";
import { anyCharacter } from "../../lib/any-character.ts";

const strict =
  "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
const nonce = "'nonce-c2VjcmV0'";
const hash = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";

function weaknesses(value: string): CspWeakness[] {
  return [...judgeCsp(value).keys()].sort();
}

/** The weaknesses of a policy that is strict but for its script-src. */
function ofScripts(sources: string): CspWeakness[] {
  return weaknesses(
    `default-src 'self'; script-src ${sources}; object-src 'none'; base-uri 'none'; frame-ancestors 'none'`,
  );
}

describe("parseCsp", () => {
  test("reads directives in any case, with any white space, the first of each name", () => {
    const [policy] = parseCsp("Script-Src\t'self'  https://a.example ;; script-src *;\n");
    expect([...(policy ?? [])]).toEqual([["script-src", ["'self'", "https://a.example"]]]);
  });

  test("reads several policies, and leaves out those without directives", () => {
    expect(parseCsp("default-src 'self', , base-uri 'none'")).toHaveLength(2);
    expect(parseCsp("")).toEqual([]);
  });

  test("keeps what was written, for any directives", () => {
    const word = fc.stringMatching(/^[a-z][a-z-]{0,12}$/);
    const source = fc.stringMatching(/^[!-+\--:<-~]{1,20}$/);
    const directives = fc.uniqueArray(fc.tuple(word, fc.array(source, { maxLength: 4 })), {
      selector: ([name]) => name,
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(directives, (written) => {
        const text = written.map(([name, sources]) => [name, ...sources].join(" ")).join("; ");
        expect(parseCsp(text).map((policy) => [...policy])).toEqual([written]);
      }),
    );
  });
});

describe("judgeCsp", () => {
  test("finds nothing in a strict policy", () => {
    expect(weaknesses(strict)).toEqual([]);
  });

  test("finds everything where there is no policy", () => {
    const all = ["any-host", "base", "data", "eval", "framing", "inline", "plain-http", "plugins"];
    expect(weaknesses("")).toEqual(all);
    expect(weaknesses("upgrade-insecure-requests")).toEqual(all);
  });

  test.each<[string, CspWeakness[]]>([
    ["'self' 'unsafe-inline'", ["inline"]],
    ["'self' 'UNSAFE-INLINE'", ["inline"]],
    ["'self' 'unsafe-eval'", ["eval"]],
    ["'self' 'wasm-unsafe-eval'", []],
    ["'self' 'unsafe-hashes'", []],
    [`'self' 'unsafe-hashes' ${hash}`, []],
    ["'self' https:", ["any-host"]],
    ["'self' http:", ["any-host", "plain-http"]],
    ["*", ["any-host", "plain-http"]],
    ["*:443", ["any-host", "plain-http"]],
    ["https://*", ["any-host"]],
    ["https://*:*/scripts/", ["any-host"]],
    ["https://*.com", ["any-host"]],
    ["https://*.example.com", []],
    ["'self' data:", ["data"]],
    ["'self' blob:", ["data"]],
    ["http://cdn.example.com", ["plain-http"]],
    ["https://cdn.example.com/lib.js", []],
    ["'none'", []],
    ["", []],
  ])("judges script-src %s", (sources, expected) => {
    expect(ofScripts(sources)).toEqual(expected);
  });

  test.each([hash, "'sha384-AAAA'", "'SHA512-AAAA=='", "'strict-dynamic'"])(
    "takes 'unsafe-inline' for nothing beside %s",
    (source) => {
      expect(ofScripts(`'unsafe-inline' ${source}`)).toEqual([]);
    },
  );

  test.each(["'nonce-'", "'nonce-a b'", "'sha256-'", "nonce-AAAA", "'sha1-AAAA'"])(
    "does not take %s for a nonce or a hash",
    (source) => {
      expect(ofScripts(`'unsafe-inline' ${source}`)).toContain("inline");
    },
  );

  test("takes hosts and schemes for nothing beside 'strict-dynamic'", () => {
    expect(ofScripts(`'strict-dynamic' ${hash} https: http: * data:`)).toEqual([]);
  });

  test("takes a nonce that is the same on every response for no protection", () => {
    expect(ofScripts(nonce)).toEqual(["inline"]);
    expect(ofScripts(`'strict-dynamic' ${nonce}`)).toEqual(["inline"]);
  });

  test("falls back from script-src-elem and script-src-attr to script-src to default-src", () => {
    const rest = "object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
    expect(weaknesses(`default-src 'unsafe-inline'; ${rest}`)).toEqual(["inline"]);
    expect(weaknesses(`default-src *; script-src 'self'; ${rest}`)).toEqual([]);
    expect(weaknesses(`script-src 'self'; script-src-elem 'unsafe-inline'; ${rest}`)).toEqual(["inline"]);
    expect(weaknesses(`script-src 'self'; script-src-attr 'unsafe-inline'; ${rest}`)).toEqual(["inline"]);
    expect(weaknesses(`script-src 'unsafe-inline'; script-src-elem 'self'; ${rest}`)).toEqual(["inline"]);
  });

  test("asks script-src for eval, whatever script-src-elem says", () => {
    const rest = "object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
    expect(weaknesses(`script-src 'unsafe-eval'; script-src-elem 'self'; ${rest}`)).toEqual(["eval"]);
    expect(weaknesses(`script-src 'self'; script-src-elem 'unsafe-eval'; ${rest}`)).toEqual([]);
  });

  test("judges where workers come from", () => {
    expect(weaknesses(`${strict}; worker-src *`)).toEqual(["any-host", "plain-http"]);
    expect(weaknesses(`${strict}; worker-src 'self' blob:`)).toEqual([]);
  });

  test("asks for base-uri, object-src and frame-ancestors", () => {
    expect(weaknesses("default-src 'self'; frame-ancestors 'none'")).toEqual(["base"]);
    expect(weaknesses("script-src 'self'; base-uri 'self'; frame-ancestors 'self'")).toEqual(["plugins"]);
    expect(weaknesses("default-src 'self'; base-uri 'none'")).toEqual(["framing"]);
    expect(weaknesses(`default-src 'self'; base-uri *; frame-ancestors https:; object-src data:`)).toEqual([
      "base",
      "framing",
      "plugins",
    ]);
  });

  test("asks a document without scripts for no base-uri", () => {
    expect(weaknesses("default-src 'none'; frame-ancestors 'none'")).toEqual([]);
  });

  test("counts a weakness only where all policies of the header have it", () => {
    expect(weaknesses(`${strict}, default-src * 'unsafe-inline' 'unsafe-eval'`)).toEqual([]);
    expect(ofScripts(`'unsafe-inline', script-src 'unsafe-inline' 'unsafe-eval'`)).toEqual(["inline"]);
    expect(weaknesses("img-src *, script-src 'unsafe-inline'")).toContain("inline");
  });

  test("never gets weaker by another policy, whatever the two say", () => {
    const source = fc.constantFrom(
      "'self'",
      "'unsafe-inline'",
      "'unsafe-eval'",
      "*",
      "https:",
      "data:",
      hash,
      nonce,
    );
    const name = fc.constantFrom("default-src", "script-src", "script-src-elem", "object-src", "base-uri");
    const policy = fc
      .array(fc.tuple(name, fc.array(source, { maxLength: 3 })), { minLength: 1, maxLength: 4 })
      .map((directives) => directives.map(([key, sources]) => [key, ...sources].join(" ")).join("; "));
    fc.assert(
      fc.property(policy, policy, (one, other) => {
        const both = new Set(weaknesses(`${one}, ${other}`));
        for (const weakness of both) {
          expect(weaknesses(one)).toContain(weakness);
          expect(weaknesses(other)).toContain(weakness);
        }
      }),
    );
  });

  test("finds 'unsafe-inline' wherever it stands among hosts, and never without it", () => {
    const hosts = fc.array(fc.stringMatching(/^https:\/\/[a-z]{1,8}\.example$/), { maxLength: 5 });
    fc.assert(
      fc.property(hosts, hosts, (before, after) => {
        expect(ofScripts([...before, "'unsafe-inline'", ...after].join(" "))).toEqual(["inline"]);
        expect(ofScripts([...before, ...after].join(" "))).toEqual([]);
      }),
    );
  });

  test("takes any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 200 }), (text) => judgeCsp(text) instanceof Map),
    );
  });
});
