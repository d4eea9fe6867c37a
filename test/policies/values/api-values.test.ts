import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isAllowed,
  isTimeField,
  isTimeZone,
  isTokenResources,
  zoneSettingValues,
} from "../../../policies/values/api-values.ts";

describe("what an API accepts", () => {
  it("is a value of the list, spelled as there", () => {
    expect(isAllowed("strict", zoneSettingValues.get("ssl") ?? [])).toBe(true);
    expect(isAllowed("Strict", zoneSettingValues.get("ssl") ?? [])).toBe(false);
    expect(isAllowed(1.2, zoneSettingValues.get("min_tls_version") ?? [])).toBe(false);
    expect(isAllowed(undefined, ["on"])).toBe(false);
  });

  it("is a whole number between the bounds", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const isWhole = Number.isInteger(value) && value >= 60 && value <= 86_400;
        expect(isAllowed(value, { from: 60, to: 86_400 })).toBe(isWhole);
      }),
    );
    expect(isAllowed("60", { from: 60, to: 86_400 })).toBe(false);
  });

  it.each([
    ["weekdays", "sunday", true],
    ["weekdays", "Monday:friday", true],
    ["weekdays", "sun", false],
    ["weekdays", "1", false],
    ["daysOfMonths", "-31:-1", true],
    ["daysOfMonths", "0", false],
    ["daysOfMonths", "32", false],
    ["months", "may:august", true],
    ["months", "13", false],
    ["years", "2026:2028", true],
    ["years", "26", false],
    ["years", "2026:2027:2028", false],
  ] as const)("has %s %s in a mute timing: %s", (field, text, isRead) => {
    expect(isTimeField(field, text)).toBe(isRead);
  });

  it("is a time zone by its name", () => {
    expect(["UTC", "Europe/Berlin", "Berlin", ""].map(isTimeZone)).toEqual([true, true, false, false]);
  });

  it.each([
    [{ "com.cloudflare.api.account.0123": "*" }, true],
    [{ "com.cloudflare.edge.r2.bucket.0123_eu_backups": "*" }, true],
    [{ "com.cloudflare.api.account.0123": { "com.cloudflare.api.account.zone.*": "*" } }, true],
    [{}, false],
    [{ "com.cloudflare.api.account.0123": "read" }, false],
    [{ account: "*" }, false],
    [["com.cloudflare.api.account.0123"], false],
    [null, false],
  ])("has the resources %j of a token: %s", (resources, isRead) => {
    expect(isTokenResources(resources)).toBe(isRead);
  });
});
