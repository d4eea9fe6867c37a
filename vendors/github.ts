import { randomUUID } from "node:crypto";
import { Octokit } from "@octokit/core";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import * as z from "zod";
import { parseJson } from "../lib/json.ts";
import { checkedUrl } from "./base-url.ts";
import { type Access, refused, type VendorRequest } from "./client.ts";
import { type Clock, systemClock } from "./clock.ts";
import { fetchSigned, persistently } from "./github-download.ts";
import { boundedFetch } from "./github-fetch.ts";
import { Patience, Settled } from "./github-patience.ts";
import { defaultLimits, type VendorLimits } from "./limits.ts";
import { nextLink } from "./link.ts";
import { codeOf, conceal, messageOf } from "./messages.ts";
import { VendorProblem } from "./problem.ts";

/** A job has minutes, and without a header GitHub wants at least one of them to pass. */
export const githubLimits: VendorLimits = {
  ...defaultLimits,
  // A hundred escaped comments of 64 KiB.
  bodyBytes: 32 * 1024 * 1024,
  requestMs: 30_000,
  pauseMs: 1000,
  longestWaitMs: 150_000,
  totalMs: 300_000,
};

const variable = "GITHUB_TOKEN";

/** A list that comes in pages. */
export interface GitHubList<Item> extends Pick<VendorRequest<readonly Item[]>, "path" | "right" | "schema"> {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
}

/**
 * GitHub's REST API, as https://docs.github.com/rest describes it. The token is in `GITHUB_TOKEN` and goes to the
 * host of `GITHUB_API_URL` only. Writes are paced and limits of rate are waited for as
 * https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api asks.
 */
export class GitHub {
  readonly limits: VendorLimits;
  #octokit: Octokit;
  #token: string;
  #base: URL;
  #clock: Clock;
  #signal: AbortSignal | undefined;

  /** @throws {VendorProblem} `no-credential`; {Failure} `refused`, for an address that may not have the token */
  constructor(access: Access = {}) {
    const { environment = process.env, clock = systemClock, signal, record } = access;
    this.limits = { ...githubLimits, ...access.limits };
    this.#base = checkedUrl(environment.GITHUB_API_URL || "https://api.github.com", "GITHUB_API_URL");
    this.#token = tokenOf(environment[variable]);
    this.#signal = signal;
    this.#clock = clock;
    const patience = new Patience(this.limits, clock, signal);
    const Client = Octokit.plugin(patience.plugin, retry, throttling);
    this.#octokit = new Client({
      auth: this.#token,
      baseUrl: this.#base.href.replace(/\/+$/, ""),
      userAgent: "optropic",
      log: silent,
      request: {
        fetch: boundedFetch({ base: this.#base, limits: this.limits, signal, record }),
        log: silent,
      },
      // Both plugins repeat at once: Patience has waited by then, on the clock that it was given.
      retry: { retries: this.limits.attempts, retryAfterBaseValue: 0, doNotRetry },
      throttle: {
        // Writes of one client are paced, not those of every client of a process.
        id: randomUUID(),
        retryAfterBaseValue: 0,
        onRateLimit: (_, options) => patience.wait(options),
        onSecondaryRateLimit: (_, options) => patience.wait(options),
      },
    });
  }

  /**
   * Asks for one thing. A write that creates is sent again after a limit of rate only, because an error of the
   * server may hide that it was done.
   *
   * @throws {VendorProblem} when there is no answer of the documented form
   */
  async ask<Answer>(request: VendorRequest<Answer>): Promise<Answer> {
    const { data } = await this.#send(request);
    return this.#read(request, data);
  }

  /**
   * All items of a list, a hundred on a page, as long as an answer links to a next page. Some lists count their
   * pages and others name a cursor, so that the link alone says what to ask for; its address is not followed.
   *
   * @throws {VendorProblem} `too-large` after the most pages, `not-understood` where they go in a circle
   */
  async list<Item>(list: GitHubList<Item>): Promise<Item[]> {
    const items: Item[] = [];
    const seen = new Set<string>();
    let next: Readonly<Record<string, string>> = {};
    for (let page = 1; page <= this.limits.pages; page += 1) {
      const request = { ...list, query: { ...list.query, per_page: 100, ...next } };
      const { data, headers } = await this.#send(request);
      items.push(...this.#read(request, data));
      const link = nextLink(headers.link ?? null);
      if (link === undefined) return items;
      next = Object.fromEntries(URL.parse(link.address, this.#base.href)?.searchParams ?? []);
      const place = JSON.stringify(next);
      if (seen.has(place)) {
        throw new VendorProblem("not-understood", `GitHub, GET ${list.path}: the pages go in a circle`);
      }
      seen.add(place);
    }
    const most = `${this.limits.pages} pages of 100`;
    throw new VendorProblem("too-large", `GitHub, GET ${list.path}: there are more than ${most}`);
  }

  /**
   * Downloads what GitHub keeps elsewhere, without the token: the address that it redirects to carries a signature,
   * which is good for a minute, so each attempt asks for a new one.
   *
   * @throws {VendorProblem} `not-found` where it is kept no longer; when there is no redirect, or more than `mostBytes`
   */
  async download(path: string, right: string, mostBytes: number): Promise<Buffer> {
    const asked = `GitHub, GET ${path}`;
    const { limits } = this;
    const [clock, signal] = [this.#clock, this.#signal];
    return await persistently(limits, clock, signal, async () => {
      const location = await this.#redirectOf(path, right, asked);
      return await fetchSigned(location, { asked, limits, clock, signal, mostBytes });
    });
  }

  async #redirectOf(path: string, right: string, asked: string): Promise<URL> {
    const { status, headers } = await this.#send({ path, right, schema: z.unknown() }, "manual");
    const location = URL.parse(headers.location ?? "", this.#base.href);
    if (status >= 300 && location !== null && ["https:", this.#base.protocol].includes(location.protocol)) {
      return location;
    }
    throw new VendorProblem("not-understood", `${asked}: no redirect to the download`, status);
  }

  #read<Answer>({ method = "GET", path, schema }: VendorRequest<Answer>, data: unknown): Answer {
    const answer = schema.safeParse(typeof data === "string" ? parseJson(data) : data);
    if (answer.success) return answer.data;
    const where = answer.error.issues[0]?.path.map(String).join(".") || "its body";
    throw new VendorProblem(
      "not-understood",
      `GitHub, ${method} ${path}: the answer does not have the documented form at ${conceal(where, this.#token)}`,
    );
  }

  async #send(
    request: VendorRequest<unknown>,
    redirect: "follow" | "manual" = "follow",
  ): Promise<{ status: number; headers: Readonly<Record<string, unknown>> & Links; data: unknown }> {
    const { method = "GET", path, query = {}, headers = {}, body, repeatable = method !== "POST" } = request;
    const asked = `GitHub, ${method} ${path}`;
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) search.set(name, String(value));
    }
    try {
      return await this.#octokit.request<unknown>({
        method,
        url: search.size === 0 ? path : `${path}?${search}`,
        headers: { accept: "application/vnd.github+json", "x-github-api-version": "2022-11-28", ...headers },
        ...(body === undefined ? {} : { data: body }),
        request: { redirect, repeatable, asked },
      });
    } catch (error) {
      this.#signal?.throwIfAborted();
      if (!(error instanceof Settled)) {
        throw new VendorProblem("unreachable", `${asked}: no answer (${codeOf(error)})`);
      }
      if (error.problem !== undefined) throw error.problem;
      const said = conceal(messageOf(JSON.stringify(error.answer.data ?? null)), this.#token);
      throw refused(request, error.answer, said, asked);
    }
  }
}

interface Links {
  readonly link?: string | undefined;
  readonly location?: string | undefined;
}

/** What no repetition changes; `Patience` decides of all others. */
const doNotRetry = [400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 429, 451];

/** A library's own words could quote what it sent. */
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function tokenOf(given: string | undefined): string {
  const value = given?.trim() ?? "";
  if (value === "") throw new VendorProblem("no-credential", `GitHub: ${variable} is not set`);
  if (/^[\x21-\x7e]{1,4096}$/.test(value)) return value;
  throw new VendorProblem("no-credential", `GitHub: ${variable} does not hold a token`);
}
