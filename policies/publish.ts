import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { bundlePack } from "./bundle.ts";

interface Flags {
  output: string;
  dryRun: boolean;
}

const command = new Command("publish-pack")
  .description("Bundles the policy pack and publishes it at Pulumi Cloud, where policy groups enforce it.")
  .argument("[organization]", "organisation at Pulumi Cloud; the account's default where it is left out")
  .option("--output <folder>", "folder of the bundle", join(import.meta.dirname, "..", "dist", "pack"))
  .option("--dry-run", "make the bundle and publish nothing", false)
  .addHelpText("after", "\nExample:\n  $ npm run publish-pack -- optropic")
  .action(run);

await command.parseAsync();

async function run(organization: string | undefined, { output, dryRun }: Flags): Promise<void> {
  const folder = resolve(output);
  await bundlePack(folder);
  process.stdout.write(`${folder}\n`);
  if (!dryRun) process.exitCode = await publish(folder, organization);
}

/** Status of `pulumi policy publish`, which says itself what it did. */
async function publish(folder: string, organization: string | undefined): Promise<number> {
  const args = ["policy", "publish", ...(organization === undefined ? [] : [organization])];
  try {
    const pulumi = spawn("pulumi", args, { cwd: folder, stdio: "inherit" });
    const [status] = await once(pulumi, "exit");
    return typeof status === "number" ? status : 1;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`error: pulumi cannot be started, which npm run puts on the path: ${reason}\n`);
    return 2;
  }
}
