import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deadline } from "../../preview/deadline.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const waitingFor = () => "the program";

async function outcomeAfter(expired: Promise<never>, milliseconds: number): Promise<string> {
  let outcome = "goes on";
  expired.catch((error: Error) => {
    outcome = error.message;
  });
  await vi.advanceTimersByTimeAsync(milliseconds);
  return outcome;
}

describe("the time limit of a preview", () => {
  it("is on silence: what goes on may take long", async () => {
    const { expired, advanced, cancel } = deadline(1000, undefined, waitingFor);
    for (let step = 0; step < 20; step += 1) {
      expect(await outcomeAfter(expired, 900)).toBe("goes on");
      advanced();
    }
    expect(await outcomeAfter(expired, 999)).toBe("goes on");
    expect(await outcomeAfter(expired, 1)).toBe(
      "stopped after 1 s waiting for the program: allow more with --timeout, or find what never ends",
    );
    cancel();
  });

  it("is on the whole too where the program is a stranger's", async () => {
    const { expired, advanced, cancel } = deadline(1000, 5000, waitingFor);
    for (let step = 0; step < 9; step += 1) {
      expect(await outcomeAfter(expired, 500)).toBe("goes on");
      advanced();
    }
    expect(await outcomeAfter(expired, 500)).toMatch(/^stopped after 5 s waiting for the program/);
    cancel();
  });

  it("leaves nothing behind", () => {
    const { advanced, cancel } = deadline(1000, 5000, waitingFor);
    cancel();
    advanced();
    expect(vi.getTimerCount()).toBe(0);
  });
});
