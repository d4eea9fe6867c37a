import { hash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { BuildOptions, Plugin } from "esbuild";
import { reasonOf } from "../lib/failure.ts";
import { writeAtomic } from "../lib/files.ts";

/** What is made of many modules, which take longer to load than to run. */
export interface Preparation {
  /** `preview/host/prepared.cjs` asks for it by this name. */
  readonly name: string;
  /** Folder of the modules that `entry` imports, from the root. */
  readonly folder: string;
  /** Source of the first module. */
  readonly entry: string;
  readonly options: BuildOptions;
  /** Ends of the modules that are left out: whoever needs one does without what is prepared. */
  readonly left: readonly string[];
}

/** The checklist's pack. Pulumi's packages hold the host that loads it. */
export const pack: Preparation = {
  name: "pack",
  folder: "policies",
  entry: 'import "./pack.ts";',
  options: { external: ["@pulumi/*"], sourcemap: "linked" },
  left: [],
};

/** `optropic preview`, but for what only few of its options load: see `cli/optropic.js`. */
export const preview: Preparation = {
  name: "preview",
  folder: "cli",
  entry: `import { previewCommand } from "./preview.ts";
import { runOptropic } from "./program.ts";
export const main = (args) => runOptropic(args, [previewCommand()]);`,
  options: { minifyWhitespace: true },
  left: ["/evidence/preview.ts", "/evidence/controls.ts"],
};

/** Holds what was made of what, for `preview/host/prepared.cjs`. */
const manifestFile = "prepared.json";

/** Milliseconds for which files of an earlier preparation are kept: a preview may be about to load them. */
const keptMs = 600_000;

/**
 * Makes one file of a part of the project.
 *
 * @param root folder of the project
 * @throws {Error} for a module that would not do the same
 */
export async function prepare(
  root: string,
  { name, folder, entry, options, left }: Preparation,
): Promise<void> {
  const { build } = await import("esbuild");
  const output = join(root, "node_modules", ".cache", "prepared", name);
  const first = join(folder, `prepared-${name}.ts`);
  // Of what esbuild was given, and not of what a file holds by the end.
  const digests = new Map<string, string>();
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    stdin: { contents: entry, resolveDir: join(root, folder), sourcefile: basename(first), loader: "ts" },
    outdir: output,
    outExtension: { ".js": ".cjs" },
    entryNames: `${name}-[hash]`,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22.18",
    logLevel: "silent",
    ...options,
    plugins: [...(options.plugins ?? []), inPlace(left, digests)],
    metafile: true,
    write: false,
  });
  const sources = Object.keys(metafile.inputs).filter((path) => path !== first);
  const packages = [...new Set(sources.flatMap((path) => packageOf(path) ?? []))];
  const others = [
    ...packages.map((path) => join(path, "package.json")),
    ...["package.json", join(folder, "package.json"), join(folder, "index.js")],
    // Says what is installed, and so where every import of a package leads.
    join("node_modules", ".package-lock.json"),
  ].filter((path) => existsSync(join(root, path)));
  const folders = [
    ...new Set(sources.flatMap((path) => (packageOf(path) === undefined ? parentsOf(path) : []))),
  ];
  const shadowed = folders.find((path) => existsSync(join(root, path, "node_modules")));
  if (shadowed !== undefined) throw new Error(`${shadowed} has packages of its own`);
  const [made] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === first) ?? [];
  if (made === undefined) throw new Error("esbuild made nothing of it");
  for (const path of others) digests.set(join(root, path), digestOf(readFileSync(join(root, path))));
  mkdirSync(output, { recursive: true });
  for (const { path, contents } of outputFiles) {
    digests.set(path, digestOf(contents));
    writeAtomic(path, contents);
  }
  writeAtomic(
    join(output, manifestFile),
    JSON.stringify({
      root,
      file: basename(made),
      files: Object.fromEntries(
        [...sources, ...others, made].map((path) => [path, digests.get(join(root, path))]),
      ),
      folders,
    }),
  );
  // Beside the file there is the code that V8 has compiled of it.
  const kept = [manifestFile, `${basename(made)}.code`, ...outputFiles.map(({ path }) => basename(path))];
  for (const file of readdirSync(output).filter((other) => !kept.includes(other))) {
    const path = join(output, file);
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs !== undefined && Date.now() - mtimeMs > keptMs) rmSync(path, { force: true });
  }
}

/**
 * Lets each of the project's own modules know its place, and refuses one that could not tell what it loads. Takes the
 * digest of every module.
 */
function inPlace(left: readonly string[], digests: Map<string, string>): Plugin {
  return {
    name: "in-place",
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /\.ts$/ }, ({ kind, path }) =>
        kind === "dynamic-import" && left.some((end) => path.endsWith(end))
          ? { path, external: true }
          : undefined,
      );
      onLoad({ filter: /.*/, namespace: "file" }, ({ path }) => {
        const source = readFileSync(path);
        digests.set(path, digestOf(source));
        if (path.includes("/node_modules/")) return { contents: source, loader: "default" };
        const contents = source
          .toString()
          .replaceAll("import.meta.dirname", JSON.stringify(dirname(path)))
          .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href));
        if (/\bimport\s*\.\s*meta\b|\b__(?:dir|file)name\b/.test(contents)) {
          throw new Error(`${path} asks for its place in another way`);
        }
        return { contents, loader: "default" };
      });
    },
  };
}

function digestOf(content: Uint8Array): string {
  return hash("sha256", content);
}

/** The folder of the package that a file is of; undefined for one of the project's own. */
function packageOf(path: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

/** The folders that a file is in, below the root. */
function parentsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === "." ? [] : [parent, ...parentsOf(parent)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const preparation of [pack, preview]) {
    try {
      await prepare(dirname(import.meta.dirname), preparation);
    } catch (error) {
      // Without it, previews load each module by itself, which takes longer.
      console.error(`Previews will start slower: cannot prepare the ${preparation.name}: ${reasonOf(error)}`);
    }
  }
}
