import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { BuildOptions, Metafile, Plugin } from "esbuild";
import { reasonOf } from "../lib/failure.ts";
import { writeAtomic } from "../lib/files.ts";

/** What is made of many modules, which take longer to load than to run. */
export interface Preparation {
  readonly name: string;
  /** Folder of the modules that the files import, from the root. */
  readonly folder: string;
  readonly files: readonly PreparedFile[];
  readonly options: BuildOptions;
  /** Ends of the modules that are left out: whoever needs one does without what is prepared. */
  readonly left: readonly string[];
}

export interface PreparedFile {
  readonly name: string;
  /** Source of its first module. */
  readonly entry: string;
  /**
   * What `preview/host/prepared.cjs` asks for, by name, with the module that `entry` imports only when this is asked for.
   * Whoever asks for one part cares about no change of what another part alone loads. Without any, there is one part,
   * with the name of the file.
   */
  readonly parts?: Readonly<Record<string, string>>;
}

/** The checklist's pack. Pulumi's packages hold the host that loads it. */
export const pack: Preparation = {
  name: "pack",
  folder: "policies",
  files: [{ name: "pack", entry: 'import "./pack.ts";' }],
  options: { external: ["@pulumi/*"], sourcemap: "linked" },
  left: [],
};

const command: Pick<Preparation, "folder" | "options"> = {
  folder: "cli",
  // A browser and a parser in WebAssembly read files of their own packages.
  options: { minifyWhitespace: true, external: ["playwright-core", "libpg-query"] },
};

/** `optropic preview`, but for what only few of its options load: see `cli/optropic.js`. */
const preview: Preparation = {
  ...command,
  name: "preview",
  files: [
    {
      name: "optropic-preview",
      entry: `import { previewCommand } from "./preview.ts";
import { runOptropic } from "./program.ts";
export const main = (args) => runOptropic(args, [previewCommand()]);`,
    },
  ],
  left: ["/evidence/preview.ts", "/evidence/controls.ts"],
};

/** The subcommands in the order of the help, by the module that makes each: see `cli/main.ts`. */
const makers = {
  preview: "./preview.ts",
  backup: "./backup.ts",
  backups: "./backups.ts",
  drill: "./drill.ts",
  restore: "./restore.ts",
  report: "./report.ts",
  status: "./report.ts",
  decide: "./report.ts",
  evidence: "./evidence.ts",
  attest: "./attest.ts",
  verify: "./verify.ts",
  migrate: "./migrate.ts",
  release: "./release.ts",
  rollback: "./rollback.ts",
  matrix: "./matrix.ts",
  watch: "./watch.ts",
  judge: "./judge.ts",
  init: "./init.ts",
  doctor: "./doctor.ts",
  import: "./import.ts",
  export: "./export.ts",
} as const;

type Subcommand = keyof typeof makers;

/** The help of all subcommands, with nothing that any of them loads when it runs. */
const help: Preparation = {
  ...command,
  name: "help",
  files: [
    {
      name: "optropic-help",
      entry: `${Object.entries(makers)
        .map(([name, path]) => `import { ${name}Command } from "${path}";`)
        .join("\n")}
import { runOptropic } from "./program.ts";
const makers = [${Object.keys(makers).map((name) => `${name}Command`)}];
export const main = (args) => runOptropic(args, makers.map((make) => make()));`,
    },
  ],
  left: [".ts"],
};

/** Subcommands that load much of the same: in one file, each runs only its own modules. */
function together(name: string, subcommands: readonly Subcommand[]): PreparedFile {
  const made = subcommands.map(
    (each) => `  ${each}: async () => (await import("${makers[each]}")).${each}Command(),`,
  );
  return {
    name,
    entry: `import { runOptropic } from "./program.ts";
const makers = {
${made.join("\n")}
};
export const main = async (args) => runOptropic(args, [await makers[args[0]]()]);`,
    parts: Object.fromEntries(subcommands.map((each) => [`optropic-${each}`, makers[each]])),
  };
}

/** The other subcommands. What V8 does to run a file grows with all that is in it, and so does making it. */
const commands: Preparation = {
  ...command,
  name: "commands",
  files: [
    together("decision", ["report", "status", "decide", "attest"]),
    together("operations", ["backup", "backups", "drill", "restore", "migrate", "rollback", "evidence"]),
    together("platform", ["verify", "release", "watch"]),
    together("adoption", ["matrix", "judge", "init", "doctor", "import", "export"]),
  ],
  left: [],
};

/** All that is prepared. */
export const preparations: readonly Preparation[] = [pack, preview, help, commands];

/** The parts of a preparation, by name, with the module of each that has one of its own. */
export function partsOf({ files }: Preparation): [part: string, module: string | undefined, of: string][] {
  return files.flatMap(({ name, parts = { [name]: undefined } }) =>
    Object.entries(parts).map(([part, module]): [string, string | undefined, string] => [part, module, name]),
  );
}

/** Milliseconds for which files of an earlier preparation are kept: a command may be about to load them. */
const keptMs = 600_000;

/**
 * Makes files of a part of the project.
 *
 * @param root folder of the project
 * @throws {Error} for a module that would not do the same
 */
export async function prepare(root: string, preparation: Preparation): Promise<void> {
  const { name, folder, files, options, left } = preparation;
  const { build } = await import("esbuild");
  const output = join(root, "node_modules", ".cache", "prepared", name);
  // What esbuild was given, and not what a file holds by the end.
  const contents = new Map<string, Uint8Array>();
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: files.map((file) => ({ in: `${entries}:${file.name}`, out: file.name })),
    outdir: output,
    outExtension: { ".js": ".cjs" },
    entryNames: "[name]-[hash]",
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22.18",
    // As Node.js resolves packages and strips types, whatever tsconfig.json says.
    conditions: [],
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    logLevel: "silent",
    ...options,
    plugins: [...(options.plugins ?? []), firstModules(join(root, folder), files), inPlace(left, contents)],
    metafile: true,
    write: false,
  });
  mkdirSync(output, { recursive: true });
  for (const { path, text } of outputFiles) {
    const made = Buffer.from(inAscii(text));
    contents.set(path, made);
    writeAtomic(path, made);
  }
  const kept = outputFiles.map(({ path }) => basename(path));
  for (const [part, path, of] of partsOf(preparation)) {
    const first = `${entries}:${of}`;
    const [made] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === first) ?? [];
    if (made === undefined) throw new Error("esbuild made nothing of it");
    const module = path === undefined ? undefined : join(folder, path);
    const sources = [...modulesOf(metafile, first, module)].filter((other) => other !== first);
    const manifest = JSON.stringify(manifestOf(root, folder, sources, made, contents));
    writeAtomic(manifestFile(root, part), manifest);
    // Beside the file there is the code that V8 has compiled of it.
    kept.push(`${basename(made)}.${part}.code`);
  }
  for (const file of readdirSync(output).filter((other) => !kept.includes(other))) {
    const path = join(output, file);
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs !== undefined && Date.now() - mtimeMs > keptMs) rmSync(path, { force: true });
  }
}

/** Whether it has been made of what is there: then it need not be made again. */
export function isPrepared(root: string, preparation: Preparation): boolean {
  return partsOf(preparation).every(([part]) => {
    try {
      const made = JSON.parse(readFileSync(manifestFile(root, part), "utf8"));
      const digest = createHash("sha256");
      for (const [path] of made.files) digest.update(readFileSync(join(root, path)));
      return made.root === root && digest.digest("hex") === made.digest;
    } catch {
      return false;
    }
  });
}

function manifestFile(root: string, part: string): string {
  return join(root, "node_modules", ".cache", "prepared", `${part}.json`);
}

/** Namespace of the first modules, which are in no file. */
const entries = "prepared";

function firstModules(resolveDir: string, files: readonly PreparedFile[]): Plugin {
  const sources = new Map(files.map(({ name, entry }) => [name, entry]));
  return {
    name: "first-modules",
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^prepared:/ }, ({ path }) => ({
        path: path.slice(entries.length + 1),
        namespace: entries,
      }));
      onLoad({ filter: /.*/, namespace: entries }, ({ path }) => ({
        contents: sources.get(path) ?? "",
        resolveDir,
        loader: "ts",
      }));
    },
  };
}

/**
 * V8 needs twice the room, and more time, for a source with a character beyond Latin-1. esbuild escapes them in strings and
 * leaves them in regular expressions, where an escape is the same, and in comments; one in a tagged template, which nothing
 * here has, would become another text for `String.raw`.
 */
function inAscii(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The modules that a part loads, or may load: of what the first module imports when it is needed, only one. */
function modulesOf({ inputs }: Metafile, first: string, needed: string | undefined): ReadonlySet<string> {
  const found = new Set([first]);
  // A set is read to its end, which is further away with each module that is new.
  for (const path of found) {
    for (const { path: imported, kind, external } of inputs[path]?.imports ?? []) {
      const isOfOthers = path === first && kind === "dynamic-import" && needed !== undefined;
      if (!external && (!isOfOthers || imported === needed)) found.add(imported);
    }
  }
  return found;
}

/** What `preview/host/prepared.cjs` compares: the sizes of files, and one digest of what they hold, one after another. */
function manifestOf(
  root: string,
  folder: string,
  sources: readonly string[],
  made: string,
  contents: Map<string, Uint8Array>,
) {
  const packages = [...new Set(sources.flatMap((path) => packageOf(path) ?? []))];
  const others = [
    ...packages.map((path) => join(path, "package.json")),
    // What leads to the modules where nothing is prepared, or says how this is made.
    ...["package.json", join(folder, "package.json"), join(folder, "index.js")],
    ...[join(folder, "main.ts"), join("tools", "prepare.ts")],
    // Says what is installed, and so where every import of a package leads.
    join("node_modules", ".package-lock.json"),
  ].filter((path) => existsSync(join(root, path)));
  const folders = [
    ...new Set(sources.flatMap((path) => (packageOf(path) === undefined ? parentsOf(path) : []))),
  ];
  const shadowed = folders.find((path) => existsSync(join(root, path, "node_modules")));
  if (shadowed !== undefined) throw new Error(`${shadowed} has packages of its own`);
  const digest = createHash("sha256");
  // The file itself is the last, which is what is run.
  const files = [...new Set([...sources, ...others, made])].map((path): [path: string, bytes: number] => {
    const content = contents.get(join(root, path)) ?? readFileSync(join(root, path));
    digest.update(content);
    return [path, content.length];
  });
  return { root, files, digest: digest.digest("hex"), folders };
}

/**
 * Lets each of the project's own modules know its place, and refuses one that could not tell what it loads. Takes what
 * every module holds.
 */
function inPlace(left: readonly string[], taken: Map<string, Uint8Array>): Plugin {
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
        taken.set(path, source);
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
  const root = dirname(import.meta.dirname);
  for (const preparation of preparations.filter((each) => !isPrepared(root, each))) {
    try {
      await prepare(root, preparation);
    } catch (error) {
      // Without it, commands load each module by itself, which takes longer.
      console.error(`Commands will start slower: cannot prepare ${preparation.name}: ${reasonOf(error)}`);
    }
  }
}
