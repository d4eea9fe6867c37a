import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { Configuration } from "./configuration.ts";
import { readYaml } from "./yaml.ts";

/** A Pulumi project of the Node.js runtime and the configuration of one of its stacks. */
export interface Project {
  name: string;
  stack: string;
  organization: string;
  /** Folder of Pulumi.yaml. */
  root: string;
  /** Paths of Pulumi.yaml and of the stack's own settings, where it has any. */
  files: { project: string; stack: string | undefined };
  /** Folder in which the program runs. */
  programDirectory: string;
  /** What to run: a file's name, or `.` for the folder's own entry point. */
  entryPoint: string;
  /** The program is compiled by ts-node before it runs. */
  typescript: boolean;
  /** Arguments for Node.js itself. */
  nodeArgs: string[];
  /** `namespace:key` to its value; structures are JSON. */
  config: Map<string, string>;
  /** Keys of `config` that hold a secret. */
  secretKeys: Set<string>;
  /** Secrets in plain text that overrides give. */
  givenSecrets: readonly string[];
  /** What the project says that an offline preview cannot follow. */
  warnings: readonly string[];
}

export interface ProjectOptions {
  cwd: string;
  stack: string;
  organization?: string | undefined;
  /** Configuration that goes before the stack's own: `key=value`, where the key may be a path. */
  overrides?: readonly string[] | undefined;
}

const runtimeOptions = z.looseObject({
  typescript: z.boolean().optional(),
  nodeargs: z.string().max(10_000).optional(),
});

const projectFile = z.looseObject({
  name: z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/, "letters, digits, dots, dashes and underscores"),
  runtime: z.preprocess(
    (runtime) => (typeof runtime === "string" ? { name: runtime } : runtime),
    z.looseObject({ name: z.string(), options: runtimeOptions.default({}) }),
  ),
  main: z.string().max(1000).optional(),
  // A text is the older way to name the folder of the stacks' files.
  config: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
  stackConfigDir: z.string().max(1000).optional(),
});

const stackFile = z.looseObject({
  config: z.record(z.string(), z.unknown()).nullish(),
  environment: z.unknown().optional(),
});

/**
 * Reads Pulumi.yaml and Pulumi.<stack>.yaml below a folder.
 *
 * @throws {Failure} when a file is missing, too large or not what Pulumi takes
 */
export function readProject(options: ProjectOptions): Project {
  const root = resolve(options.cwd);
  const path = projectPath(root);
  if (path === undefined) {
    throw new Failure("project", `no Pulumi.yaml in ${root}: name the project's folder with --cwd`);
  }
  const file = readYaml(path, projectFile, "project");
  if (file.runtime.name !== "nodejs") {
    throw new Failure(
      "unsupported",
      `${path}: runtime ${file.runtime.name} cannot be previewed offline, only nodejs; use pulumi preview`,
    );
  }
  const main = resolve(root, file.main ?? ".");
  const isDirectory = existsSync(main) && statSync(main).isDirectory();
  const programDirectory = isDirectory ? main : dirname(main);
  if (!existsSync(programDirectory)) {
    throw new Failure("project", `${path}: there is no folder ${programDirectory} for main`);
  }
  const defaults = typeof file.config === "string" ? {} : (file.config ?? {});
  const folder = typeof file.config === "string" ? file.config : (file.stackConfigDir ?? ".");
  const configuration = new Configuration(file.name);
  for (const [key, value] of Object.entries(defaults)) configuration.setDefault(key, value);
  const stackPath = findStack(resolve(root, folder), options.stack, extname(path));
  const stack = stackPath === undefined ? {} : readYaml(stackPath, stackFile, "project");
  for (const [key, value] of Object.entries(stack.config ?? {})) configuration.set(key, value);
  for (const override of options.overrides ?? []) configuration.override(override);
  return {
    name: file.name,
    stack: options.stack,
    organization: options.organization ?? "organization",
    root,
    files: { project: path, stack: stackPath },
    programDirectory,
    entryPoint: isDirectory ? "." : basename(main),
    typescript: file.runtime.options.typescript ?? true,
    nodeArgs: file.runtime.options.nodeargs?.split(/\s+/).filter((arg) => arg !== "") ?? [],
    config: configuration.values(),
    secretKeys: configuration.secretKeys,
    givenSecrets: configuration.givenSecrets,
    warnings:
      stack.environment === undefined
        ? []
        : [
            "the settings that the stack imports from Pulumi ESC environments are left out: give them with --config",
          ],
  };
}

/** The name of a folder's project as far as it can be told, for what is said of a project that is refused. */
export function projectNameOf(cwd: string): string {
  const root = resolve(cwd);
  const path = projectPath(root);
  try {
    if (path !== undefined) return readYaml(path, projectFile.pick({ name: true }), "project").name;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
  return basename(root);
}

function projectPath(root: string): string | undefined {
  return ["Pulumi.yaml", "Pulumi.yml"].map((name) => join(root, name)).find((file) => existsSync(file));
}

/** The path of a stack's settings; undefined in a project without any. */
function findStack(folder: string, stack: string, extension: string): string | undefined {
  if (!/^[A-Za-z0-9_.-]{1,100}$/.test(stack)) {
    throw new Failure("project", `stack ${JSON.stringify(stack)} is not a stack's name`);
  }
  const path = join(folder, `Pulumi.${stack}${extension}`);
  if (existsSync(path)) return path;
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const stacks = names.flatMap((name) => /^Pulumi\.(.+)\.ya?ml$/.exec(name)?.[1] ?? []);
  if (stacks.length === 0) return undefined;
  throw new Failure("project", `no stack ${stack} in ${folder}: its stacks are ${stacks.join(", ")}`);
}
