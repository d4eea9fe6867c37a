import type * as pulumi from "@pulumi/pulumi";
import { field, parse, refusal, succeeded } from "./answers.ts";
import { commonRules, difference, failuresOf, type Rule } from "./checks.ts";
import { type Access, type AccessInputs, accessOf, call, openAccess } from "./management-api.ts";
import { waitUntilReady } from "./project-status.ts";

/** Inputs of a pooler configuration as its provider gets them, and its state. */
export interface PoolerConfigProperties extends AccessInputs {
  projectRef: string;
  poolMode: string;
  /** Connections to the database for each user and database; null in the state where the vendor decides. */
  defaultPoolSize: number | null;
}

/**
 * Sets the pooler of a project. Its id is `<project ref>/pooler`. A project always has a pooler: deleting
 * gives its settings back to the vendor.
 */
export const poolerConfigProvider = {
  async check(_olds, news) {
    return { inputs: news, failures: failuresOf(news, rules) };
  },

  async diff(_id, olds, news) {
    return difference(olds, news, properties);
  },

  async create(inputs) {
    await configure(inputs);
    return { id: `${inputs.projectRef}/pooler`, outs: stateOf(inputs) };
  },

  async read(id, props) {
    const projectRef = id.split("/")[0] ?? "";
    const wanted = props?.poolMode ?? "transaction";
    const pooler = await findPooler(openAccess(props ?? {}), projectRef, wanted);
    if (pooler === undefined) {
      // An empty id tells the engine that the resource is gone.
      return { id: "" };
    }
    const found = stateOf({ ...props, projectRef, ...pooler });
    return { id, props: found, inputs: found };
  },

  async update(_id, _olds, news) {
    await configure(news);
    return { outs: stateOf(news) };
  },

  async delete(_id, props) {
    const access = openAccess(props);
    const answer = await send(access, props.projectRef, "transaction", null);
    if (!succeeded(answer) && answer.status !== 404) {
      const action = `reset the pooler of project ${props.projectRef}`;
      throw new Error(refusal(access, answer, action, "database_pooling_config_write"));
    }
  },
} satisfies pulumi.dynamic.ResourceProvider<PoolerConfigProperties, PoolerConfigProperties>;

const properties = ["projectRef", "poolMode", "defaultPoolSize", "accessToken", "endpoint"];
const modes = ["transaction", "session"];

const rules: Rule[] = [
  ...commonRules,
  {
    property: "poolMode",
    expected: "transaction or session",
    holds: (value) => modes.some((mode) => mode === value),
  },
  {
    property: "defaultPoolSize",
    expected: "a whole number of connections, 1 or more",
    holds: (value) => Number.isSafeInteger(value) && Number(value) > 0,
  },
];

async function configure(inputs: PoolerConfigProperties): Promise<void> {
  const { projectRef, poolMode, defaultPoolSize } = inputs;
  const access = openAccess(inputs);
  await waitUntilReady(access, projectRef);
  const answer = await send(access, projectRef, poolMode, defaultPoolSize);
  if (!succeeded(answer)) {
    const action = `configure the pooler of project ${projectRef}`;
    throw new Error(refusal(access, answer, action, "database_pooling_config_write"));
  }
  const applied = parse(answer, `PATCH ${poolerPath(projectRef)}`);
  const [mode, size] = [field(applied, "pool_mode"), field(applied, "default_pool_size")];
  if (mode !== poolMode || size !== defaultPoolSize) {
    throw new Error(
      `Supabase set the pooler of project ${projectRef} to ${shown(mode)} and ${shown(size)} connections, not to ${poolMode} and ${defaultPoolSize}.`,
    );
  }
}

function send(access: Access, projectRef: string, poolMode: string, defaultPoolSize: number | null) {
  const body = { pool_mode: poolMode, default_pool_size: defaultPoolSize };
  return call(access, "PATCH", poolerPath(projectRef), body);
}

/** Settings of the primary database's pooler, those of the wanted mode before others. */
async function findPooler(
  access: Access,
  projectRef: string,
  wanted: string,
): Promise<Pick<PoolerConfigProperties, "poolMode" | "defaultPoolSize"> | undefined> {
  const path = poolerPath(projectRef);
  const answer = await call(access, "GET", path);
  if (answer.status === 404) {
    return undefined;
  }
  if (!succeeded(answer)) {
    const action = `read the pooler of project ${projectRef}`;
    throw new Error(refusal(access, answer, action, "database_pooling_config_read"));
  }
  const body = parse(answer, `GET ${path}`);
  if (!Array.isArray(body)) {
    throw new Error(`Supabase answered GET ${path} with something that is not a list.`);
  }
  const primary = body.filter((entry) => field(entry, "database_type") === "PRIMARY");
  const entry = primary.find((candidate) => field(candidate, "pool_mode") === wanted) ?? primary[0];
  if (entry === undefined) {
    return undefined;
  }
  const [poolMode, defaultPoolSize] = [field(entry, "pool_mode"), field(entry, "default_pool_size")];
  if (typeof poolMode !== "string" || !(typeof defaultPoolSize === "number" || defaultPoolSize === null)) {
    throw new Error(`Supabase answered GET ${path} without pool_mode or default_pool_size.`);
  }
  return { poolMode, defaultPoolSize };
}

function poolerPath(projectRef: string): string {
  return `/v1/projects/${encodeURIComponent(projectRef)}/config/database/pooler`;
}

/** A value of an answer in an error: short, and only where it is a word or a number. */
function shown(value: unknown): string {
  return typeof value === "number" || (typeof value === "string" && /^\w{1,20}$/.test(value))
    ? String(value)
    : "something undocumented";
}

/** What is kept in the state: the inputs that are set, and nothing else. */
function stateOf(inputs: PoolerConfigProperties): PoolerConfigProperties {
  const { projectRef, poolMode, defaultPoolSize } = inputs;
  return { projectRef, poolMode, defaultPoolSize, ...accessOf(inputs) };
}
