/**
 * Calls to the Supabase Management API, as the dynamic providers of this package make them.
 *
 * Pulumi serializes these functions into the state of each resource and runs them in a process of their own.
 * So they use globals and one another, and no package; and they throw plain errors, since a subclass of Error
 * loses its message when it is serialized.
 */

/** Where and as whom to call, and for how long: one for each operation of a provider. */
export interface Access {
  readonly endpoint: string;
  readonly token: string;
  /** When the operation gives up, in milliseconds since the epoch. */
  readonly deadline: number;
  /** First pause before a retry, in milliseconds; each further one is twice as long. */
  readonly pauseMs: number;
  /** How long one request may take, in milliseconds. */
  readonly requestTimeoutMs: number;
}

/** The inputs that say where and as whom; each has a variable of the environment in its place. */
export interface AccessInputs {
  accessToken?: string;
  endpoint?: string;
}

/** An answer that is no reason to try again. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** An answer is read up to this size, in bytes; the longest documented one is a few kilobytes. */
const answerLimit = 1_048_576;
const attemptLimit = 6;
const longestPauseMs = 30_000;

/**
 * Access for one operation, from the inputs and then the environment: SUPABASE_ACCESS_TOKEN,
 * SUPABASE_API_ENDPOINT, and three numbers of milliseconds: SUPABASE_API_RETRY_MS (1,000),
 * SUPABASE_API_REQUEST_TIMEOUT_MS (30,000), SUPABASE_API_TIMEOUT_MS (300,000) for the whole operation.
 *
 * @throws Error where the token is missing or no header can carry it, or the endpoint is not allowed.
 */
export function openAccess(inputs: AccessInputs): Access {
  const token = inputs.accessToken ?? process.env.SUPABASE_ACCESS_TOKEN ?? "";
  if (token === "") {
    throw new Error("No Supabase access token: set SUPABASE_ACCESS_TOKEN, or the accessToken argument.");
  }
  if (!isHeaderValue(token)) {
    throw new Error("The Supabase access token has characters that an HTTP header cannot carry.");
  }
  const endpoint = inputs.endpoint ?? process.env.SUPABASE_API_ENDPOINT ?? "https://api.supabase.com";
  if (!isAllowedEndpoint(endpoint)) {
    throw new Error(
      "The Supabase API endpoint must be https (or http on a loopback address), without a user.",
    );
  }
  return {
    endpoint: endpoint.replace(/\/+$/, ""),
    token,
    deadline: Date.now() + milliseconds("SUPABASE_API_TIMEOUT_MS", 300_000),
    pauseMs: milliseconds("SUPABASE_API_RETRY_MS", 1_000),
    requestTimeoutMs: milliseconds("SUPABASE_API_REQUEST_TIMEOUT_MS", 30_000),
  };
}

/** Those of the access inputs that are set, for the state. */
export function accessOf(inputs: AccessInputs): AccessInputs {
  const { accessToken, endpoint } = inputs;
  return {
    ...(accessToken === undefined ? {} : { accessToken }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

/** True for what an Authorization header can carry: visible ASCII characters, no spaces. */
export function isHeaderValue(value: unknown): boolean {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
}

/** True for an https address, or an http one on a loopback address; neither with a user in it. */
export function isAllowedEndpoint(value: unknown): boolean {
  if (typeof value !== "string" || !URL.canParse(value)) {
    return false;
  }
  const url = new URL(value);
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  const scheme = url.protocol === "https:" || (url.protocol === "http:" && loopback);
  return scheme && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}

/**
 * One call, tried again with growing, jittered pauses when the network fails, and on 408, 429 and 5xx.
 * After a 429 it waits as long as the API says. Every call of this package may be repeated: it states what
 * shall be, and does not add to what is.
 *
 * @returns Any other answer, refusals included.
 * @throws Error when attempts or time run out, or the answer is too long.
 */
export async function call(access: Access, method: string, path: string, body?: object): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await tryOnce(access, method, path, body);
    if (outcome.answer !== undefined) {
      return outcome.answer;
    }
    const exponential = Math.min(access.pauseMs * 2 ** (attempt - 1), longestPauseMs);
    const pause = outcome.waitMs + exponential * (0.5 + Math.random() / 2);
    if (attempt >= attemptLimit) {
      throw new Error(`${method} ${path}: ${outcome.problem}. Gave up after ${attempt} attempts.`);
    }
    if (Date.now() + pause > access.deadline) {
      const next = Math.ceil(pause / 1_000);
      throw new Error(
        `${method} ${path}: ${outcome.problem}. The next attempt, in ${next} s, would be too late.`,
      );
    }
    await sleep(pause);
  }
}

/** Asks until the answer is not undefined, or time runs out: then undefined. */
export async function poll<T>(access: Access, ask: () => Promise<T | undefined>): Promise<T | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const found = await ask();
    const pause = Math.min(access.pauseMs * attempt, longestPauseMs);
    if (found !== undefined || Date.now() + pause > access.deadline) {
      return found;
    }
    await sleep(pause);
  }
}

interface Outcome {
  readonly answer?: Answer;
  /** Why to try again. */
  readonly problem: string;
  /** How long the API asks to wait, in milliseconds. */
  readonly waitMs: number;
}

async function tryOnce(access: Access, method: string, path: string, body?: object): Promise<Outcome> {
  let text: string | undefined;
  let status: number;
  try {
    const response = await fetch(`${access.endpoint}${path}`, {
      method,
      headers: { authorization: `Bearer ${access.token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A redirect is an answer like any other: the token goes to no other address.
      redirect: "manual",
      signal: AbortSignal.timeout(access.requestTimeoutMs),
    });
    status = response.status;
    if (status === 408 || status === 429 || status >= 500) {
      await response.body?.cancel();
      const waitMs = status === 429 ? waitOf(response.headers) : 0;
      return { problem: `Supabase answered ${status}`, waitMs };
    }
    text = await readText(response);
  } catch (error) {
    return { problem: describeFailure(access, error), waitMs: 0 };
  }
  if (text === undefined) {
    throw new Error(`${method} ${path}: Supabase answered with more than ${answerLimit} bytes.`);
  }
  return { answer: { status, text }, problem: "", waitMs: 0 };
}

/** The text of an answer, undefined when it is longer than the limit. */
async function readText(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    size += next.value.byteLength;
    if (size > answerLimit) {
      await reader?.cancel();
      return undefined;
    }
    chunks.push(next.value);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/**
 * How long a 429 asks to wait, in milliseconds: Retry-After (RFC 9110, seconds or a date), or the seconds of
 * X-RateLimit-Reset, which is what Supabase documents.
 */
function waitOf(headers: Headers): number {
  const value = headers.get("retry-after") ?? headers.get("x-ratelimit-reset") ?? "";
  if (/^\d{1,9}$/.test(value)) {
    return Number(value) * 1_000;
  }
  const date = Date.parse(value);
  return Number.isNaN(date) ? 0 : Math.max(0, date - Date.now());
}

/** A failed request in words: only the kind of failure, since messages of fetch can quote headers. */
function describeFailure(access: Access, error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") {
    return `no answer within ${access.requestTimeoutMs} ms`;
  }
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const code: unknown = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "string" && /^[A-Z_]{1,40}$/.test(code)
    ? `network failure ${code}`
    : "network failure";
}

function milliseconds(variable: string, preset: number): number {
  const text = process.env[variable] ?? "";
  if (text === "") {
    return preset;
  }
  if (!/^[1-9]\d{0,6}$/.test(text)) {
    throw new Error(`${variable} must be a number of milliseconds from 1 to 9999999.`);
  }
  return Number(text);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
