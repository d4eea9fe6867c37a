import { describe, expect, it } from "vitest";
import { secondsOf } from "../../lib/units.ts";
import { steady, windowOf } from "../../metrics/judge.ts";
import { declaredLoad, loadRuns } from "../../verify/staging/load.ts";
import { firingMs } from "../../verify/staging/quiet.ts";
import { isStructured } from "../../verify/vendors/log-lines.ts";
import { accept, changed, writtenSettings } from "../config/stack.ts";

const minute = 60_000;
const at = (...minutes: number[]) => minutes.map((one) => [one * minute, 1] as const);

describe("an alert's condition", () => {
  it.each<[string, (readonly [number, number])[], number]>([
    ["that never holds", [], 0],
    ["that holds for less than it must", at(1, 2, 3, 4, 5), 0],
    ["that holds for as long as it must", at(1, 2, 3, 4, 5, 6), 5 * minute],
    ["that holds in between again and again", at(1, 2, 3, 6, 7, 8, 11, 12, 13), 0],
    ["that held before and holds no more", at(1, 2, 3, 4, 5, 6, 7, 20), 6 * minute],
  ])("%s", (_, values, expected) => expect(firingMs(values, 5 * minute)).toBe(expected));

  it("fires at once without a length of time", () => expect(firingMs(at(3), 0)).toBe(minute));
});

describe("a load", () => {
  const staging = writtenSettings("staging");

  it("is what the users of the load test send, if every request meets the objective", () => {
    const own = accept(
      changed(changed(staging, "loadTest.virtualUsers", 10), "loadTest.durationSeconds", 300),
    );
    const { seconds, windowSeconds, requests } = declaredLoad(own);
    // Rounds of 5 s and two requests of a second, for 240 of 300 s, since the ramps have half of the users.
    const toApi = 1 + own.loadTest.paths.length;
    expect({ seconds, windowSeconds, requests }).toEqual({
      ...{ seconds: 300, windowSeconds: 300 },
      requests: Math.floor((10 * toApi * 240) / (own.loadTest.pauseSeconds + 1 + toApi)),
    });
  });

  it("ends where it falls, and where values are missing", () => {
    const values = ([0, 9, 10, 30, 20, 9, 15, Number.NaN, 11] as const).map(
      (value, index) => [index, value] as const,
    );
    expect(loadRuns([...values, [20, 50]], 10, 1)).toEqual([
      { from: 2, to: 4, peak: 3, requests: 30 },
      { from: 6, to: 6, peak: 6, requests: 15 },
      { from: 8, to: 8, peak: 8, requests: 11 },
      { from: 20, to: 20, peak: 20, requests: 50 },
    ]);
  });
});

describe("memory under load", () => {
  const course = (value: (index: number) => number) =>
    steady(
      windowOf(
        Array.from({ length: 60 }, (_, index) => value(index)),
        60,
      ),
    );

  it("is steady as a saw, after a step at the end, and where it falls", () => {
    expect(course((index) => 200 + 30 * ((index % 7) / 7)).state).toBe("holds");
    expect(course((index) => 200 - index).state).toBe("holds");
    expect(course((index) => 200 + 0.1 * index).state).toBe("holds");
  });

  it("is not where it rises by a tenth and more", () => {
    expect(course((index) => 200 + index + 5 * (index % 3)).state).toBe("does-not-hold");
  });

  it("is unknown with few values", () => {
    expect(steady(windowOf([1, 2, 3], 3)).state).toBe("unknown");
    expect(
      steady(
        windowOf(
          Array.from({ length: 30 }, () => 1),
          60,
        ),
      ).state,
    ).toBe("unknown");
  });
});

describe("a line of a log", () => {
  it.each([
    '{"level":30,"time":1764331200000,"msg":"request completed"}',
    '{"level":"info","message":"up","timestamp":"2026-11-28T12:00:00Z"}',
    '{"severity":"ERROR","message":"x"}',
    '{"@timestamp":"2026-11-28T12:00:00Z","log.level":"info","message":"x"}',
    '{"log":{"level":"info"},"message":"x"}',
    '{"level":50,"err":{"type":"Error","message":"x"}}',
  ])("%s is structured", (line) => expect(isStructured(line)).toBe(true));

  it.each([
    ...["", "listening on 3000", "200", "null", '["a"]', '"level"', '{"level":30', "{}", "[object Object]"],
    ...['{"level":"","msg":"x"}', '{"msg":"no level"}', '{"level":30}', '127.0.0.1 - - "GET / HTTP/1.1" 200'],
    ...["    at main (/app/server.js:1:2)", 'INFO {"level":30,"msg":"x"}'],
  ])("%s is not", (line) => expect(isStructured(line)).toBe(false));
});

it("a length of time is read as it is written", () => {
  expect(["5m", "90s", "2h", "1d", "250ms"].map(secondsOf)).toEqual([300, 90, 7200, 86_400, 0.25]);
  for (const wrong of ["", "5", "m", "5 m", "-5m", "5w"]) expect(() => secondsOf(wrong)).toThrow(RangeError);
});
