import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as z from "zod";
import { Child } from "../../lib/child.ts";
import { Failure } from "../../lib/failure.ts";
import { readYaml } from "../../project/yaml.ts";
import { notInstalled } from "../engine/sdk.ts";
import type { Given } from "../isolation/environment.ts";
import { type Isolation, roomForObjects } from "../isolation/index.ts";

/** A folder with a policy pack that can be started. */
export class PackPlace {
  readonly directory: string;
  /** The main module by which the pack's SDK runs it. */
  readonly runner: string;

  /** @throws {Failure} when the folder holds no policy pack, or one that cannot be run */
  constructor(directory: string, isolation: Isolation) {
    checkManifest(directory, isolation);
    this.directory = directory;
    this.runner = resolveFrom(directory, "@pulumi/pulumi/cmd/run-policy-pack");
  }
}

export interface PackStart {
  isolation: Isolation;
  /** The Unix socket of the engine that it logs to. */
  socket: string;
  env: Given;
  /** Most bytes that it may print. */
  outputBytes: number;
}

/** Starts a pack in the policy host of its own SDK. */
export function startPack({ directory, runner }: PackPlace, options: PackStart): Child {
  const { isolation, socket, env, outputBytes } = options;
  const address = isolation.address(socket);
  const folder = isolation.path(directory);
  return new Child({
    label: `policy pack ${directory}`,
    launch: isolation.launch({
      host: "pack",
      nodeArgs: roomForObjects,
      runner,
      args: [address, "."],
      cwd: folder,
      folder,
      needs: [],
      socket,
      env: { ...env, PULUMI_NODEJS_ENGINE: address },
    }),
    outputBytes,
    group: true,
    connection: true,
    failure: "policy-pack",
  });
}

const manifest = z.looseObject({ runtime: z.union([z.string(), z.looseObject({ name: z.string() })]) });

/** @throws {Failure} when the folder holds no policy pack, or one that Node.js does not run */
function checkManifest(directory: string, isolation: Isolation): void {
  const path = ["PulumiPolicy.yaml", "PulumiPolicy.yml"]
    .map((file) => join(directory, file))
    .find((file) => existsSync(file));
  if (path === undefined) {
    throw new Failure("policy-pack", `no policy pack in ${directory}: PulumiPolicy.yaml is missing`);
  }
  isolation.mayRead(directory, path);
  const { runtime } = readYaml(path, manifest, "policy-pack");
  const name = typeof runtime === "string" ? runtime : runtime.name;
  if (name !== "nodejs") {
    throw new Failure(
      "unsupported",
      `${path}: runtime ${name} cannot be run offline, only nodejs; use pulumi preview`,
    );
  }
}

/** @throws {Failure} when the folder's dependencies are not installed */
function resolveFrom(directory: string, specifier: string): string {
  try {
    return createRequire(join(directory, "package.json")).resolve(specifier);
  } catch {
    throw notInstalled(directory);
  }
}
