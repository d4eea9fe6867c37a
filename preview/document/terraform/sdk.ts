import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { camelCase } from "../../../lib/text.ts";
import { type Fields, fieldsOf } from "./fields.ts";

/** A resource type of Pulumi, as the package of its provider declares it. */
export interface SdkType {
  /** Such as `cloudflare:index/zoneSetting:ZoneSetting`. */
  readonly token: string;
  /** What a program may state. */
  readonly inputs: Fields;
  /** What a state has beside it. */
  readonly outputs: Fields;
  /** Properties that are secret wherever they come from. */
  readonly secrets: readonly string[];
}

/** Packages whose name is not the first word of Terraform's types. */
const packages = join(dirname(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json")), "..");

/** Those of this project, where no package manager linked them. */
const ownPackages = join(import.meta.dirname, "..", "..", "..", "sdks");

const known = new Map<string, SdkType | undefined>();

/**
 * Looks for the type that Pulumi's bridge makes of one of Terraform: `cloudflare_zone_setting` is `ZoneSetting` in
 * a module of the package `cloudflare`. Some keep the provider's name, as `random_password` does.
 *
 * @returns undefined where no package of this project has it
 */
export function sdkTypeOf(terraformType: string): SdkType | undefined {
  if (!known.has(terraformType)) known.set(terraformType, findType(terraformType));
  return known.get(terraformType);
}

/** Stores at Render, which no package here declares; they have the properties of a web service and some of their own. */
const likeWebService: ReadonlyMap<string, string> = new Map(
  Object.entries({
    render_keyvalue: "render:index/keyvalue:Keyvalue",
    render_postgres: "render:index/postgres:Postgres",
    render_redis: "render:index/redis:Redis",
  }),
);

function findType(terraformType: string): SdkType | undefined {
  const token = likeWebService.get(terraformType);
  const like = token === undefined ? undefined : sdkTypeOf("render_web_service");
  if (token === undefined || like === undefined) return typeInPackages(terraformType);
  const plain = { isList: false, isMap: false, isAny: false, fields: undefined };
  const texts = ["maxMemoryPolicy", "persistenceMode", "version", "databaseName", "databaseUser"];
  const own: Fields = {
    ...Object.fromEntries([...texts, "diskSizeGb", "highAvailabilityEnabled"].map((name) => [name, plain])),
    parameterOverrides: { ...plain, isMap: true },
  };
  const [inputs, outputs] = [like.inputs, like.outputs].map((fields) => ({ ...fields, ...own }));
  return { token, inputs: inputs ?? {}, outputs: outputs ?? {}, secrets: ["connectionInfo"] };
}

function typeInPackages(terraformType: string): SdkType | undefined {
  const [provider = "", ...rest] = terraformType.split("_");
  if (!/^[a-z][a-z0-9]*$/.test(provider) || !/^[a-z0-9_]+$/.test(terraformType)) return undefined;
  const folder = [join(packages, provider), join(ownPackages, provider)].find((path) => existsSync(path));
  if (rest.length === 0 || folder === undefined) return undefined;
  for (const name of [camelCase(rest.join("_")), camelCase(terraformType)]) {
    const found = filesOf(folder).get(name.toLowerCase());
    if (found !== undefined) return typeIn(folder, found);
  }
  return undefined;
}

/** The files of a package that declare a resource each, by their names in lower case and without dashes. */
const listed = new Map<string, Map<string, string>>();

function filesOf(folder: string): Map<string, string> {
  const files = listed.get(folder) ?? new Map<string, string>();
  if (listed.has(folder)) return files;
  listed.set(folder, files);
  const entries = readdirSync(folder, { withFileTypes: true });
  const folders = [
    folder,
    ...entries
      .filter((entry) => isModule(entry.name) && entry.isDirectory())
      .map(({ name }) => join(folder, name)),
  ];
  for (const place of folders) {
    for (const name of readdirSync(place)) {
      const match = /^(\w[\w-]*?)(?:\.js|(?<!\.d)\.ts)$/.exec(name);
      if (match?.[1] === undefined || /^(?:index|utilities|provider|package|types)$/.test(match[1])) continue;
      const key = match[1].replaceAll("-", "").toLowerCase();
      files.set(key, join(place, match[1]));
      // Terraform says the module in the name: grafana_oncall_schedule is Schedule in onCall.
      if (place !== folder) files.set(`${basename(place).toLowerCase()}${key}`, join(place, match[1]));
    }
  }
  return files;
}

function isModule(name: string): boolean {
  return name !== "node_modules" && name !== "types" && name !== "config";
}

/** @param path of the file without its extension */
function typeIn(folder: string, path: string): SdkType | undefined {
  const isSource = existsSync(`${path}.ts`) && !existsSync(`${path}.js`);
  const code = readFileSync(isSource ? `${path}.ts` : `${path}.js`, "utf8");
  const token = /__pulumiType = ["']([\w-]+:[\w/]+:(\w+))["']/.exec(code);
  if (token?.[1] === undefined || token[2] === undefined) return undefined;
  const declarations = isSource ? code : readFileSync(`${path}.d.ts`, "utf8");
  const nested = isSource ? sourcesIn(folder) : nestedTypes(folder);
  const secrets = /additionalSecretOutputs: (\[[^\]]*\])/.exec(code)?.[1] ?? "[]";
  const inputs = fieldsOf(`${token[2]}Args`, declarations, nested);
  return {
    token: token[1],
    inputs,
    outputs: { ...fieldsOf(`${token[2]}State`, declarations, nested), ...inputs },
    secrets: [...secrets.matchAll(/["'](\w+)["']/g)].flatMap(([, name]) => name ?? []),
  };
}

const texts = new Map<string, string>();

function nestedTypes(folder: string): string {
  return kept(folder, () => {
    const path = join(folder, "types", "input.d.ts");
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  });
}

function sourcesIn(folder: string): string {
  return kept(folder, () =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(join(folder, name), "utf8"))
      .join("\n"),
  );
}

function kept(folder: string, read: () => string): string {
  const text = texts.get(folder) ?? read();
  texts.set(folder, text);
  return text;
}
