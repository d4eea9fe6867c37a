import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A project as the Management API keeps it. */
export interface FakeProject {
  /** Statuses that reads of the project get, one after the other; the last one stays. */
  status: string[];
  plan: "free" | "pro";
  compute: string;
  pitr: string | undefined;
  pooler: { mode: string; size: number | null };
}

/** What happens to the next request of a method in place of its answer; `effect` does what it asks. */
export interface Fault {
  method: string;
  act(response: ServerResponse, effect: () => void): void;
}

/** A Management API on a loopback address that behaves as its reference documents. */
export interface FakeApi {
  readonly url: string;
  readonly token: string;
  readonly projects: Map<string, FakeProject>;
  /** Each takes the next request of its method, in order. */
  readonly faults: Fault[];
  /** Method and path of each request. */
  readonly requests: string[];
  /** Add-ons and poolers as they were changed, in order: what costs money or drops connections. */
  readonly changes: string[];
  /** Methods that the token may not use. */
  readonly forbidden: string[];
  close(): Promise<void>;
}

export const projectRef = "abcdefghijklmnopqrst";

/** A project on plan Pro and compute size small, without PITR. */
export function healthyProject(): FakeProject {
  return {
    status: ["ACTIVE_HEALTHY"],
    plan: "pro",
    compute: "ci_small",
    pitr: undefined,
    pooler: { mode: "transaction", size: null },
  };
}

/** Starts the API; `token` is the only one it knows. */
export async function startManagementApi(token: string): Promise<FakeApi> {
  const server = createServer((request, response) => {
    collect(request).then((body) => serve(api, request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const api: FakeApi = {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    token,
    projects: new Map([[projectRef, healthyProject()]]),
    faults: [],
    requests: [],
    changes: [],
    forbidden: [],
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return api;
}

/** Brings the API back to one healthy project. */
export function reset(api: FakeApi): void {
  api.projects.clear();
  api.projects.set(projectRef, healthyProject());
  for (const list of [api.faults, api.requests, api.changes, api.forbidden]) {
    list.length = 0;
  }
}

/** Answers with this status and no regard for the request. */
export function answers(
  method: string,
  status: number,
  headers: Record<string, string> = {},
  body = '{"message":"no"}',
): Fault {
  return { method, act: (response) => response.writeHead(status, headers).end(body) };
}

/** Never answers. */
export function hangs(method: string): Fault {
  return { method, act: () => undefined };
}

/** Has its effect, and cuts the connection before the answer ends. */
export function cutsOff(method: string): Fault {
  return {
    method,
    act: (response, effect) => {
      effect();
      response.writeHead(200, { "content-length": "1000" });
      response.write('{"selected_addons":[', () => response.destroy());
    },
  };
}

/** Has its effect, and answers 500. */
export function failsAfterEffect(method: string): Fault {
  return {
    method,
    act: (response, effect) => {
      effect();
      response.writeHead(500).end('{"message":"internal"}');
    },
  };
}

function serve(api: FakeApi, request: IncomingMessage, response: ServerResponse, body: string): void {
  const method = request.method ?? "";
  const path = request.url ?? "";
  api.requests.push(`${method} ${path}`);
  const reply = () => route(api, method, path, request.headers.authorization ?? "", body);
  const index = api.faults.findIndex((fault) => fault.method === method);
  const [fault] = index === -1 ? [] : api.faults.splice(index, 1);
  if (fault !== undefined) {
    fault.act(response, reply);
    return;
  }
  const { status, content } = reply();
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(content));
}

interface Reply {
  status: number;
  content: unknown;
}

function route(api: FakeApi, method: string, path: string, authorization: string, body: string): Reply {
  if (authorization !== `Bearer ${api.token}`) {
    // An API that quotes what it was sent.
    return refuse(401, `Unauthorized: ${authorization}`);
  }
  if (api.forbidden.includes(method)) {
    return refuse(403, `Forbidden resource for ${authorization}`);
  }
  const [, ref, rest] = /^\/v1\/projects\/([a-z]{20})(\/.*)?$/.exec(path) ?? [];
  const project = api.projects.get(ref ?? "");
  if (project === undefined) {
    return refuse(404, "Project not found");
  }
  const call = `${method} ${rest ?? ""}`;
  if (call === "GET ") {
    const status = project.status.length > 1 ? project.status.shift() : project.status[0];
    return { status: 200, content: { id: ref, ref, name: "example", status } };
  }
  if (call === "GET /billing/addons") {
    return { status: 200, content: addOnsOf(project) };
  }
  if (call === "PATCH /billing/addons") {
    return applyAddOn(api, project, JSON.parse(body));
  }
  if (method === "DELETE" && rest?.startsWith("/billing/addons/")) {
    return removeAddOn(api, project, rest.slice("/billing/addons/".length));
  }
  if (call === "GET /config/database/pooler") {
    return { status: 200, content: [replica, poolerOf(project)] };
  }
  if (call === "PATCH /config/database/pooler") {
    return applyPooler(api, project, JSON.parse(body));
  }
  return refuse(404, `Cannot ${method} ${path}`);
}

function addOnsOf(project: FakeProject) {
  const addOn = (type: string, id: string) => ({
    type,
    variant: { id, name: id, price: { description: "", type: "usage", interval: "hourly", amount: 1 } },
  });
  return {
    selected_addons: [
      ...(project.compute === "" ? [] : [addOn("compute_instance", project.compute)]),
      ...(project.pitr === undefined ? [] : [addOn("pitr", project.pitr)]),
    ],
    available_addons: [
      { type: "compute_instance", name: "Compute", variants: [] },
      ...(project.plan === "free" ? [] : [{ type: "pitr", name: "PITR", variants: [] }]),
    ],
  };
}

function applyAddOn(api: FakeApi, project: FakeProject, body: { addon_type: string; addon_variant: string }) {
  if (body.addon_type !== "pitr" || !/^pitr_(7|14|28)$/.test(body.addon_variant)) {
    return refuse(400, "addon_variant: Invalid input");
  }
  if (project.plan === "free") {
    return refuse(402, "Organization needs to be on a paid plan");
  }
  if (project.compute === "" || project.compute === "ci_micro") {
    return refuse(400, "PITR needs at least a small compute instance");
  }
  if (project.pitr !== body.addon_variant) {
    project.pitr = body.addon_variant;
    api.changes.push(`bought ${body.addon_variant}`);
  }
  return { status: 200, content: {} };
}

function removeAddOn(api: FakeApi, project: FakeProject, variant: string): Reply {
  if (project.pitr !== variant) {
    return refuse(400, "Addon is not selected");
  }
  project.pitr = undefined;
  api.changes.push(`cancelled ${variant}`);
  return { status: 200, content: {} };
}

const replica = { database_type: "READ_REPLICA", pool_mode: "session", default_pool_size: 1 };

function poolerOf(project: FakeProject) {
  return {
    identifier: projectRef,
    database_type: "PRIMARY",
    connection_string: `postgresql://postgres.${projectRef}:[YOUR-PASSWORD]@pooler.example:6543/postgres`,
    default_pool_size: project.pooler.size,
    max_client_conn: null,
    pool_mode: project.pooler.mode,
  };
}

function applyPooler(
  api: FakeApi,
  project: FakeProject,
  body: { pool_mode?: string; default_pool_size?: number | null },
): Reply {
  if (typeof body.default_pool_size === "number" && body.default_pool_size > 200) {
    return refuse(400, "default_pool_size is too large for this compute size");
  }
  project.pooler = {
    mode: body.pool_mode ?? project.pooler.mode,
    size: body.default_pool_size === undefined ? project.pooler.size : body.default_pool_size,
  };
  api.changes.push(`pooler ${project.pooler.mode} ${project.pooler.size}`);
  return {
    status: 200,
    content: { pool_mode: project.pooler.mode, default_pool_size: project.pooler.size },
  };
}

function refuse(status: number, message: string): Reply {
  return { status, content: { message } };
}

async function collect(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks).toString("utf8");
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") {
    throw new Error("The server has no port.");
  }
  return address.port;
}
