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
  .argument("[organization]", "organization at Pulumi Cloud; the account's default if omitted")
  .option("--output <folder>", "folder of the bundle", join(import.meta.dirname, "..", "dist", "pack"))
  .option("--dry-run", "make the bundle without publishing it", false)
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
    process.stderr.write(
      `error: cannot start pulumi: ${reason}; run this through npm, which puts it on the path\n`,
    );
    return 2;
  }
}
