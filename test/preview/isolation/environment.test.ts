import { expect, it } from "vitest";
import { closedEnvironment, openEnvironment } from "../../../preview/isolation/environment.ts";

const caller = {
  AWS_SECRET_ACCESS_KEY: "x",
  GITHUB_ENV: "/runner/env",
  HOME: "/home/me",
  NODE_OPTIONS: "--require ./x.js",
  PULUMI_ACCESS_TOKEN: "pul-x",
  PULUMI_STACK: "another",
  REGION: "eu",
  TZ: "Europe/Berlin",
};

it("an isolated guest gets nothing of the caller's but what is named", () => {
  expect(closedEnvironment({ PULUMI_STACK: "dev" }, ["REGION", "NOT_SET"], caller)).toEqual({
    HOME: "/tmp/home",
    PATH: expect.stringMatching(/^\/.*:\/usr\/local\/bin:\/usr\/bin:\/bin$/),
    PULUMI_STACK: "dev",
    REGION: "eu",
    TMPDIR: "/tmp",
    TZ: "Europe/Berlin",
  });
});

it("a name does not change what the preview itself says", () => {
  const names = ["HOME", "PULUMI_STACK"];
  expect(closedEnvironment({ PULUMI_STACK: "dev" }, names, caller)).toMatchObject({
    HOME: "/tmp/home",
    PULUMI_STACK: "dev",
  });
});

it("one that is not isolated gets the caller's, less what a preview has no use for", () => {
  expect(openEnvironment({ PULUMI_STACK: "dev" }, caller)).toEqual({
    AWS_SECRET_ACCESS_KEY: "x",
    HOME: "/home/me",
    NODE_OPTIONS: "--require ./x.js",
    PULUMI_STACK: "dev",
    REGION: "eu",
    TZ: "Europe/Berlin",
  });
});
