import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Deployment } from "../../../operations/hosts/host.ts";
import { type Choice, chooseTargets, type HostHistory } from "../../../operations/rollback/choose.ts";

function commitOf(letter: string): string {
  return letter.repeat(40);
}

/** A host whose deployments are given oldest first; the last one serves. */
function history(name: string, letters: string, changes: Partial<Deployment> = {}): HostHistory {
  const deployments = [...letters].map(
    (letter, index): Deployment => ({
      id: `${name}-${index}`,
      commit: commitOf(letter),
      createdAt: new Date(Date.parse("2026-11-01T00:00:00Z") + index * 3_600_000).toISOString(),
      ready: true,
      pending: false,
      hasServed: true,
      ...(index === letters.length - 1 ? {} : changes),
    }),
  );
  return { host: { name }, served: deployments.at(-1), deployments };
}

function chosen(histories: HostHistory[], choice: Partial<Choice> = {}): string[] {
  return chooseTargets(histories, { bad: [], ...choice }).map(({ host, to }) => `${host}:${to.commit?.[0]}`);
}

describe("the target of a rollback", () => {
  it("is the newest earlier deployment that all hosts have in common", () => {
    expect(chosen([history("vercel", "abcd"), history("render", "abd")])).toEqual(["vercel:b", "render:b"]);
  });

  it("is each host's own where they have none in common", () => {
    expect(chosen([history("vercel", "ad"), history("render", "bd")])).toEqual(["vercel:a", "render:b"]);
  });

  it("is never what was rolled back before, and never what serves under another id", () => {
    expect(() => chosen([history("render", "aba")], { bad: [commitOf("b")] })).toThrow(
      /no earlier deployment/,
    );
    expect(chosen([history("render", "caba")], { bad: [commitOf("b")] })).toEqual(["render:c"]);
  });

  it("is what the person names, as far as it has served", () => {
    expect(chosen([history("vercel", "abcd")], { commit: commitOf("a").slice(0, 12) })).toEqual(["vercel:a"]);
    expect(() => chosen([history("vercel", "abcd")], { commit: commitOf("e") })).toThrow(
      /no deployment of e+ that has served/,
    );
  });

  it("is nothing that never served or could not be built", () => {
    for (const changes of [{ hasServed: false }, { ready: false }]) {
      expect(() => chosen([history("vercel", "abcd", changes)])).toThrow(/vercel: no earlier deployment/);
    }
  });

  it("is the common one that a host serves already, whose part of the release is not out yet", () => {
    // Vercel serves d, and Render still c: c is good, and nothing goes back to b.
    expect(chosen([history("vercel", "abcd"), history("render", "abc")])).toEqual(["vercel:c", "render:c"]);
    // The release is being promoted, and no host has it yet.
    const promoting = [history("vercel", "abc"), history("render", "abc")];
    expect(chosen(promoting, { leaving: commitOf("d") })).toEqual(["vercel:c", "render:c"]);
    expect(chosen(promoting, { leaving: commitOf("c") })).toEqual(["vercel:b", "render:b"]);
  });

  it("may be newer than what serves where a person names it, after going back too far", () => {
    const [back] = [history("vercel", "abc")];
    const stale = {
      ...back,
      host: { name: "vercel" },
      served: back?.deployments[0],
      deployments: back?.deployments ?? [],
    };
    expect(() => chosen([stale])).toThrow(/no earlier deployment/);
    expect(chosen([stale], { commit: commitOf("b"), bad: [commitOf("b")] })).toEqual(["vercel:b"]);
  });

  it("always has served, and leaves no host on what came last", () => {
    const letters = fc.stringMatching(/^[a-e]{2,8}$/);
    fc.assert(
      fc.property(letters, letters, (one, other) => {
        const histories = [history("vercel", one), history("render", other)];
        try {
          const [last] = histories
            .map(({ served }) => served)
            .toSorted((a, b) => ((a?.createdAt ?? "") > (b?.createdAt ?? "") ? -1 : 1));
          for (const { from, to } of chooseTargets(histories, { bad: [] })) {
            expect(to.hasServed && to.ready && to.createdAt <= (from?.createdAt ?? "")).toBe(true);
            expect(to.commit).not.toBe(last?.commit);
            // Only what is not on the release stays.
            expect(to.id === from?.id && from.commit === last?.commit).toBe(false);
          }
        } catch (error) {
          expect(String(error)).toMatch(/no earlier deployment/);
        }
      }),
    );
  });
});
