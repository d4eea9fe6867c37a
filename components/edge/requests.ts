import type { EdgeArgs } from "./args.ts";
import { and, contains, type Expression, equals, or, startsWith } from "./expressions.ts";

/** Requests to the API: to its own hosts, and to `/api/` on every host, where a framework serves functions. */
export function apiRequests(args: Pick<EdgeArgs, "domains" | "further">): Expression {
  const [, ...more] = apiHosts(args);
  return or(
    equals("http.host", args.domains.api),
    ...more.map((host) => equals("http.host", host)),
    startsWith("http.request.uri.path", "/api/"),
  );
}

/** Hosts that serve data and no pages, the API's first. */
export function apiHosts({ domains, further = [] }: Pick<EdgeArgs, "domains" | "further">): string[] {
  return [domains.api, ...further.filter(({ isApi }) => isApi).map(({ host }) => host)];
}

/**
 * Requests to the login path on any host: in any spelling, to paths below it, and in a batch. tRPC joins
 * several procedures in one path with commas (`/api/trpc/session,login`). A batch counts as one request.
 */
export function loginRequests(loginPath: string): Expression {
  const login = normalizedPath(loginPath);
  const path = "lower(http.request.uri.path)";
  const parent = login.slice(0, login.lastIndexOf("/") + 1);
  const procedure = login.slice(parent.length);
  if (procedure === "") return equals(path, login);
  return or(
    equals(path, login),
    startsWith(path, `${login}/`),
    startsWith(path, `${login},`),
    startsWith(path, `${login}%2c`),
    and(startsWith(path, parent), or(contains(path, `,${procedure}`), contains(path, `%2c${procedure}`))),
  );
}

/** The path as a browser sends it and the edge normalizes it, in lowercase, without a trailing slash. */
function normalizedPath(path: string): string {
  const { pathname } = new URL(`https://edge.invalid${path}`);
  return pathname
    .replace(/\/+/g, "/")
    .replace(/(.)\/$/, "$1")
    .toLowerCase();
}
