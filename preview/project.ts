import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseDocument } from "yaml";
import * as z from "zod";
import { messageOf, PreviewError } from "./error.ts";

/** A Pulumi project of the Node.js runtime and the configuration of one of its stacks. */
export interface Project {
  name: string;
  stack: string;
  organization: string;
  /** Folder of Pulumi.yaml. */
  root: string;
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
}

export interface ProjectOptions {
  cwd: string;
  stack: string;
  organization?: string | undefined;
  /** Configuration that goes before the stack's own: `key=value`, where the key may be a path. */
  overrides?: readonly string[] | undefined;
}

/** What a preview puts in place of a secure configuration value, which it has no key to decrypt. */
export const secretPlaceholder = "[secret]";

/** Files of settings are read up to this size, in bytes. */
const maxFileBytes = 1024 * 1024;

const runtimeOptions = z.looseObject({
  typescript: z.boolean().optional(),
  nodeargs: z.string().max(10_000).optional(),
});

const projectFile = z.looseObject({
  name: z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/, "letters, digits, dots, dashes and underscores"),
  runtime: z.union([
    z.string().transform((name) => ({ name, options: {} as z.infer<typeof runtimeOptions> })),
    z.looseObject({ name: z.string(), options: runtimeOptions.default({}) }),
  ]),
  main: z.string().max(1000).optional(),
  config: z.record(z.string(), z.unknown()).optional(),
});

const stackFile = z.looseObject({
  config: z.record(z.string(), z.unknown()).nullish(),
});

/**
 * Reads Pulumi.yaml and Pulumi.<stack>.yaml below a folder.
 *
 * @throws {PreviewError} when a file is missing, too large or not what Pulumi takes
 */
export function readProject(options: ProjectOptions): Project {
  const root = resolve(options.cwd);
  const path = ["Pulumi.yaml", "Pulumi.yml"].map((name) => join(root, name)).find((file) => existsSync(file));
  if (path === undefined) {
    throw new PreviewError("project", `no Pulumi.yaml in ${root}: name the project's folder with --cwd`);
  }
  const file = readYaml(path, projectFile);
  if (file.runtime.name !== "nodejs") {
    throw new PreviewError(
      "unsupported",
      `${path}: runtime ${file.runtime.name} cannot be previewed offline, only nodejs; use pulumi preview`,
    );
  }
  const main = resolve(root, file.main ?? ".");
  const isDirectory = existsSync(main) && statSync(main).isDirectory();
  const configuration = new Configuration(file.name);
  for (const [key, value] of Object.entries(file.config ?? {})) configuration.setDefault(key, value);
  for (const [key, value] of Object.entries(readStackConfig(root, options.stack))) {
    configuration.set(key, value);
  }
  for (const override of options.overrides ?? []) configuration.override(override);
  return {
    name: file.name,
    stack: options.stack,
    organization: options.organization ?? "organization",
    root,
    programDirectory: isDirectory ? main : dirname(main),
    entryPoint: isDirectory ? "." : basename(main),
    typescript: file.runtime.options.typescript ?? true,
    nodeArgs: file.runtime.options.nodeargs?.split(/\s+/).filter((arg) => arg !== "") ?? [],
    config: configuration.values(),
    secretKeys: configuration.secretKeys,
  };
}

function readStackConfig(root: string, stack: string): Record<string, unknown> {
  if (!/^[A-Za-z0-9_.-]{1,100}$/.test(stack)) {
    throw new PreviewError("project", `stack ${JSON.stringify(stack)} is not a stack's name`);
  }
  const path = join(root, `Pulumi.${stack}.yaml`);
  if (existsSync(path)) return readYaml(path, stackFile).config ?? {};
  const stacks = readdirSync(root).flatMap((name) => /^Pulumi\.(.+)\.ya?ml$/.exec(name)?.[1] ?? []);
  if (stacks.length === 0) return {};
  throw new PreviewError("project", `no stack ${stack} in ${root}: its stacks are ${stacks.join(", ")}`);
}

function readYaml<T>(path: string, schema: z.ZodType<T>): T {
  if (statSync(path).size > maxFileBytes) {
    throw new PreviewError("project", `${path} is larger than ${maxFileBytes / 1024} KiB`);
  }
  // Pulumi reads YAML 1.1, in which yes and on are booleans, but keeps dates and times as text.
  const document = parseDocument(readFileSync(path, "utf8"), {
    version: "1.1",
    customTags: (tags) =>
      tags.filter(
        (tag) => typeof tag === "string" || !(tag.tag.endsWith("timestamp") || tag.format === "TIME"),
      ),
  });
  const [problem] = document.errors;
  if (problem !== undefined) throw new PreviewError("project", `${path} is not YAML: ${problem.message}`);
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new PreviewError("project", `${path} cannot be read: ${messageOf(error)}`);
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new PreviewError("project", `${path} is not as Pulumi expects:\n${z.prettifyError(parsed.error)}`);
}

/** A stack's configuration while it is put together. */
class Configuration {
  readonly secretKeys = new Set<string>();
  #project: string;
  #values = new Map<string, unknown>();

  constructor(project: string) {
    this.#project = project;
  }

  /** Takes an entry of Pulumi.yaml: a value, or a declaration with a `value` or a `default`. */
  setDefault(key: string, entry: unknown): void {
    if (!isRecord(entry)) this.set(key, entry);
    else if (entry.value !== undefined) this.set(key, entry.value);
    else if (entry.default !== undefined) this.set(key, entry.default);
  }

  set(key: string, value: unknown): void {
    const full = this.#fullKey(key);
    const { plain, secure } = withoutSecure(value, 0);
    this.#values.set(full, plain);
    if (secure) this.secretKeys.add(full);
    else this.secretKeys.delete(full);
  }

  /** Takes `key=value` or `key.path=value`; the value is text, a whole number, a boolean or JSON. */
  override(assignment: string): void {
    const match = /^([^=]+)=(.*)$/s.exec(assignment);
    const [top = "", ...path] = (match?.[1] ?? "").split(".");
    if (match === null || top === "" || path.includes("") || path.some(isPrototypeKey)) {
      throw new PreviewError(
        "config",
        `--config ${JSON.stringify(assignment)} is not key=value or key.path=value`,
      );
    }
    const text = match[2] ?? "";
    const full = this.#fullKey(top);
    if (path.length === 0) this.set(top, readScalar(text));
    else this.#values.set(full, withValueAt(this.#values.get(full), path, readScalar(text)));
  }

  values(): Map<string, string> {
    return new Map(
      [...this.#values].map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );
  }

  #fullKey(key: string): string {
    const [namespace, ...rest] = key.split(":");
    if (rest.length === 0) return `${this.#project}:${key}`;
    return `${namespace}:${rest.at(-1)}`;
  }
}

function withoutSecure(value: unknown, depth: number): { plain: unknown; secure: boolean } {
  if (depth > 100) throw new PreviewError("config", "a configuration value nests deeper than 100 levels");
  if (Array.isArray(value)) {
    const elements = value.map((element) => withoutSecure(element, depth + 1));
    return { plain: elements.map(({ plain }) => plain), secure: elements.some(({ secure }) => secure) };
  }
  if (!isRecord(value)) return { plain: value ?? "", secure: false };
  const keys = Object.keys(value);
  if (keys.length === 1 && typeof value.secure === "string")
    return { plain: secretPlaceholder, secure: true };
  const entries = keys.map((key) => ({ key, ...withoutSecure(value[key], depth + 1) }));
  return {
    plain: Object.fromEntries(entries.map(({ key, plain }) => [key, plain])),
    secure: entries.some(({ secure }) => secure),
  };
}

function withValueAt(target: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(target) && /^\d{1,6}$/.test(key)) {
    return target.with(
      Math.min(Number(key), target.length - 1),
      withValueAt(target[Number(key)], rest, value),
    );
  }
  const record = isRecord(target) ? target : {};
  return { ...record, [key]: withValueAt(record[key], rest, value) };
}

/** As `pulumi config set --path` reads it: whole numbers and booleans by their look, so that 1.0 stays text. */
function readScalar(text: string): unknown {
  if (/^(true|false|-?(0|[1-9]\d{0,14}))$/.test(text) || /^[[{"]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  return text;
}

function isPrototypeKey(key: string): boolean {
  return key === "__proto__" || key === "constructor" || key === "prototype";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
