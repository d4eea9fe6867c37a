import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import * as z from "zod";
import type { PreviewDocument, PreviewOptions } from "../../preview/index.ts";
import { failureOf, previewOf } from "./harness.ts";

function misbehave(mode: string, options?: Partial<PreviewOptions>): Promise<PreviewDocument> {
  return previewOf("misbehaving", [], { config: [`mode=${mode}`], ...options });
}

describe("a program is an error of its own", () => {
  it.each([
    ["throw", /the program threw[\s\S]*index\.ts/],
    ["throw-later", /the program threw later/],
    ["reject", /the program's promise was rejected/],
    ["unhandled", /nobody handles this/],
    ["throw-in-apply", /thrown in apply/],
    [
      "reads-answer",
      /slice is not a function[\s\S]*\nwarning: the answer of test:index:getZones is not known offline, and index\.ts:\d+ reads \.names/,
    ],
    ["exit-3", /the program ended with status 3/],
    ["exit-0", /still active|could complete/],
    ["exit-0-unseen", /ended before it was finished: it calls process\.exit\(\)/],
    [
      "duplicate",
      /Duplicate resource URN 'urn:pulumi:dev::misbehaving::random:index\/randomPet:RandomPet::pet'/,
    ],
    ["duplicate-read", /Duplicate resource URN/],
    ["bad-token", /'notatoken' is not the type of a custom resource, package:module:Name/],
    ["bad-timeout", /custom timeout 'soon' is not a duration such as 1h30m/],
    ["hook-fails", /hook guard of urn:.* failed: .*the hook refuses/],
    ["type-of-engine", /unrecognized resource type 'pulumi:pulumi:Other'/],
    ["hook-after-fails", /^hook guard of urn:.* failed: .*the hook refuses/],
    ["transform-fails", /the transform refuses/],
    ["nests-deep", /nests deeper than 1000 levels/],
  ])("when it does %s", async (mode, message) => {
    expect(await failureOf(misbehave(mode))).toEqual({
      failure: "program",
      message: expect.stringMatching(message),
    });
  });

  it("which says no more of a stack trace than the place, unless asked", async () => {
    const { message } = await failureOf(misbehave("throw"));
    expect(message.match(/^\s+at /gm)).toHaveLength(1);
    const { message: whole } = await failureOf(misbehave("throw", { stackTraces: true }));
    expect(whole.match(/^\s+at /gm)?.length).toBeGreaterThan(1);
  });
});

describe("a limit", () => {
  it("stops a program that never ends", async () => {
    expect(await failureOf(misbehave("never-end", { timeoutMs: 1500 }))).toEqual({
      failure: "limit",
      message: expect.stringMatching(/^stopped after 1\.5 s waiting for the program: .*--timeout/),
    });
  });

  it("stops a program that floods its output", async () => {
    expect(await failureOf(misbehave("flood", { outputBytes: 256 * 1024 }))).toEqual({
      failure: "limit",
      message: expect.stringMatching(
        /^the program in .*misbehaving wrote more than 256 KiB and was stopped$/,
      ),
    });
  });

  it("holds for log entries, and says how many were left out", async () => {
    const { messages } = await misbehave("logs-much");
    expect(messages).toHaveLength(1001);
    expect(messages.at(-1)).toMatchObject({
      severity: "warning",
      message: "500 more messages were left out",
    });
  });
});

describe("what an offline preview cannot judge", () => {
  it("is refused by name: a component that a plugin builds", async () => {
    expect(await failureOf(misbehave("remote"))).toEqual({
      failure: "unsupported",
      message: expect.stringMatching(/^component eks:index:Cluster 'cluster' is built by a plugin/),
    });
  });
});

describe("a preview goes on", () => {
  it("when the program logs an error and ends well, as with the engine", async () => {
    const { messages, summary } = await misbehave("log-error");
    expect(messages).toEqual([{ severity: "error", message: "only logged as an error", urn: "" }]);
    expect(summary.resources).toBe(3);
  });

  it("when a hook fails that ignores its errors, with a warning", async () => {
    const { messages } = await misbehave("hook-failure-ignored");
    expect(messages).toEqual([
      {
        severity: "warning",
        message: expect.stringMatching(/^hook guard of .* failed: .*the hook refuses/),
        urn: "urn:pulumi:dev::misbehaving::random:index/randomPet:RandomPet::hooked",
      },
    ]);
  });

  it("when the program ends but not the process that holds its output", async () => {
    const pids = join(mkdtempSync(join(tmpdir(), "preview-")), "pids");
    vi.stubEnv("PID_FILE", pids);
    try {
      const { summary } = await misbehave("holds-output-open");
      expect(summary.resources).toBe(3);
    } finally {
      const [, other = 0] = z.array(z.number()).parse(JSON.parse(readFileSync(pids, "utf8")));
      process.kill(other);
      rmSync(dirname(pids), { recursive: true });
      vi.unstubAllEnvs();
    }
  });
});
