import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

export interface FakeComment {
  id: number;
  login: string;
  body: string;
}

export interface FakePullRequest {
  number: number;
  sha: string;
  /** Branch with its owner, `owner:branch`, and the repository that it is in. */
  head: string;
  repository: string;
}

export interface FakeArtifact {
  id: number;
  name: string;
  bytes: Buffer;
  /** Size that the list claims. */
  claimed?: number;
}

/** GitHub's REST API on loopback, as far as the results of a pull request need it. */
export interface FakeGitHub extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly repository: string;
  readonly pullRequests: FakePullRequest[];
  /** Comments of each pull request. */
  readonly comments: Map<number, FakeComment[]>;
  readonly artifacts: FakeArtifact[];
  /** Bodies of the SARIF uploads. */
  readonly uploads: Record<string, string>[];
  /** Method and path of each request, in order. */
  readonly requests: string[];
  /** Requests that reached the artifact store with a token of GitHub's. */
  readonly leaks: string[];
  /** Statuses that the next requests whose method and path match get instead. */
  readonly faults: { match: RegExp; status: number; message?: string }[];
}

export const run = 4711;

export async function startGitHub(): Promise<FakeGitHub> {
  const store = createServer();
  const api = createServer();
  const [storeUrl, url] = [await listen(store), await listen(api)];
  const github: FakeGitHub = {
    url,
    token: "ghs_canary_0123456789abcdef",
    repository: "optropic/platform",
    pullRequests: [],
    comments: new Map(),
    artifacts: [],
    uploads: [],
    requests: [],
    leaks: [],
    faults: [],
    [Symbol.asyncDispose]: async () => {
      await Promise.all([store, api].map(close));
    },
  };
  store.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (request.headers.authorization !== undefined) github.leaks.push(request.headers.authorization);
    const id = Number(request.url?.slice(1));
    response.end(github.artifacts.find((artifact) => artifact.id === id)?.bytes);
  });
  api.on("request", (request: IncomingMessage, response: ServerResponse) => {
    text(request).then((body) => {
      const { status, answer, location } = answerTo(github, storeUrl, request, body);
      response.writeHead(status, location === undefined ? {} : { location });
      response.end(answer === undefined ? "" : JSON.stringify(answer));
    });
  });
  return github;
}

interface Answer {
  status: number;
  answer?: unknown;
  location?: string;
}

function answerTo(github: FakeGitHub, storeUrl: string, request: IncomingMessage, body: string): Answer {
  const { pathname, searchParams } = new URL(request.url ?? "", github.url);
  const asked = `${request.method} ${pathname}`;
  github.requests.push(asked);
  if (request.headers.authorization !== `Bearer ${github.token}`) return refused(401, "Bad credentials");
  const fault = github.faults.findIndex(({ match }) => match.test(asked));
  const [found] = fault === -1 ? [] : github.faults.splice(fault, 1);
  if (found !== undefined) return refused(found.status, found.message ?? "Fault");
  const prefix = `/repos/${github.repository}`;
  if (!pathname.startsWith(`${prefix}/`)) return refused(404, "Not Found");
  const path = `${request.method} ${pathname.slice(prefix.length)}`;
  if (path === "GET /pulls") {
    const open = github.pullRequests.filter(({ head }) => head === searchParams.get("head"));
    return { status: 200, answer: open.map(asPullRequest) };
  }
  if (path === `GET /actions/runs/${run}/artifacts`) {
    const artifacts = github.artifacts.filter(({ name }) => name === searchParams.get("name"));
    return { status: 200, answer: { total_count: artifacts.length, artifacts: artifacts.map(asArtifact) } };
  }
  const zip = /^GET \/actions\/artifacts\/(\d+)\/zip$/.exec(path);
  if (zip !== null) return { status: 302, location: `${storeUrl}/${zip[1]}` };
  if (path === "POST /code-scanning/sarifs") {
    github.uploads.push(JSON.parse(body));
    return { status: 202, answer: { id: "47177e22-5596-11eb-80a1-c1e54ef945c6" } };
  }
  return answerComment(github, path, searchParams, body) ?? refused(404, "Not Found");
}

function answerComment(
  github: FakeGitHub,
  path: string,
  query: URLSearchParams,
  body: string,
): Answer | undefined {
  const list = /^(GET|POST) \/issues\/(\d+)\/comments$/.exec(path);
  if (list !== null) {
    const number = Number(list[2]);
    const comments = github.comments.get(number) ?? [];
    if (list[1] === "GET") {
      const size = Number(query.get("per_page"));
      const first = (Number(query.get("page")) - 1) * size;
      return { status: 200, answer: comments.slice(first, first + size).map(asComment) };
    }
    const created = { id: 9000 + comments.length, login: "github-actions[bot]", body: JSON.parse(body).body };
    github.comments.set(number, [...comments, created]);
    return { status: 201, answer: asComment(created) };
  }
  const change = /^PATCH \/issues\/comments\/(\d+)$/.exec(path);
  const changed = [...github.comments.values()].flat().find(({ id }) => id === Number(change?.[1]));
  if (changed === undefined) return undefined;
  changed.body = JSON.parse(body).body;
  return { status: 200, answer: asComment(changed) };
}

function asPullRequest({ number, sha, head, repository }: FakePullRequest) {
  return { number, head: { sha, ref: head.split(":")[1], repo: { full_name: repository } } };
}

function asArtifact({ id, name, bytes, claimed }: FakeArtifact) {
  return { id, name, size_in_bytes: claimed ?? bytes.length, expired: false };
}

function asComment({ id, login, body }: FakeComment) {
  return { id, user: { login, type: "Bot" }, body };
}

function refused(status: number, message: string): Answer {
  return { status, answer: { message, documentation_url: "https://docs.github.com/rest" } };
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
    });
  });
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
