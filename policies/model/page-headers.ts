import { postponed, type Resource, type Stack, type Verdict } from "../framework/index.ts";
import { representativePaths } from "../values/representative-paths.ts";
import type { SampleRequest } from "../values/sample-request.ts";
import {
  type Header,
  headersOf,
  mayRemove,
  namesInRules,
  pageRequest,
  statusesInRules,
} from "./response-headers.ts";
import { notProxied, type Site } from "./sites.ts";

/** A response to a request by which a header is judged. */
interface Response {
  readonly path: string;
  readonly contentType?: string;
}

/** Pages by which headers are judged, beside those that the rules name: a rule must act on every page. */
const pages: readonly Response[] = [{ path: "/" }, { path: "/account/settings" }];

/** Responses that are no pages. */
export const otherResponses: readonly Response[] = [
  { path: "/api/orders/17", contentType: "application/json" },
  { path: "/assets/main.js", contentType: "text/javascript" },
];

/** What a header may be on a page. */
export interface PageHeader {
  readonly request: SampleRequest;
  readonly path: string;
  readonly headers: readonly Header[];
}

/**
 * What a header may be on each page of a site, as far as rules tell the pages apart.
 *
 * @param name in lower case.
 */
export function headersByPage(
  stack: Stack,
  site: Site,
  name: string,
  others: readonly Response[] = [],
): PageHeader[] {
  const named = representativePaths(namesInRules(stack, site, name), ["/"])
    // What is asked of every response is asked of files too.
    .filter((path) => others.length > 0 || !isFile.test(path))
    .map((path): Response => ({ path }));
  const statuses = [...new Set([404, 500, ...statusesInRules(stack, site, name)])];
  const asked = [...pages, ...others, ...named].map(({ path, contentType }) =>
    pageRequest(site, path, contentType),
  );
  // Where no rule asks for the status, errors are answered alike on every page.
  const answered = asked
    .slice(0, statuses.length > 2 ? asked.length : 1)
    .flatMap((request) => statuses.map((responseCode) => ({ ...request, responseCode })));
  const drawn = otherDocuments.map(({ path, contentType }) => pageRequest(site, path, contentType));
  const needed = isRemembered(name) ? asked : [...asked, ...answered];
  const beside = isRemembered(name) ? [...answered, ...drawn] : drawn;
  return [
    ...needed.map((request) => ({
      request,
      path: request.path,
      headers: headersOf(stack, site, name, request),
    })),
    ...beside.map((request) => onOther(stack, site, name, request)),
  ];
}

/** Whether browsers keep what one response says for all that follow. */
const isRemembered = (name: string): boolean => name === "strict-transport-security";

/** Documents in which browsers run scripts as in a page. */
const otherDocuments: readonly Required<Response>[] = [
  { path: "/uploads/drawing", contentType: "image/svg+xml" },
  { path: "/uploads/page", contentType: "application/xhtml+xml" },
];

/** It need not have the header, but nothing may take it away or weaken it there. */
function onOther(stack: Stack, site: Site, name: string, request: SampleRequest): PageHeader {
  const headers = headersOf(stack, site, name, request);
  const isTaken = mayRemove(stack, site, name, request);
  return {
    request,
    path: request.path,
    headers: isTaken ? headers : headers.filter((header) => header !== undefined),
  };
}

/** Files that are no pages, by their folder or ending. */
const isFile =
  /^\/(?:static|assets|public|images|fonts|_next\/static|_nuxt|_astro|_app)\/?|\.(?:js|css|png|svg|ico|woff2?)$/;

/**
 * Judges a header of a site on each page.
 *
 * @param name as it is written in messages.
 * @param faultOf what is wrong with a value, as the predicate of a sentence; undefined when nothing is.
 */
export function judgeHeader(
  stack: Stack,
  site: Site,
  name: string,
  faultOf: (value: string) => string | undefined,
  others: readonly Response[] = [],
): Verdict {
  let isLeft = false;
  const sender = senderOf(stack, site);
  for (const { request, path, headers } of headersByPage(stack, site, name.toLowerCase(), others)) {
    const { responseCode = 200 } = request;
    const where = responseCode === 200 ? "" : ` where the status is ${responseCode}`;
    const some = headers.length === 1 ? where : `${where} on some responses`;
    for (const header of headers) {
      if (header === undefined && sender !== undefined) {
        isLeft = true;
        continue;
      }
      if (header === undefined) {
        return `${site.host}${path} sends no ${name}${some}${notProxied(site)}.`;
      }
      const fault =
        header.value === undefined
          ? "is computed on each response, so its value is unknown"
          : faultOf(header.value);
      if (fault !== undefined) {
        return `The ${name} of ${site.host}${path} ${fault}${some}.`;
      }
    }
  }
  return isLeft && sender !== undefined ? byProbe(sender, site, name) : true;
}

/** What sends the headers that no rule declares, where a setting says that the application does. */
export function senderOf(stack: Stack, { application }: Site): Resource | undefined {
  return stack.declared.headers === "application" ? application : undefined;
}

/** The application's own headers are measured where it runs. */
export function byProbe(sender: Resource, { host }: Site, name: string): never {
  return postponed(
    sender.outputs,
    `the setting headers says that the application at ${host} sends ${name}: a probe has to measure it`,
  );
}
