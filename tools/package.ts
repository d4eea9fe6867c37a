import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import manifest from "../package.json" with { type: "json" };

const root = dirname(import.meta.dirname);

/** Files that are read or started and not imported. */
const assets = [
  "preview/host",
  "sdks/render",
  "sdks/sentry",
  "sdks/supabase",
  "Pulumi.production.yaml",
  "LICENSE",
];

/** Main modules of threads. */
const threads = ["preview/isolation/watch.ts"];

/**
 * Makes the folder of the npm package: the command and the pack for any repository, in JavaScript, because Node.js
 * strips no types under node_modules. Every file stays where it is in the project, so that what reads a file
 * beside it finds it. The program of the platform is not part of it.
 *
 * @param folder is made anew
 */
export async function makePackage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const sources = await sourcesOf(["cli/main.ts", ...threads]);
  const code = [...sources.filter((path) => path.endsWith(".ts")), "cli/optropic.js"];
  await build({
    ...shared,
    entryPoints: code,
    outdir: folder,
    outbase: root,
    plugins: [asJavaScript],
  });
  for (const path of sources.filter((source) => source.endsWith(".json") && source !== "package.json"))
    cpSync(join(root, path), join(folder, path));
  for (const path of assets)
    cpSync(join(root, path), join(folder, path), { recursive: true, filter: isShipped });
  await bundlePack(join(folder, "pack"));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(packageManifest(), undefined, 2)}\n`);
  writeFileSync(join(folder, "README.md"), readme);
}

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node22.18",
  logLevel: "warning",
} as const;

/** Every file of the project that the entries import, directly or not. */
async function sourcesOf(entryPoints: readonly string[]): Promise<string[]> {
  const { metafile } = await build({
    ...shared,
    entryPoints: [...entryPoints],
    outdir: join(root, "dist"),
    packages: "external",
    splitting: true,
    write: false,
    metafile: true,
  });
  return Object.keys(metafile.inputs).filter((path) => !path.startsWith("node_modules/"));
}

/** Leaves every import as it is, but for the ending of the project's own files. */
const asJavaScript: Plugin = {
  name: "as-javascript",
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === "entry-point" ? undefined : { path: path.replace(/^(\..*)\.ts$/, "$1.js"), external: true },
    );
  },
};

/** One file, which the host of policy packs can require whichever packages are beside it. */
async function bundlePack(folder: string): Promise<void> {
  await build({
    ...shared,
    entryPoints: [join(root, "policies", "pack.ts")],
    outfile: join(folder, "index.js"),
    format: "cjs",
    external: ["@pulumi/*"],
  });
  cpSync(join(root, "policies", "PulumiPolicy.yaml"), join(folder, "PulumiPolicy.yaml"));
  const { name, version } = JSON.parse(readFileSync(join(root, "policies", "package.json"), "utf8"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version, main: "index.js" }));
}

const isShipped = (path: string): boolean =>
  !/(?:^|\/)(?:node_modules|package-lock\.json)(?:\/|$)/.test(path.slice(root.length));

/** What is published: no package of a folder, which only this project has. */
function packageManifest(): Record<string, unknown> {
  const { name, version, description, license, engines, bin } = manifest;
  const dependencies = Object.fromEntries(
    Object.entries(manifest.dependencies).filter(([, wanted]) => !wanted.startsWith("file:")),
  );
  return { name, version, description, license, type: "module", bin, engines, dependencies };
}

const readme = `# optropic

The production deployment checklist for any repository with a Pulumi program, a state, or tokens that may read the vendors.

    npx optropic preview --stack STACK
    npx optropic preview --state state.json
    npx optropic judge
`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(root, "dist", "package");
  await makePackage(folder);
  process.stdout.write(`${folder}\n`);
}
