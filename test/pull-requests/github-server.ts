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
  repository: string | null;
  repositoryId?: number;
  /** Branch that it would be merged into; `main` unless it says so. */
  base?: string;
  /** `open` unless it says so. */
  state?: string;
  draft?: boolean;
  locked?: boolean;
  closed_at?: string;
}

export interface FakeArtifact {
  id: number;
  /** The run that kept it; the event's unless it says so. */
  run?: number;
  digest?: string;
  name: string;
  bytes: Buffer;
  /** Size that the list claims. */
  claimed?: number;
  /** GitHub lists what it no longer keeps, and answers a download with 410. */
  expired?: boolean;
}

/** A run that GitHub lists; what is left out is as in the event. */
export interface FakeRun {
  id: number;
  run_number: number;
  head_sha: string;
  run_attempt?: number;
  status?: string;
  conclusion?: string | null;
  path?: string;
  event?: string;
  head_branch?: string | null;
  head_repository?: { id?: number; full_name: string; owner: { login: string } } | null;
  created_at?: string;
  /** Conclusions of its earlier attempts, the first one first. */
  attempts?: string[];
}

/** What the next request whose method and path match gets instead. */
export interface FakeFault {
  match: RegExp;
  status: number;
  message?: string;
  headers?: Record<string, string>;
  /** The request is done all the same: only its answer is lost. */
  done?: boolean;
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
  readonly faults: FakeFault[];
  /** Runs of workflows that can be listed and asked for. */
  readonly runs: FakeRun[];
  /** The commits of each branch. */
  readonly branches: Map<string, string[]>;
  /** What GitHub keeps of a comment that is written; the same unless it says so. */
  keeps?: (body: string) => string;
  /** What happens after each write of a comment, before the next request. */
  afterWrite?: (comment: FakeComment) => void;
  /** The repository's former name, which GitHub redirects from. */
  formerly?: string;
}

export const run = 4711;
/** The newest commit of `main`. */
export const baseCommit = "ba5e".repeat(10);

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
    runs: [],
    branches: new Map([["main", [baseCommit]]]),
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
      const { status, answer, headers = {} } = answerTo(github, storeUrl, request, body);
      response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
      response.end(answer === undefined ? "" : JSON.stringify(answer));
    });
  });
  return github;
}

interface Answer {
  status: number;
  answer?: unknown;
  headers?: Record<string, string>;
}

function answerTo(github: FakeGitHub, storeUrl: string, request: IncomingMessage, body: string): Answer {
  const { pathname } = new URL(request.url ?? "", github.url);
  const asked = `${request.method} ${pathname}`;
  github.requests.push(asked);
  if (request.headers.authorization !== `token ${github.token}`) return refused(401, "Bad credentials");
  const fault = github.faults.findIndex(({ match }) => match.test(asked));
  const [found] = fault === -1 ? [] : github.faults.splice(fault, 1);
  if (found !== undefined) {
    if (found.done) answerRight(github, storeUrl, request, body);
    return { ...refused(found.status, found.message ?? "Fault"), headers: found.headers ?? {} };
  }
  if (github.formerly !== undefined && pathname.startsWith(`/repos/${github.formerly}/`)) {
    const rest = (request.url ?? "").slice(`/repos/${github.formerly}`.length);
    return {
      ...refused(301, "Moved Permanently"),
      headers: { location: `${github.url}/repositories/7${rest}` },
    };
  }
  return answerRight(github, storeUrl, request, body);
}

function answerRight(github: FakeGitHub, storeUrl: string, request: IncomingMessage, body: string): Answer {
  const url = new URL(request.url ?? "", github.url);
  const { searchParams } = url;
  const prefix = `/repos/${github.repository}`;
  const pathname = url.pathname.replace(/^\/repositories\/7(?=\/)/, prefix);
  if (!pathname.startsWith(`${prefix}/`)) return refused(404, "Not Found");
  const path = `${request.method} ${pathname.slice(prefix.length)}`;
  if (path === "GET /pulls") {
    const [head, state] = [searchParams.get("head"), searchParams.get("state")];
    const found = github.pullRequests.filter(
      (pull) =>
        (head === null || pull.head === head) && (state === "all" || (pull.state ?? "open") === state),
    );
    return { status: 200, answer: found.map(asPullRequest) };
  }
  const one = /^GET \/pulls\/(\d+)$/.exec(path);
  const pull = github.pullRequests.find(({ number }) => number === Number(one?.[1]));
  if (pull !== undefined) return { status: 200, answer: asPullRequest(pull) };
  const ofRun = /^GET \/actions\/runs\/(\d+)\/artifacts$/.exec(path);
  if (ofRun !== null) {
    const artifacts = github.artifacts.filter(({ run: kept = run }) => kept === Number(ofRun[1]));
    return { status: 200, answer: { total_count: artifacts.length, artifacts: artifacts.map(asArtifact) } };
  }
  return (
    answerRun(github, path, searchParams) ??
    answerCompare(github, path) ??
    answerFile(github, storeUrl, path) ??
    answerUpload(github, path, body) ??
    answerComment(github, path, searchParams, body) ??
    refused(404, "Not Found")
  );
}

function answerRun(github: FakeGitHub, path: string, query: URLSearchParams): Answer | undefined {
  if (path === "GET /actions/workflows/pull-request.yml/runs") {
    const runs = github.runs
      .map(asRun)
      .filter(
        ({ head_sha, event, path: file }) =>
          head_sha === query.get("head_sha") &&
          event === query.get("event") &&
          file.includes("/pull-request.yml"),
      )
      .toSorted((one, other) => other.run_number - one.run_number);
    const page = runs.slice(0, Number(query.get("per_page")));
    return { status: 200, answer: { total_count: runs.length, workflow_runs: page } };
  }
  const asks = /^GET \/actions\/runs\/(\d+)(?:\/attempts\/(\d+))?$/.exec(path);
  const found = github.runs.find(({ id }) => id === Number(asks?.[1]));
  if (found === undefined) return undefined;
  const attempt = Number(asks?.[2] ?? found.run_attempt ?? 1);
  const earlier = attempt < (found.run_attempt ?? 1);
  const conclusion = earlier ? (found.attempts?.[attempt - 1] ?? "success") : found.conclusion;
  return { status: 200, answer: { ...asRun(found), run_attempt: attempt, ...(earlier && { conclusion }) } };
}

/** As many commits are ahead as the branch lacks; a commit that is nowhere is not found. */
function answerCompare(github: FakeGitHub, path: string): Answer | undefined {
  const [, branch = "", commit = ""] = /^GET \/compare\/(.+)\.\.\.([0-9a-f]{40})$/.exec(path) ?? [];
  const commits = github.branches.get(decodeURIComponent(branch));
  const isKnown = [...github.branches.values()].some((each) => each.includes(commit));
  if (commits === undefined || !isKnown) return undefined;
  const has = commits.includes(commit);
  const status = commits[0] === commit ? "identical" : has ? "behind" : "diverged";
  return { status: 200, answer: { status, ahead_by: has ? 0 : 1, behind_by: 0, commits: [], files: [] } };
}

function answerFile(github: FakeGitHub, storeUrl: string, path: string): Answer | undefined {
  const zip = /^GET \/actions\/artifacts\/(\d+)\/zip$/.exec(path);
  if (zip !== null) {
    const isGone = github.artifacts.some(({ id, expired }) => id === Number(zip[1]) && expired);
    if (isGone) return refused(410, "Artifact has expired");
    return { status: 302, headers: { location: `${storeUrl}/${zip[1]}` } };
  }
  return undefined;
}

function answerUpload(github: FakeGitHub, path: string, body: string): Answer | undefined {
  if (path !== "POST /code-scanning/sarifs") return undefined;
  github.uploads.push(JSON.parse(body));
  return { status: 202, answer: { id: "47177e22-5596-11eb-80a1-c1e54ef945c6" } };
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
      const at = Number(query.get("page") ?? 1);
      const first = (at - 1) * size;
      const page = comments.slice(first, first + size);
      const isLast = first + size >= comments.length;
      const next = `<${github.url}/repositories/7/issues/${number}/comments?page=${at + 1}>; rel="next"`;
      return { status: 200, answer: page.map(asComment), headers: isLast ? {} : { link: next } };
    }
    const created = { id: 9000 + comments.length, login: "github-actions[bot]", body: "" };
    github.comments.set(number, [...comments, created]);
    return { status: 201, answer: write(github, created, body) };
  }
  const gone = /^DELETE \/issues\/comments\/(\d+)$/.exec(path);
  if (gone !== null) {
    for (const [number, comments] of github.comments) {
      github.comments.set(
        number,
        comments.filter(({ id }) => id !== Number(gone[1])),
      );
    }
    return { status: 204 };
  }
  const change = /^PATCH \/issues\/comments\/(\d+)$/.exec(path);
  const changed = [...github.comments.values()].flat().find(({ id }) => id === Number(change?.[1]));
  if (changed === undefined) return undefined;
  return { status: 200, answer: write(github, changed, body) };
}

function write(github: FakeGitHub, comment: FakeComment, body: string) {
  const given: string = JSON.parse(body).body;
  comment.body = github.keeps?.(given) ?? given;
  const answer = asComment(comment);
  github.afterWrite?.(comment);
  return answer;
}

function asRun({ attempts: _, ...changes }: FakeRun) {
  return {
    ...{ run_attempt: 1, status: "completed", conclusion: "success", event: "pull_request" },
    path: ".github/workflows/pull-request.yml",
    created_at: "2026-11-02T12:00:00Z",
    head_branch: "patch-1",
    head_repository: { full_name: "stranger/platform", owner: { login: "stranger" } },
    ...changes,
  };
}

function asPullRequest({ number, sha, head, repository, ...pull }: FakePullRequest) {
  const {
    base = "main",
    state = "open",
    draft = false,
    locked = false,
    closed_at = null,
    repositoryId: id,
  } = pull;
  const [login = "", ref = ""] = head.split(":");
  const repo = repository === null ? null : { full_name: repository, ...(id !== undefined && { id }) };
  return {
    ...{ number, state, draft, locked, closed_at, created_at: "2026-11-02T11:00:00Z" },
    head: { sha, ref, user: { login }, repo },
    base: { ref: base },
  };
}

function asArtifact({ id, name, bytes, claimed, digest, expired = false }: FakeArtifact) {
  return {
    id,
    name,
    size_in_bytes: claimed ?? bytes.length,
    expired,
    ...(digest !== undefined && { digest }),
  };
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
