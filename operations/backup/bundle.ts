import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..", "..");

/**
 * Bundles the command of the scheduled job into one file, which needs Node.js and PostgreSQL's client
 * programs but no packages. The Dockerfile in this folder copies it into its image.
 *
 * @param file the file to write
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
    // An optional native driver.
    external: ["pg-native"],
    // CommonJS packages call `require`.
    banner: {
      js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
    },
  });
  return file;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await bundleJob());
