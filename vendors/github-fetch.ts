import type { VendorOptions } from "./client.ts";
import { exchange as send } from "./exchange.ts";
import type { VendorLimits } from "./limits.ts";
import { codeOf } from "./messages.ts";
import { VendorProblem } from "./problem.ts";

/** Redirects of one request: a repository that was renamed, and renamed again. */
const mostRedirects = 3;

/**
 * The `fetch` of the client of GitHub: bounded in time and bytes, and only ever to the API's own host. A
 * redirect there is followed with the same method and body, as GitHub asks for renamed repositories; the
 * standard one would turn a POST into a GET.
 */
export function boundedFetch({
  base,
  limits,
  signal,
  record,
}: Pick<VendorOptions, "signal" | "record"> & { base: URL; limits: VendorLimits }) {
  return async (address: string, init: RequestInit): Promise<Response> => {
    let url = new URL(address);
    const asked = `GitHub, ${init.method ?? "GET"} ${url.pathname}`;
    for (let redirects = 0; ; redirects += 1) {
      if (url.origin !== base.origin)
        throw new VendorProblem("unreachable", `${asked}: leads to another host`);
      const response = await exchange(url, init, asked);
      const location = URL.parse(response.headers.get("location") ?? "", url.href);
      if (![301, 302, 307, 308].includes(response.status) || location === null) return response;
      const elsewhere = location.origin !== base.origin;
      // GitHub Enterprise Server may keep files on the API's own host, outside of the API.
      const inApi = !elsewhere && location.pathname.startsWith(base.pathname);
      if (init.redirect === "manual" && !inApi) return response;
      if (elsewhere || redirects === mostRedirects) {
        const what = elsewhere ? "a redirect to another host" : `more than ${mostRedirects} redirects`;
        throw new VendorProblem("unreachable", `${asked}: ${what}, which is not followed`, response.status);
      }
      url = location;
    }
  };

  async function exchange(url: URL, init: RequestInit, asked: string): Promise<Response> {
    const time = AbortSignal.timeout(limits.requestMs);
    try {
      const { status, headers, raw } = await send(
        url,
        {
          method: init.method ?? "GET",
          headers: Object.fromEntries(new Headers(init.headers)),
          body: typeof init.body === "string" ? init.body : undefined,
          signal: signal === undefined ? time : AbortSignal.any([signal, time]),
          bodyBytes: limits.bodyBytes,
        },
        asked,
      );
      record?.(raw);
      return new Response(raw.length === 0 ? null : new Uint8Array(raw), { status, headers });
    } catch (error) {
      if (error instanceof VendorProblem) throw error;
      signal?.throwIfAborted();
      if (time.aborted) {
        throw new VendorProblem("timed-out", `${asked}: no complete answer in ${limits.requestMs / 1000} s`);
      }
      throw new VendorProblem("unreachable", `${asked}: no answer (${codeOf(error)})`);
    }
  }
}
