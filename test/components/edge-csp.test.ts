import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allowConnections, serializeCsp } from "../../components/edge/csp.ts";
import { anyCharacter } from "../lib/any-character.ts";

const directive = fc
  .array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 3 })
  .map((words) => words.join("-"));
const source = fc.stringMatching(/^[!-+\--:<-~]{1,20}$/);
const directives = fc.dictionary(directive, fc.array(source, { maxLength: 5 }), {
  maxKeys: 8,
  noNullPrototype: true,
});

describe("serializeCsp", () => {
  it("is read back by a browser's parser as it was written", () => {
    fc.assert(
      fc.property(directives, (policy) => {
        expect(parse(serializeCsp(policy))).toEqual(policy);
      }),
    );
  });

  it("is one line of visible ASCII and one policy, whatever the settings hold", () => {
    const text = fc.string({ unit: anyCharacter, maxLength: 8 });
    const sources = fc.array(fc.oneof({ weight: 9, arbitrary: source }, text), { maxLength: 3 });
    const mixed = fc.dictionary(fc.oneof({ weight: 9, arbitrary: directive }, text), sources, {
      maxKeys: 4,
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(mixed, (policy) => {
        const value = accepted(() => serializeCsp(policy));
        if (value === undefined || value === "") return;
        expect(value).toMatch(/^[!-~]([ -~]*[!-~])?$/);
        expect(value).not.toContain(",");
        expect(parse(value)).toEqual(policy);
      }),
    );
  });

  it("writes a directive without sources alone, and nothing for no directives", () => {
    expect(serializeCsp({ "default-src": ["'self'"], "upgrade-insecure-requests": [] })).toBe(
      "default-src 'self'; upgrade-insecure-requests",
    );
    expect(serializeCsp({})).toBe("");
  });

  it.each(["a b", "a;b", "a,b", "a\nb", "", "é.example", "\u0000"])(
    "refuses the source %j, naming its directive",
    (bad) => {
      expect(() => serializeCsp({ "img-src": ["'self'", bad] })).toThrow(
        `edge.csp.img-src holds ${JSON.stringify(bad)}`,
      );
    },
  );

  it.each(["Script-Src", "script src", "", "script-src;", "-src", "a\n"])(
    "refuses the directive %j",
    (bad) => {
      expect(() => serializeCsp({ [bad]: [] })).toThrow(
        `edge.csp cannot have a directive ${JSON.stringify(bad)}`,
      );
    },
  );
});

describe("allowConnections", () => {
  const api = "https://api.optropic.example";

  it("adds the origins to what default-src allows", () => {
    expect(allowConnections({ "default-src": ["'self'"], "img-src": ["data:"] }, [api, api])).toEqual({
      "default-src": ["'self'"],
      "img-src": ["data:"],
      "connect-src": ["'self'", api],
    });
  });

  it("puts them in place of 'none', which may stand only alone", () => {
    expect(allowConnections({ "default-src": ["'none'"] }, [api])["connect-src"]).toEqual([api]);
  });

  it.each([
    ["names connect-src itself", { "default-src": ["'self'"], "connect-src": ["'self'"] }, [api]],
    ["restricts nothing by default", { "script-src": ["'self'"] }, [api]],
    ["is asked for no origins", { "default-src": ["'self'"] }, []],
  ])("leaves a policy alone that %s", (_, policy, origins) => {
    expect(allowConnections(policy, origins)).toBe(policy);
  });
});

/** Parses a policy by CSP Level 3, section 2.2.1. */
function parse(value: string): Record<string, string[]> {
  const policy: Record<string, string[]> = {};
  for (const part of value.split(";")) {
    const [name, ...sources] = part.trim().split(/[ \t\n\f\r]+/);
    if (name === undefined || name === "") continue;
    policy[name.toLowerCase()] ??= sources;
  }
  return policy;
}

function accepted(serialize: () => string): string | undefined {
  try {
    return serialize();
  } catch {
    return undefined;
  }
}
