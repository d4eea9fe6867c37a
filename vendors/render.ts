import * as z from "zod";
import { baseUrlOf } from "./base-url.ts";
import { type Access, VendorClient } from "./client.ts";
import { path } from "./path.ts";
import { orAbsent } from "./problem.ts";

const text = z.string().max(2000);
const long = z.string().max(100_000);
const moment = z.iso.datetime({ offset: true });

const owner = z.looseObject({ id: text, name: text, email: text.nullish(), type: text });

const addresses = z
  .array(z.looseObject({ cidrBlock: text, description: text.nullish() }))
  .max(5000)
  .nullish();

const service = z.looseObject({
  id: text,
  name: text,
  ownerId: text.optional(),
  environmentId: text.nullish(),
  type: text,
  repo: text.nullish(),
  branch: text.nullish(),
  rootDir: text.nullish(),
  autoDeploy: z.enum(["yes", "no"]).optional(),
  autoDeployTrigger: z.enum(["off", "commit", "checksPass"]).optional(),
  suspended: z.enum(["suspended", "not_suspended"]).optional(),
  /** Who suspended it: `user`, `billing`, `admin` and others. */
  suspenders: z.array(text).max(100).optional(),
  serviceDetails: z
    .looseObject({
      plan: text.optional(),
      region: text.optional(),
      healthCheckPath: text.nullish(),
      numInstances: z.number().int().nonnegative().nullish(),
      schedule: text.nullish(),
      disk: z.looseObject({ name: text, mountPath: text, sizeGB: z.number().nullish() }).nullish(),
      ipAllowList: addresses,
      /** Of a static site, whose build has no further details. */
      buildCommand: text.nullish(),
      publishPath: text.nullish(),
      url: text.nullish(),
      /** `node` and the like, `docker` or `image`; `env` is its older name. */
      runtime: text.nullish(),
      env: text.nullish(),
      envSpecificDetails: z
        .looseObject({
          buildCommand: text.nullish(),
          startCommand: text.nullish(),
          preDeployCommand: text.nullish(),
          dockerCommand: text.nullish(),
          dockerContext: text.nullish(),
          dockerfilePath: text.nullish(),
        })
        .nullish(),
      autoscaling: z
        .looseObject({
          enabled: z.boolean(),
          min: z.number().int(),
          max: z.number().int(),
          criteria: z.looseObject({
            cpu: z.looseObject({ enabled: z.boolean(), percentage: z.number() }).nullish(),
            memory: z.looseObject({ enabled: z.boolean(), percentage: z.number() }).nullish(),
          }),
        })
        .nullish(),
    })
    .optional(),
});

const deploy = z.looseObject({
  id: text,
  commit: z.looseObject({ id: text, message: long.nullish(), createdAt: moment.nullish() }).nullish(),
  status: text.optional(),
  trigger: text.nullish(),
  createdAt: moment.optional(),
  finishedAt: moment.nullish(),
});

const customDomain = z.looseObject({
  id: text,
  name: text,
  verificationStatus: text,
});

const project = z.looseObject({ id: text, name: text });
const environment = z.looseObject({
  id: text,
  name: text,
  protectedStatus: text.nullish(),
  networkIsolationEnabled: z.boolean().nullish(),
});
const store = {
  ...{ id: text, name: text, plan: text.nullish(), region: text.nullish(), environmentId: text.nullish() },
  ipAllowList: addresses,
};
const postgres = z.looseObject({
  ...store,
  version: text.nullish(),
  databaseName: text.nullish(),
  databaseUser: text.nullish(),
  highAvailabilityEnabled: z.boolean().nullish(),
  diskSizeGB: z.number().nullish(),
});
const keyValue = z.looseObject({
  ...store,
  options: z.looseObject({ maxmemoryPolicy: text.nullish() }).nullish(),
});

/** Without the value: nothing that asks for it here may show it. */
const variable = z.object({ key: text });

/** Without the content, which is a secret. */
const secretFile = z.object({ name: text });

const route = z.looseObject({ type: text, source: text, destination: text });

const header = z.looseObject({ path: text, name: text, value: long });

const listedGroup = z.looseObject({ id: text, name: text });

const variableGroup = z.object({
  id: text,
  name: text,
  envVars: z.array(variable).max(5000),
  secretFiles: z.array(secretFile).max(5000),
  serviceLinks: z.array(z.looseObject({ id: text })).max(5000),
});

const logStream = z.object({ endpoint: text.nullish(), preview: text.nullish() });

const logs = z.looseObject({
  hasMore: z.boolean().optional(),
  logs: z.array(z.looseObject({ message: long, timestamp: text })).max(1000),
});

export type RenderOwner = z.infer<typeof owner>;
export type RenderService = z.infer<typeof service>;
export type RenderTrigger = NonNullable<RenderService["autoDeployTrigger"]>;

export interface RenderDeploy {
  readonly id: string;
  /**
   * `created`, `queued`, `build_in_progress`, `pre_deploy_in_progress` and `update_in_progress` lead to `live` or
   * to a failure; `deactivated` was live once.
   */
  readonly status: string;
  readonly commit: string | undefined;
  /** What began it: `new_commit`, `api`, `rollback` and others. */
  readonly trigger: string | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly finishedAt: number | undefined;
}

/** Render's API, as https://api-docs.render.com describes it. The key is in `RENDER_API_KEY`. */
export class Render {
  #client: VendorClient;
  #ownerId: string | undefined;

  /** @param ownerId the workspace, `tea-…` or `usr-…`; undefined for all that the key can see */
  constructor(ownerId: string | undefined, { environment = process.env, ...access }: Access = {}) {
    this.#ownerId = ownerId;
    this.#client = new VendorClient({
      vendor: "Render",
      baseUrl: baseUrlOf("https://api.render.com/v1", "OPTROPIC_RENDER_URL", environment),
      token: { variable: "RENDER_API_KEY", value: environment.RENDER_API_KEY },
      ...access,
    });
  }

  owner(): Promise<RenderOwner> {
    return this.#client.ask({
      path: path`/owners/${this.#ownerId ?? ""}`,
      right: "read the workspace",
      schema: owner,
    });
  }

  /** The services of the workspace, by name where one is given. */
  services(name?: string): Promise<RenderService[]> {
    return this.#list("services", "/services", { ownerId: this.#ownerId, name }, "service", service);
  }

  /** The services of the workspace that do not run, whoever suspended them. */
  suspendedServices(): Promise<RenderService[]> {
    const query = { ownerId: this.#ownerId, suspended: "suspended" };
    return this.#list("services", "/services", query, "service", service);
  }

  /** @throws {VendorProblem} `not-found` */
  service(id: string): Promise<RenderService> {
    return this.#client.ask({ path: path`/services/${id}`, right: "read the service", schema: service });
  }

  customDomains(serviceId: string) {
    const of = path`/services/${serviceId}/custom-domains`;
    return this.#list("custom domains", of, {}, "customDomain", customDomain);
  }

  /** Names of the service's own environment variables; those of a group are not among them. */
  async variables(serviceId: string): Promise<string[]> {
    const of = path`/services/${serviceId}/env-vars`;
    const found = await this.#list("environment variables", of, {}, "envVar", variable);
    return found.map(({ key }) => key);
  }

  /** Names of the service's own secret files. */
  async secretFiles(serviceId: string): Promise<string[]> {
    const of = path`/services/${serviceId}/secret-files`;
    const found = await this.#list("secret files", of, {}, "secretFile", secretFile);
    return found.map(({ name }) => name);
  }

  /** Redirects and rewrites of a static site, the first that fits first. */
  routes(serviceId: string) {
    return this.#list("routes", path`/services/${serviceId}/routes`, {}, "route", route);
  }

  headers(serviceId: string) {
    return this.#list("headers", path`/services/${serviceId}/headers`, {}, "header", header);
  }

  projects() {
    return this.#list("projects", "/projects", { ownerId: this.#ownerId }, "project", project);
  }

  environments(projectId: string) {
    return this.#list("environments", "/environments", { projectId }, "environment", environment);
  }

  /** Databases, without what connects to them. */
  databases() {
    return this.#list("databases", "/postgres", { ownerId: this.#ownerId }, "postgres", postgres);
  }

  keyValues() {
    return this.#list("key value stores", "/key-value", { ownerId: this.#ownerId }, "keyValue", keyValue);
  }

  /** Groups of environment variables of the workspace. */
  variableGroups(name?: string) {
    const query = { ownerId: this.#ownerId, name };
    return this.#list("groups of variables", "/env-groups", query, "envGroup", listedGroup);
  }

  /** A group with the names of its variables and secret files, and the services that have them. */
  variableGroup(id: string) {
    return this.#client.ask({
      path: path`/env-groups/${id}`,
      right: "read groups of variables",
      schema: variableGroup,
    });
  }

  /** Where a workspace sends its logs, without the token; undefined where it sends none. */
  async logStream(ownerId: string) {
    return await orAbsent(
      this.#client.ask({
        path: path`/logs/streams/owner/${ownerId}`,
        right: "read the log stream",
        schema: logStream,
      }),
    );
  }

  /**
   * The newest deploys of a service, the newest first.
   *
   * @param most of them; one page, at most 100
   */
  async deploys(serviceId: string, most = 20): Promise<RenderDeploy[]> {
    const answer = await this.#client.ask({
      path: path`/services/${serviceId}/deploys`,
      query: { limit: Math.min(most, 100) },
      right: "read deploys",
      schema: z.array(z.looseObject({ deploy })).max(1000),
    });
    return answer.map((each) => known(each.deploy)).toSorted((a, b) => b.createdAt - a.createdAt);
  }

  /** @throws {VendorProblem} `not-found` */
  async deploy(serviceId: string, deployId: string): Promise<RenderDeploy> {
    const answer = await this.#client.ask({
      path: path`/services/${serviceId}/deploys/${deployId}`,
      right: "read deploys",
      schema: deploy,
    });
    return known(answer);
  }

  /**
   * Deploys a commit.
   *
   * @returns undefined where the vendor has queued it and says no more; it is then the newest of {@link deploys}
   */
  async startDeploy(serviceId: string, commitId?: string): Promise<RenderDeploy | undefined> {
    const answer = await this.#client.ask({
      method: "POST",
      path: path`/services/${serviceId}/deploys`,
      body: { clearCache: "do_not_clear", ...(commitId !== undefined && { commitId }) },
      right: "start deploys",
      schema: deploy.optional(),
    });
    return answer && known(answer);
  }

  /** Deploys again what an earlier deploy built. The vendor leaves auto-deploy as it is. */
  async rollback(serviceId: string, deployId: string): Promise<RenderDeploy> {
    const answer = await this.#client.ask({
      method: "POST",
      path: path`/services/${serviceId}/rollback`,
      body: { deployId },
      right: "roll back deploys",
      schema: deploy,
    });
    return known(answer);
  }

  /** Ends a deploy that is still building or waits for its turn. */
  async cancel(serviceId: string, deployId: string): Promise<void> {
    await this.#client.ask({
      method: "POST",
      path: path`/services/${serviceId}/deploys/${deployId}/cancel`,
      right: "cancel deploys",
      schema: z.unknown(),
    });
  }

  /** Sets what begins a deploy by itself. */
  setAutoDeploy(serviceId: string, trigger: RenderTrigger): Promise<RenderService> {
    return this.#client.ask({
      method: "PATCH",
      path: path`/services/${serviceId}`,
      body: { autoDeploy: trigger === "off" ? "no" : "yes", autoDeployTrigger: trigger },
      right: "change the service",
      schema: service,
    });
  }

  /**
   * The newest lines that a service wrote, without those of Render itself and of requests.
   *
   * @param most of them; one page, at most 100
   */
  async lines(serviceId: string, most = 100): Promise<string[]> {
    const answer = await this.#client.ask({
      path: "/logs",
      query: {
        ...{ ownerId: this.#ownerId, resource: serviceId, type: "app" },
        ...{ direction: "backward", limit: Math.min(most, 100) },
      },
      right: "read logs",
      schema: logs,
    });
    return answer.logs.map(({ message }) => message);
  }

  /** Lists come as `[{ cursor, NAME: item }]`, and end with a page that is not full. */
  #list<Item>(
    what: string,
    of: string,
    query: Readonly<Record<string, string | undefined>>,
    name: string,
    item: z.ZodType<Item>,
  ): Promise<Item[]> {
    const limit = 100;
    const entry = z.looseObject({ cursor: text }).transform((found, context) => {
      const read = item.safeParse(found[name]);
      if (read.success) return { cursor: found.cursor, item: read.data };
      context.addIssue({ code: "custom", message: `${name} has another form` });
      return z.NEVER;
    });
    return this.#client.collect(what, async (cursor) => {
      const answer = await this.#client.ask({
        path: of,
        query: { ...query, limit, cursor },
        right: `read ${what}`,
        schema: z.array(entry).max(1000),
      });
      return {
        items: answer.map((each) => each.item),
        next: answer.length < limit ? undefined : answer.at(-1)?.cursor,
      };
    });
  }
}

function known({ id, commit, status, trigger, createdAt, finishedAt }: z.infer<typeof deploy>): RenderDeploy {
  return {
    id,
    status: status ?? "unknown",
    commit: commit?.id,
    trigger: trigger ?? undefined,
    createdAt: createdAt === undefined ? 0 : Date.parse(createdAt),
    finishedAt: finishedAt === undefined || finishedAt === null ? undefined : Date.parse(finishedAt),
  };
}
