import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import { expect, it } from "vitest";
import { secondsOf } from "../../preview/engine/registration.ts";

function read(duration: string): number {
  const timeouts = new resourcePb.RegisterResourceRequest.CustomTimeouts();
  timeouts.setCreate(duration);
  return secondsOf(timeouts).create;
}

it.each([
  ["1h30m", 5400],
  ["+1h", 3600],
  ["-5s", -5],
  ["-1m.5s", -60.5],
  ["0", 0],
  ["+0", 0],
  ["-0s", 0],
  ["1.s", 1],
  ["100ms", 0.1],
  ["2us3\u00b5s5\u03bcs", 1e-5],
  ["2562047h", 2_562_047 * 3600],
])("a custom timeout of %s is read as Go reads it", (duration, seconds) => {
  expect(read(duration)).toBeCloseTo(seconds, 9);
});

it.each([
  "soon",
  "5",
  "-",
  "+",
  "--5s",
  "5s-",
  "1h-5s",
  "- 5s",
  "1.2.3s",
  ".s",
  "1d",
  "5S",
  "2562048h",
  "\u0665s",
])("a custom timeout of %j is refused as Go refuses it", (duration) => {
  expect(() => read(duration)).toThrow(`custom timeout '${duration}' is not a duration such as 1h30m`);
});
