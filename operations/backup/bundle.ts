import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..", "..");

/**
 * Writes the command of the scheduled job as one file that needs Node.js and PostgreSQL's client and no
 * package: what the Dockerfile beside this takes into its image.
 *
 * @param file where to, by default `dist/backup/optropic.mjs`
 */
export async function bundleJob(
  file: string = join(root, "dist", "backup", "optropic.mjs"),
): Promise<string> {
  await build({
    entryPoints: [join(root, "cli", "job.ts")],
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22.18",
    legalComments: "inline",
    logLevel: "warning",
    // A faster driver, which is taken only where it is installed.
    external: ["pg-native"],
    // Packages of the older kind ask for their parts by `require`.
    banner: {
      js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
    },
  });
  return file;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await bundleJob());
