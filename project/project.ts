import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import * as z from "zod";
import { Failure, reasonOf } from "../lib/failure.ts";
import { Configuration } from "./configuration.ts";
import { applyDeclarations } from "./declarations.ts";
import { projectFile } from "./project-file.ts";
import { shellWords } from "./shell-words.ts";
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
  /** The `tsconfig.json` to compile it with, from the program's folder; its own by default. */
  tsconfig: string | undefined;
  /** Arguments for Node.js itself. */
  nodeArgs: string[];
  /** `namespace:key` to its value; structures are JSON. */
  config: Map<string, string>;
  /** Keys of `config` that hold a secret. */
  secretKeys: Set<string>;
  /** Secrets in plain text that overrides give. */
  givenSecrets: readonly string[];
  /** Tags of the stack, as far as Pulumi.yaml and the setting `pulumi:tags` say them. */
  tags: Readonly<Record<string, string>>;
  /** What the project says that an offline preview cannot follow. */
  warnings: readonly string[];
}

export interface ProjectOptions {
  cwd: string;
  stack: string;
  organization?: string | undefined;
  /** Configuration that goes before the stack's own: `key=value`, where the key may be a path. */
  overrides?: readonly string[] | undefined;
  /** Asked before a file is read; throws for one that the project must not lead to. */
  mayRead?: ((path: string) => void) | undefined;
}

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
  const path = requiredPath(root);
  options.mayRead?.(path);
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
  const declared = typeof file.config === "string" ? {} : (file.config ?? {});
  const configuration = new Configuration(file.name);
  const { organization, stack } = stackIn(options.stack, file.name);
  const stackPath = findStack(resolve(root, stackFolder(file)), stack, extname(path));
  if (stackPath !== undefined) options.mayRead?.(stackPath);
  const settings = stackPath === undefined ? {} : readYaml(stackPath, stackFile, "project");
  for (const [key, value] of Object.entries(settings.config ?? {})) configuration.set(key, value);
  for (const override of options.overrides ?? []) configuration.override(override);
  applyDeclarations(configuration, declared, file.name);
  return {
    name: file.name,
    stack,
    organization: options.organization ?? organization ?? "organization",
    root,
    files: { project: path, stack: stackPath },
    programDirectory,
    entryPoint: isDirectory ? "." : basename(main),
    typescript: file.runtime.options.typescript ?? true,
    tsconfig: file.runtime.options.tsconfig,
    nodeArgs: nodeArgs(path, file.runtime.options.nodeargs ?? ""),
    config: configuration.values(),
    secretKeys: configuration.secretKeys,
    givenSecrets: configuration.givenSecrets,
    tags: tagsOf(file, configuration.find("pulumi:tags")),
    warnings: warningsOf(settings),
  };
}

/**
 * A project of which only the name is known and what else a caller gives, such as that of a state.
 *
 * @param file that the project was heard of in
 * @throws {Failure} for a name, a stack or an override that Pulumi would not take
 */
export function projectWithout(
  options: Pick<ProjectOptions, "stack" | "organization" | "overrides"> & { name: string; file: string },
): Project {
  const { organization, stack } = stackIn(options.stack, options.name);
  const root = dirname(resolve(options.file));
  const configuration = new Configuration(options.name);
  for (const override of options.overrides ?? []) configuration.override(override);
  return {
    name: options.name,
    stack,
    organization: options.organization ?? organization ?? "organization",
    root,
    files: { project: resolve(options.file), stack: undefined },
    programDirectory: root,
    entryPoint: ".",
    typescript: false,
    tsconfig: undefined,
    nodeArgs: [],
    config: configuration.values(),
    secretKeys: configuration.secretKeys,
    givenSecrets: configuration.givenSecrets,
    tags: { "pulumi:project": options.name },
    warnings: [],
  };
}

/** @throws {Failure} for tags that are not texts */
function tagsOf(file: z.infer<typeof projectFile>, given: unknown): Record<string, string> {
  const tags = z.record(z.string(), z.string()).default({}).safeParse(given);
  if (!tags.success) {
    throw new Failure("config", "the setting pulumi:tags must be a mapping of names to texts");
  }
  return {
    "pulumi:project": file.name,
    "pulumi:runtime": file.runtime.name,
    ...(file.description && { "pulumi:description": file.description }),
    ...tags.data,
  };
}

function nodeArgs(path: string, text: string): string[] {
  try {
    return shellWords(text);
  } catch (error) {
    throw new Failure("project", `${path}: runtime.options.nodeargs cannot be read: ${reasonOf(error)}`);
  }
}

function warningsOf({ environment, config }: z.infer<typeof stackFile>): string[] {
  const warnings: string[] = [];
  if (environment !== undefined) {
    warnings.push(
      "the settings that the stack imports from Pulumi ESC environments are left out: give them with --config",
    );
  }
  const empty = Object.entries(config ?? {}).flatMap(([key, value]) => (value === null ? [key] : []));
  if (empty.length > 0) {
    warnings.push(`${empty.join(", ")}: no value, which Pulumi reads as empty text; write "" to say so`);
  }
  return warnings;
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
  // In the order in which Pulumi looks for them. JSON is YAML too.
  const names = ["Pulumi.json", "Pulumi.yaml", "Pulumi.yml"];
  return names.map((name) => join(root, name)).find((file) => existsSync(file));
}

function requiredPath(root: string): string {
  const path = projectPath(root);
  if (path !== undefined) return path;
  throw new Failure("project", `no Pulumi.yaml in ${root}: name the project's folder with --cwd`);
}

/**
 * Reads a stack's name as Pulumi takes it: `stack`, `organization/stack` or `organization/project/stack`.
 *
 * @throws {Failure} for another project's stack, and for what is no name
 */
function stackIn(name: string, project: string): { organization?: string; stack: string } {
  const parts = name.split("/");
  const [stack = "", middle, first] = parts.toReversed();
  if (parts.length > 3 || !parts.every((part) => /^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}$/.test(part))) {
    throw new Failure(
      "project",
      `${JSON.stringify(name)} is not a stack's name: write stack, organization/stack or organization/project/stack`,
    );
  }
  if (first !== undefined && middle !== project) {
    throw new Failure(
      "project",
      `stack ${name} is not of this project, ${project}: write ${project} in its middle`,
    );
  }
  const organization = first ?? middle;
  return organization === undefined ? { stack } : { organization, stack };
}

/**
 * The names of the stacks that have settings of their own.
 *
 * @throws {Failure} when Pulumi.yaml is missing or cannot be read
 */
export function stackNames(cwd: string): string[] {
  const root = resolve(cwd);
  const file = readYaml(
    requiredPath(root),
    projectFile.pick({ config: true, stackConfigDir: true }),
    "project",
  );
  return stacksIn(resolve(root, stackFolder(file)));
}

/** The folder of the stacks' settings, from that of the project. */
function stackFolder(file: Pick<z.infer<typeof projectFile>, "config" | "stackConfigDir">): string {
  return typeof file.config === "string" ? file.config : (file.stackConfigDir ?? ".");
}

function stacksIn(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.flatMap((name) => /^Pulumi\.(.+)\.(?:ya?ml|json)$/.exec(name)?.[1] ?? []);
}

/** The path of a stack's settings; undefined in a project without any. */
function findStack(folder: string, stack: string, extension: string): string | undefined {
  const path = join(folder, `Pulumi.${stack}${extension}`);
  if (existsSync(path)) return path;
  const stacks = stacksIn(folder);
  if (stacks.length === 0) return undefined;
  throw new Failure("project", `no stack ${stack} in ${folder}: its stacks are ${stacks.join(", ")}`);
}
