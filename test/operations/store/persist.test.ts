import { S3ServiceException } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { Failure } from "../../../lib/failure.ts";
import { isTemporary, persist, TemporaryError } from "../../../operations/store/persist.ts";
import { fakeClock } from "../support/clock.ts";

const minute = 60_000;
const request = { what: "do it", limitMs: 1000, signal: undefined };

function answer(name: string, httpStatusCode: number): S3ServiceException {
  return new S3ServiceException({ name, message: "", $fault: "client", $metadata: { httpStatusCode } });
}

function networkError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe("a request", () => {
  test("is sent again through an outage of minutes, with pauses that grow up to half a minute", async () => {
    const clock = fakeClock();
    const warnings: string[] = [];
    let attempts = 0;
    const patience = { clock, forMs: 15 * minute, warn: (message: string) => warnings.push(message) };
    const result = await persist(patience, request, async () => {
      attempts += 1;
      if (clock.slept < 5 * minute) throw answer("ServiceUnavailable", 503);
      return "done";
    });
    expect(result).toBe("done");
    expect(clock.sleeps.slice(0, 9)).toEqual([200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000]);
    expect(Math.max(...clock.sleeps)).toBe(30_000);
    expect(attempts).toBe(clock.sleeps.length + 1);
    expect(warnings).toEqual([
      "The store failed to do it: ServiceUnavailable, status 503. It is asked again for up to 15 minutes",
    ]);
  });

  test("is given up when the patience is used up", async () => {
    const clock = fakeClock();
    const patience = { clock, forMs: 15 * minute };
    await expect(
      persist(patience, request, () => Promise.reject(networkError("ECONNREFUSED"))),
    ).rejects.toThrow("The store failed to do it: ECONNREFUSED");
    expect(clock.slept).toBeGreaterThan(14 * minute);
    expect(clock.slept).toBeLessThanOrEqual(15 * minute);
  });

  test("is sent three times without patience, and once where the answer is final", async () => {
    for (const [error, expected] of [
      [networkError("ECONNRESET"), 3],
      [answer("AccessDenied", 403), 1],
    ] as const) {
      let attempts = 0;
      const sending = persist({ clock: fakeClock(), forMs: 0 }, request, () => {
        attempts += 1;
        return Promise.reject(error);
      });
      await expect(sending).rejects.toBeInstanceOf(Failure);
      expect(attempts).toBe(expected);
    }
  });

  test("that is never answered ends at its time limit, even if the library does not end it", async () => {
    const clock = fakeClock();
    let attempts = 0;
    const result = await persist({ clock, forMs: minute }, request, (signal) => {
      attempts += 1;
      if (attempts > 1) return Promise.resolve(signal.aborted);
      queueMicrotask(() => clock.expire());
      return new Promise<boolean>(() => undefined);
    });
    expect([result, attempts]).toEqual([false, 2]);
  });

  test("is not sent again once its signal is raised, and throws its reason", async () => {
    const stop = new AbortController();
    const reason = new Failure("failed", "Stopped by SIGTERM");
    const waiting = { ...request, signal: stop.signal };
    const sending = persist({ clock: fakeClock(), forMs: minute }, waiting, () => {
      stop.abort(reason);
      return Promise.reject(networkError("ECONNRESET"));
    });
    await expect(sending).rejects.toBe(reason);
  });

  test("without any keys says where they may come from", async () => {
    const error = Object.assign(new Error("Could not load"), { name: "CredentialsProviderError" });
    await expect(
      persist({ clock: fakeClock(), forMs: minute }, request, () => Promise.reject(error)),
    ).rejects.toMatchObject({
      kind: "refused",
      message: expect.stringMatching(/^There are no keys for the store: set AWS_ACCESS_KEY_ID/),
    });
  });
});

describe("another attempt may succeed after", () => {
  test.each([
    answer("InternalError", 500),
    answer("SlowDown", 503),
    answer("TooManyRequests", 429),
    answer("RequestTimeout", 400),
    answer("RequestTimeTooSkewed", 403),
    answer("OperationAborted", 409),
    answer("IncompleteBody", 400),
    // A proxy's page in HTML is a syntax error to the library.
    Object.assign(new SyntaxError("Unexpected token '<'"), { $metadata: { httpStatusCode: 502 } }),
    networkError("ECONNRESET"),
    networkError("EAI_AGAIN"),
    networkError("EPIPE"),
    Object.assign(new Error("timed out"), { name: "TimeoutError" }),
    new TemporaryError("not there yet"),
  ])("%s", (error) => {
    expect(isTemporary(error)).toBe(true);
  });

  test.each([
    answer("AccessDenied", 403),
    answer("ExpiredToken", 400),
    answer("SignatureDoesNotMatch", 403),
    answer("NoSuchBucket", 404),
    answer("EntityTooLarge", 400),
    answer("NotImplemented", 501),
    networkError("CERT_HAS_EXPIRED"),
    networkError("ERR_TLS_CERT_ALTNAME_INVALID"),
    new Failure("failed", "the dump failed"),
    new TypeError("a defect"),
    "text",
  ])("nothing like %s", (error) => {
    expect(isTemporary(error)).toBe(false);
  });
});
