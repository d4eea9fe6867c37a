import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { parseJson } from "../../lib/json.ts";
import { isVersion } from "../../project/version.ts";
import { compareVersions } from "./semver.ts";

/** A provider's plugin, as the package of its SDK names it. */
export interface InstalledPlugin {
  version: string;
  downloadUrl: string;
}

/** Folders looked at; a program with more of them gets no version from the rest. */
const mostFolders = 50_000;
const mostBytes = 1024 * 1024;

const manifest = z.object({
  name: z.string(),
  version: z.string().optional(),
  pulumi: z.object({
    resource: z.literal(true),
    name: z.string().optional(),
    version: z.string().optional(),
    server: z.string().optional(),
  }),
});

/**
 * The plugins that the packages below a program's own `node_modules` belong to, where the engine takes the version of
 * a default provider from if the resource asks for none. They are looked for when the first is asked for.
 */
export class InstalledPlugins {
  #folder: string;
  #mayRead: (path: string) => void;
  #plugins: Map<string, InstalledPlugin> | undefined;

  /** @param mayRead throws for a file that the program itself cannot read, which is then passed over */
  constructor(folder: string, mayRead: (path: string) => void) {
    this.#folder = folder;
    this.#mayRead = mayRead;
  }

  /** The newest that is installed. */
  get(name: string): InstalledPlugin | undefined {
    this.#plugins ??= this.#find();
    return this.#plugins.get(name);
  }

  #find(): Map<string, InstalledPlugin> {
    const plugins = new Map<string, InstalledPlugin>();
    for (const folder of packageFolders(this.#folder)) {
      const text = this.#read(join(folder, "package.json"));
      if (!text.includes('"pulumi"')) continue;
      const { data } = manifest.safeParse(parseJson(text));
      const name = data?.pulumi.name || /^@pulumi\/(.+)$/.exec(data?.name ?? "")?.[1];
      const version = (data?.pulumi.version || data?.version || "").replace(/^v/, "");
      if (data === undefined || name === undefined || !isVersion(version)) continue;
      const known = plugins.get(name);
      if (known !== undefined && compareVersions(version, known.version) < 0) continue;
      plugins.set(name, { version, downloadUrl: data.pulumi.server ?? "" });
    }
    return plugins;
  }

  #read(path: string): string {
    try {
      this.#mayRead(path);
      const stats = statSync(path);
      return stats.isFile() && stats.size <= mostBytes ? readFileSync(path, "utf8") : "";
    } catch {
      return "";
    }
  }
}

/** Where package managers that link to packages keep them: pnpm, Bun and Yarn. */
const stores: ReadonlySet<string> = new Set([".pnpm", ".bun", ".store"]);

/** The folders of packages below one, those of their own dependencies and of such a store included. */
function packageFolders(root: string): string[] {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const waiting = [join(root, "node_modules")];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const folder = realPath(next);
    if (folder === undefined || seen.has(folder)) continue;
    seen.add(folder);
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry);
      if (entry.startsWith("@")) waiting.push(path);
      else if (stores.has(entry))
        waiting.push(...entriesOf(path).map((name) => join(path, name, "node_modules")));
      else if (!entry.startsWith(".")) {
        const real = realPath(path);
        if (real === undefined) continue;
        packages.add(real);
        waiting.push(join(real, "node_modules"));
      }
      if (packages.size + waiting.length > mostFolders) return [...packages];
    }
  }
  return [...packages];
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
