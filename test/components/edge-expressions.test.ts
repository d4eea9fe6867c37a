import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  always,
  and,
  below,
  contains,
  equals,
  literal,
  not,
  oneOf,
  or,
  startsWith,
} from "../../components/edge/expressions.ts";
import { apiRequests, loginRequests } from "../../components/edge/requests.ts";
import { matches, string } from "./edge-rules-language.ts";

const printable = fc.string({ unit: "grapheme" }).filter((text) => !/\p{Cc}/u.test(text));
/** Text full of what means something in an expression. */
const hostile = fc
  .array(fc.constantFrom('"', "\\", " or true", " and ", "(", ")", "{", "}", "a", "/", ","), {
    maxLength: 12,
  })
  .map((parts) => parts.join(""));
const anyText = fc.oneof(printable, hostile);

describe("expressions", () => {
  it("writes the Rules language", () => {
    expect(always.text).toBe("true");
    expect(
      or(
        and(equals("http.host", "a.example"), not(startsWith("http.request.uri.path", "/x"))),
        contains("lower(http.request.uri.path)", ",y"),
        and(oneOf("cf.edge.server_port", [80, 443]), below("http.response.code", 400)),
      ).text,
    ).toBe(
      '((http.host eq "a.example" and not starts_with(http.request.uri.path, "/x")) or lower(http.request.uri.path) contains ",y" or (cf.edge.server_port in {80 443} and http.response.code lt 400))',
    );
  });

  it("escapes the quote and the backslash, and nothing else", () => {
    expect(literal("a\"b\\c'd{}")).toBe('"a\\"b\\\\c\'d{}"');
  });

  it("gives back every text that it quoted", () => {
    fc.assert(fc.property(anyText, (text) => string(literal(text)) === text));
  });

  it("matches exactly the text given, whatever it holds", () => {
    fc.assert(
      fc.property(anyText, anyText, (value, host) => {
        expect(matches(equals("http.host", value).text, { host })).toBe(host === value);
        expect(matches(startsWith("http.host", value).text, { host })).toBe(host.startsWith(value));
        expect(matches(contains("http.host", value).text, { host })).toBe(host.includes(value));
      }),
    );
  });

  it("keeps the meaning of compounds, however nested", () => {
    const leaf = anyText.map((value) => ({
      expression: equals("http.host", value),
      holds: (host: string) => host === value,
    }));
    const pair = fc.tuple(leaf, leaf, leaf, fc.nat(3)).map(([a, b, c, shape]) => {
      const negated = { expression: not(c.expression), holds: (host: string) => !c.holds(host) };
      const both = {
        expression: and(a.expression, negated.expression),
        holds: (host: string) => a.holds(host) && negated.holds(host),
      };
      const either = {
        expression: or(b.expression, c.expression),
        holds: (host: string) => b.holds(host) || c.holds(host),
      };
      return [
        {
          expression: and(both.expression, either.expression),
          holds: (h: string) => both.holds(h) && either.holds(h),
        },
        {
          expression: or(both.expression, either.expression),
          holds: (h: string) => both.holds(h) || either.holds(h),
        },
        { expression: not(both.expression), holds: (h: string) => !both.holds(h) },
        { expression: not(either.expression), holds: (h: string) => !either.holds(h) },
      ][shape];
    });
    fc.assert(
      fc.property(pair, anyText, (compound, host) => {
        if (compound === undefined) throw new Error("no such shape");
        expect(matches(compound.expression.text, { host })).toBe(compound.holds(host));
      }),
    );
  });

  it.each(["a\nb", "a\r\nb", "\u0000", "\u007f", "\u0085"])("refuses the control character in %j", (text) => {
    expect(() => literal(text)).toThrow("it contains a control character");
  });
});

describe("API requests", () => {
  it("are those of the host given, and cannot be widened by it", () => {
    fc.assert(
      fc.property(anyText, (apiHost) => {
        const { text } = apiRequests({ domains: { zone: "z.example", web: "z.example", api: apiHost } });
        expect(matches(text, { host: apiHost, path: "/" })).toBe(true);
        expect(matches(text, { host: `x${apiHost}`, path: "/" })).toBe(false);
      }),
    );
  });
});

describe("login requests", () => {
  const matched = (loginPath: string, path: string) => matches(loginRequests(loginPath).text, { path });

  it.each([
    "/api/trpc/login",
    "/api/trpc/login/",
    "/api/trpc/LOGIN",
    "/api/trpc/login/reset",
    "/api/trpc/login,session",
    "/api/trpc/login%2Csession",
    "/api/trpc/session,login",
    "/api/trpc/session%2Clogin",
  ])("take in %s", (path) => {
    expect(matched("/api/trpc/login", path)).toBe(true);
  });

  it.each(["/", "/api/trpc", "/api/trpc/session", "/api/trpc/loginHistory", "/docs/a,login"])(
    "leave out %s",
    (path) => {
      expect(matched("/api/trpc/login", path)).toBe(false);
    },
  );

  it("read the setting as a browser and the edge would", () => {
    expect(matched("//api//trpc/login/", "/api/trpc/login")).toBe(true);
    expect(matched("/anmelden/übersicht", "/anmelden/%C3%BCbersicht")).toBe(true);
    expect(matched("/login", "/login")).toBe(true);
    expect(matched("/", "/")).toBe(true);
    expect(matched("/", "/prices")).toBe(false);
  });

  it("can be read for every path that the settings accept, and match the path itself", () => {
    const path = anyText.filter((text) => /^[^\s?#]*$/.test(text)).map((text) => `/${text}`);
    fc.assert(
      fc.property(path, (loginPath) => {
        const asked = new URL(`https://a.example${loginPath}`).pathname.replace(/\/+/g, "/");
        expect(matched(loginPath, asked.replace(/(.)\/$/, "$1"))).toBe(true);
      }),
    );
  });
});
