import { afterAll, beforeAll, beforeEach, vi } from "vitest";
import { type FakeApi, reset, startManagementApi } from "./management-api-server.ts";
import { type Driver, type Host, localDriver, startHost } from "./provider-drivers.ts";

/** An access token that must show nowhere. */
export const canary = "sbp_0123456789canary0123456789canary01234567";

/** Short times, so that nothing waits: one request 300 ms, one operation 900 ms, first pause 1 ms. */
export const quick = {
  SUPABASE_API_RETRY_MS: "1",
  SUPABASE_API_REQUEST_TIMEOUT_MS: "300",
  SUPABASE_API_TIMEOUT_MS: "900",
};

/** What a suite of provider tests uses, once its hooks have run. */
export interface Bench {
  readonly api: FakeApi;
  /** The provider in this process. */
  readonly local: Driver;
  /** The same one, serialized, in Pulumi's own host. */
  readonly hosted: Driver;
  readonly host: Host;
  /** The message of the error that a promise ends with, kept among the refusals. */
  refused(promise: Promise<unknown>): Promise<string>;
  /** Every such message of the suite. */
  readonly refusals: string[];
}

/** Starts the API and the host around a suite; each test meets one healthy project. */
export function useBench(token: string, provider: Parameters<typeof localDriver>[0]): Bench {
  let api: FakeApi | undefined;
  let host: Host | undefined;
  const refusals: string[] = [];
  beforeAll(async () => {
    api = await startManagementApi(canary);
    const environment = { ...quick, SUPABASE_ACCESS_TOKEN: canary, SUPABASE_API_ENDPOINT: api.url };
    for (const [name, value] of Object.entries(environment)) {
      vi.stubEnv(name, value);
    }
    host = await startHost(environment);
  });
  beforeEach(() => {
    reset(started(api));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await host?.close();
    await api?.close();
  });
  return {
    get api() {
      return started(api);
    },
    get host() {
      return started(host);
    },
    get hosted() {
      return started(host).driver(token);
    },
    local: localDriver(provider),
    refused: async (promise) => {
      const message = await failure(promise);
      refusals.push(message);
      return message;
    },
    refusals,
  };
}

/** The message of the error that a promise ends with. */
export async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("It did not fail.");
}

function started<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new Error("The bench has not started.");
  }
  return value;
}
