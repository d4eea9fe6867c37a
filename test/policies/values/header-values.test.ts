import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  frameOptionsFault,
  framingFault,
  nosniffFault,
  permissionsFault,
  referrerFault,
} from "../../../policies/values/header-values.ts";
import { hstsFault, parseHsts } from "../../../policies/values/hsts.ts";

const year = 31_536_000;

describe("Strict-Transport-Security", () => {
  test.each([
    "max-age=31536000; includeSubDomains; preload",
    "max-age=31536000; includeSubDomains",
    'MAX-AGE="63072000";INCLUDESUBDOMAINS;PRELOAD',
    " preload ; max-age = 31536000 ; includeSubDomains",
  ])("%s", (value) => {
    expect(hstsFault(parseHsts(value), year)).toBeUndefined();
  });

  test.each([
    ["max-age=31535999; includeSubDomains; preload", "a max-age of 31535999 seconds, not 31536000 or more"],
    ["max-age=0; includeSubDomains; preload", "a max-age of 0 seconds, not 31536000 or more"],
    ["includeSubDomains; preload", "a max-age of 0 seconds, not 31536000 or more"],
    ["max-age=1e9; includeSubDomains; preload", "a max-age of 0 seconds, not 31536000 or more"],
    ["max-age=31536000; preload", "no includeSubDomains"],
    ["max-age=31536000", "no includeSubDomains"],
  ])("not %s", (value, fault) => {
    expect(hstsFault(parseHsts(value), year)).toBe(fault);
  });

  test("takes any age of a year or more, and none below", () => {
    fc.assert(
      fc.property(fc.nat(10 * year), (age) => {
        const hsts = parseHsts(`max-age=${age}; includeSubDomains; preload`);
        expect(hstsFault(hsts, year) === undefined).toBe(age >= year);
      }),
    );
  });
});

describe("X-Content-Type-Options", () => {
  test.each(["nosniff", "NoSniff", "nosniff, nosniff"])("%s", (value) => {
    expect(nosniffFault(value)).toBeUndefined();
  });

  test.each(["", "sniff", "none, nosniff"])("not %j", (value) => {
    expect(nosniffFault(value)).toBe("is not nosniff");
  });
});

describe("framing", () => {
  test.each(["DENY", "sameorigin", "DENY, deny"])("X-Frame-Options %s", (value) => {
    expect(frameOptionsFault(value)).toBeUndefined();
  });

  test.each(["", "ALLOW-FROM https://a.example", "DENY, SAMEORIGIN", "ALLOWALL"])(
    "not X-Frame-Options %j",
    (value) => {
      expect(frameOptionsFault(value)).toBe("is neither DENY nor SAMEORIGIN");
    },
  );

  test("frame-ancestors comes before X-Frame-Options", () => {
    expect(framingFault("frame-ancestors 'none'", undefined)).toBeUndefined();
    expect(framingFault("frame-ancestors 'none'", "ALLOWALL")).toBeUndefined();
    expect(framingFault("frame-ancestors *", "DENY")).toBe(
      "a Content-Security-Policy whose frame-ancestors has *, which is any host",
    );
    expect(framingFault("default-src 'none'", "DENY")).toBeUndefined();
    expect(framingFault("default-src 'none'", undefined)).toBe("no X-Frame-Options and no frame-ancestors");
    expect(framingFault(undefined, "ALLOWALL")).toBe(
      "an X-Frame-Options that is neither DENY nor SAMEORIGIN",
    );
  });
});

describe("Referrer-Policy", () => {
  test.each([
    "no-referrer",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url, Strict-Origin",
    "no-referrer, some-future-policy",
  ])("%s", (value) => {
    expect(referrerFault(value)).toBeUndefined();
  });

  test.each(["", "nothing", "unsafe-url", "no-referrer, unsafe-url", "origin", "no-referrer-when-downgrade"])(
    "not %j",
    (value) => {
      expect(referrerFault(value)).toBeDefined();
    },
  );
});

describe("Permissions-Policy", () => {
  test.each(["camera=()", "camera=(), geolocation=(self)", 'payment=(self "https://pay.example"), usb=self'])(
    "%s",
    (value) => {
      expect(permissionsFault(value)).toBeUndefined();
    },
  );

  test.each([
    ["", "restricts no feature; its form is camera=(), microphone=()"],
    ["camera 'none'; microphone 'none'", "restricts no feature; its form is camera=(), microphone=()"],
    ["camera=*", "gives camera to every frame"],
    ["geolocation=(), camera=(self *)", "gives camera to every frame"],
  ])("not %j", (value, fault) => {
    expect(permissionsFault(value)).toBe(fault);
  });
});

test("every header takes any text", () => {
  const faults = [nosniffFault, frameOptionsFault, referrerFault, permissionsFault];
  fc.assert(
    fc.property(fc.string({ maxLength: 100 }), (text) => {
      for (const fault of faults) {
        fault(text);
      }
      hstsFault(parseHsts(text), year);
    }),
  );
});
