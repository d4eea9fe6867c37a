import { setTimeout as sleep } from "node:timers/promises";
import type * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { parseJson } from "../lib/json.ts";

/** Access to GitHub's REST API. */
export interface GitHub {
  /** Without a trailing slash, such as `https://api.github.com`. */
  readonly url: string;
  readonly token: string;
  /** The repository, `owner/name`. */
  readonly repository: string;
  /** Milliseconds before the second attempt; each further one waits twice as long. */
  readonly pauseMs: number;
}

export interface Request {
  readonly method?: "GET" | "POST" | "PATCH";
  readonly body?: object;
}

const attempts = 4;
const timeoutMs = 30_000;
/** The longest response in bytes; a hundred escaped comments of 64 KiB fit. */
const answerLimit = 32 * 1024 * 1024;
/** The longest wait that GitHub may ask for before the next attempt, in milliseconds. */
const longestWaitMs = 60_000;

/**
 * Requests a path of the repository, such as `/pulls`, and reads the response with a schema. A rate limit is
 * retried a few times; so are a missing response and a status of 5xx, except for POST, which might act twice.
 *
 * @throws {Failure} with the status and GitHub's message
 */
export async function ask<T>(
  github: GitHub,
  path: string,
  schema: z.ZodType<T>,
  request: Request = {},
): Promise<T> {
  const response = await send(github, path, request);
  const text = (await readBytes(response, answerLimit, path)).toString("utf8");
  if (!response.ok)
    throw new Failure("refused", `${asked(path, request)}: ${refusal(response.status, text)}`);
  const answer = schema.safeParse(parseJson(text));
  if (!answer.success) {
    throw new Failure(
      "refused",
      `${asked(path, request)}: GitHub's response does not match its API reference`,
    );
  }
  return answer.data;
}

/**
 * Downloads what a path of the repository redirects to, without the token: the address carries a signature.
 *
 * @throws {Failure} when there is no redirect, or more than `limit` bytes
 */
export async function download(github: GitHub, path: string, limit: number): Promise<Buffer> {
  const redirect = await send(github, path, {});
  await redirect.body?.cancel();
  const location = redirect.headers.get("location");
  if (redirect.status !== 302 || location === null) {
    throw new Failure(
      "refused",
      `${path}: expected a redirect to the download, but GitHub responded with status ${redirect.status}`,
    );
  }
  const response = await persist(github, path, true, () =>
    fetch(new URL(location, github.url), { redirect: "error", signal: AbortSignal.timeout(timeoutMs) }),
  );
  if (!response.ok)
    throw new Failure("refused", `${path}: the download responded with status ${response.status}`);
  return readBytes(response, limit, path);
}

function send(github: GitHub, path: string, { method = "GET", body }: Request): Promise<Response> {
  return persist(github, path, method !== "POST", () =>
    fetch(`${github.url}/repos/${github.repository}${path}`, {
      method,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${github.token}`,
        "user-agent": "optropic",
        "x-github-api-version": "2022-11-28",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    }),
  );
}

/** Tries until a response is final. */
async function persist(
  github: GitHub,
  path: string,
  repeatable: boolean,
  attempt: () => Promise<Response>,
): Promise<Response> {
  for (let count = 1; ; count += 1) {
    const last = count === attempts;
    let waitMs = github.pauseMs * 2 ** (count - 1);
    try {
      const response = await attempt();
      const limited =
        response.status === 429 || (response.status === 403 && response.headers.has("retry-after"));
      const passing = limited || (repeatable && response.status >= 500);
      if (!passing || last) return response;
      await response.body?.cancel();
      const asked = Number(response.headers.get("retry-after") ?? 0) * 1000;
      if (asked > 0) waitMs = Math.min(asked, longestWaitMs);
    } catch (error) {
      // Only the kind of error, since messages of fetch can quote headers.
      if (last || !repeatable)
        throw new Failure("refused", `${path}: no response from ${github.url} (${kindOf(error)})`);
    }
    await sleep(waitMs);
  }
}

async function readBytes(response: Response, limit: number, path: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > limit) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw new Failure("refused", `${path}: the response broke off (${kindOf(error)})`);
  }
  if (size > limit) throw new Failure("refused", `${path}: the response is larger than ${limit} bytes`);
  return Buffer.concat(chunks);
}

function asked(path: string, { method = "GET" }: Request): string {
  return `${method} ${path.split("?")[0]}`;
}

function refusal(status: number, text: string): string {
  const answer = parseJson(text);
  const message =
    typeof answer === "object" && answer !== null && "message" in answer ? String(answer.message) : "";
  return `GitHub responded with status ${status}${message === "" ? "" : `, ${message.slice(0, 300)}`}`;
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return error.cause instanceof Error && "code" in error.cause ? String(error.cause.code) : error.name;
}
