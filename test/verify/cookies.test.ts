import { describe, expect, it } from "vitest";
import { missingIn, nameOf, sessionsIn } from "../../verify/cookies.ts";

const guarded = "HttpOnly; Secure; SameSite=Lax; Path=/";
const secret = "3b1f0c2d9e8a7766554433";

describe("the cookie of a session", () => {
  it.each<[string, string[]]>([
    [`sid=${secret}; ${guarded}`, []],
    [`sid=${secret}; httponly; SECURE; samesite = STRICT`, []],
    [`__Host-sid=${secret}; ${guarded}`, []],
    [`__Host-sid=${secret}; ${guarded}; Domain=example.com`, ["what its prefix demands: Path=/, no Domain"]],
    [
      `__host-sid=${secret}; HttpOnly; Secure; SameSite=Lax; Path=/app`,
      ["what its prefix demands: Path=/, no Domain"],
    ],
    [`sid=${secret}`, ["Secure", "HttpOnly", "SameSite"]],
    [`sid=${secret}; Secure; HttpOnly; SameSite=None`, ["SameSite"]],
    [`sid=${secret}; Secure; HttpOnly; SameSite=None; SameSite=Lax`, []],
    [`sid=${secret}; Secure; HttpOnly; SameSite=Lax; SameSite=None`, ["SameSite"]],
    [`sid=${secret}; Secure; HttpOnly; SameSite`, ["SameSite"]],
    // In the value, a word is no attribute.
    ["sid=Secure HttpOnly SameSite=Lax", ["Secure", "HttpOnly", "SameSite"]],
    [`XSRF-TOKEN=${secret}; Secure; SameSite=Lax`, []],
    ["theme=dark; Secure; SameSite=Lax", []],
    ["user=dark; Secure; SameSite=Lax", ["HttpOnly"]],
    [`theme=${secret}; Secure; SameSite=Lax`, ["HttpOnly"]],
  ])("%s lacks %j", (cookie, missing) => expect(missingIn(cookie)).toEqual(missing));

  it("is none of an edge, and none that is taken away", () => {
    const kept = [
      `sid=${secret}`,
      // Names that only begin as those of an edge do.
      `__cf_bm_session=${secret}`,
      `AWSALBSESSION=${secret}`,
      "sid=; Path=/",
      `sid=${secret}; Max-Age=0`,
    ];
    const others = [
      ...[
        `__cf_bm=${secret}`,
        `AWSALBCORS=${secret}`,
        `_vercel_jwt=${secret}`,
        `ARRAffinitySameSite=${secret}`,
      ],
      ...["old=; Max-Age=0", "old=deleted; Expires=Thu, 01 Jan 1970 00:00:00 GMT", 'old=""; max-age=-1'],
    ];
    expect(sessionsIn([...others, ...kept])).toEqual(kept);
    expect(kept.map(nameOf)).toEqual(["sid", "__cf_bm_session", "AWSALBSESSION", "sid", "sid"]);
  });
});
