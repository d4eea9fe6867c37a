import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import project from "../package.json" with { type: "json" };
import pack from "./package.json" with { type: "json" };

/**
 * Makes a folder that `pulumi policy publish` can send, which takes the pack's own folder and nothing beside
 * it: one file of code with all that it imports, for any Node.js that Pulumi runs on, but for Pulumi's own
 * packages. Those hold the host that loads the pack, so whoever runs it installs them, at these versions.
 *
 * @param folder is made where it is missing; files of the same names are replaced
 */
export async function bundlePack(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [join(import.meta.dirname, "pack.ts")],
    outfile: join(folder, "index.js"),
    bundle: true,
    platform: "node",
    // The host requires a pack: CommonJS is what each of its versions can.
    format: "cjs",
    target: "node20",
    external: ["@pulumi/*"],
    legalComments: "inline",
    logLevel: "silent",
  });
  copyFileSync(join(import.meta.dirname, "PulumiPolicy.yaml"), join(folder, "PulumiPolicy.yaml"));
  const { name, version, description, license } = pack;
  const { "@pulumi/policy": policy, "@pulumi/pulumi": pulumi } = project.dependencies;
  const manifest = {
    name,
    version,
    private: true,
    description,
    license,
    main: "index.js",
    dependencies: { "@pulumi/policy": policy, "@pulumi/pulumi": pulumi },
  };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
}
