import { beforeAll, describe, expect, test } from "vitest";
import { cloudflare } from "../../policies/model/tokens.ts";
import { add, inZone, objecting } from "../recording/edited.ts";
import { type RecordedStack, recordPlatform } from "../recording/stacks.ts";
import { acceptedSettings, brokenSettings } from "./settings-edits.ts";
import { accepted, diverted, lockedOut, switched, unsafeCommands, weakened } from "./traffic-edits.ts";

// The recorded production with one thing changed between visitors and the program that answers them.

let production: RecordedStack;

beforeAll(async () => {
  production = await recordPlatform();
}, 60_000);

describe.each([
  ["traffic-reaches-host", diverted],
  ["visitors-let-in", lockedOut],
  ["zone-settings-safe", weakened],
  ["commands-for-production", unsafeCommands],
  ["protections-on", switched],
])("%s", (policy, edits) => {
  test.each(Object.entries(edits))("objects: %s", (_, edit) => {
    expect(objecting(edit(production), policy)).toEqual([policy]);
  });
});

describe("a setting of a host, a database or a bucket", () => {
  test.each(brokenSettings)("breaks %s: %s", (policy, _, edit) => {
    expect(objecting(edit(production), policy)).toEqual([policy]);
  });
});

describe("what breaks nothing", () => {
  test.each(Object.entries({ ...accepted, ...acceptedSettings }))("%s", (_, edit) => {
    expect(objecting(edit(production))).toEqual([]);
  });
});

test("a zone may only answer DNS where none of its records is proxied", () => {
  const answers = add(cloudflare.zoneDns, "answers", { zoneMode: "dns_only" }, inZone);
  const { resources, ...rest } = answers(production);
  const open = resources.map((one) =>
    one.type === cloudflare.dnsRecord ? { ...one, inputs: { ...one.inputs, proxied: false } } : one,
  );
  expect(objecting({ ...rest, resources: open }, "zone-settings-safe")).toEqual([]);
});
