import { type Command, Option } from "commander";
import { liveVendors, readVendors, type Whereabouts } from "../../adopt/live/index.ts";
import { stateOfInventory } from "../../preview/index.ts";
import { collect } from "../collect.ts";

/** Where the vendors are and which are not used, as a command line says it. */
export interface LiveFlags extends Whereabouts {
  readonly without: string[];
}

/** Options of a subcommand that reads vendors. Each has the variable that the vendor's own tools read. */
export function withLiveOptions(command: Command, leave: readonly string[] = []): Command {
  for (const [flags, text, variable] of places) {
    const option = new Option(flags, text);
    if (variable !== undefined) option.env(variable);
    if (!leave.includes(option.name())) command.addOption(option);
  }
  return command.option(
    "--without <vendor>",
    `a vendor that the platform does not use (${liveVendors.join(", ")}); repeatable`,
    collect,
    [],
  );
}

const places: readonly (readonly [flags: string, text: string, variable?: string])[] = [
  ["--zone <name>", "the zone at Cloudflare; by default all that the token can see"],
  ["--cloudflare-account <id>", "the account at Cloudflare", "CLOUDFLARE_ACCOUNT_ID"],
  ["--vercel-team <id>", "the team at Vercel; needed where the token sees several", "VERCEL_TEAM_ID"],
  ["--render-owner <id>", "the workspace at Render", "RENDER_OWNER_ID"],
  ["--grafana <url>", "the URL of the Grafana stack", "GRAFANA_URL"],
  ["--sentry <slug>", "the organization at Sentry", "SENTRY_ORGANIZATION"],
  [
    "--repository <name>",
    "the repository at GitHub, as OWNER/NAME; read where GITHUB_TOKEN is set",
    "GITHUB_REPOSITORY",
  ],
  ["--sentry-region <name>", "the region of the organization at Sentry, us or de"],
];

/** What the vendors have, as a state. */
export async function liveState(flags: LiveFlags, of: { project: string; stack: string }) {
  const inventory = await readVendors(flags, flags.without);
  return { ...stateOfInventory(inventory, of), plans: inventory.plans };
}
