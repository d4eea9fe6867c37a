import { fault, type Stack, unproved, type Verdict } from "../framework/index.ts";
import { mayMatchBoth } from "../values/ref-cover.ts";
import { type DeploymentSettings, isTaggedStaging, stackLabel } from "./deployments.ts";

/** Commands before a deployment that bring dependencies and programs, and cannot take the pack away. */
const harmless: readonly RegExp[] = [
  /^(?:npm (?:ci|install)|pnpm (?:install|i)|yarn(?: install)?|bun install|corepack enable)(?: --?[\w-]+(?:=[\w-]+)?)*$/,
  /^(?:npm|pnpm|yarn) run build$/,
  /^(?:node|npm|pulumi|pnpm|yarn|corepack) (?:--version|-v|version)$/,
  /^echo "PATH=[\w$./:-]+" >> \/PULUMI_ENV$/,
  /^(?:nvm|fnm|n|volta|mise|asdf) (?:use|install)(?: [\w.@/-]+)*$/,
];

/** Variables that make Pulumi or Node.js leave out the pack, or run something else before it. */
const meddling =
  /^(?:NODE_OPTIONS|NODE_PATH|LD_PRELOAD|PATH|PULUMI_(?!OPTION_POLICY_PACK$|STACK|ORG|BACKEND|ACCESS_TOKEN|CONFIG_PASSPHRASE|CI_|PARALLEL|OPTION_PARALLEL|OPTION_MESSAGE|SKIP_UPDATE_CHECK)\w*)$/;

/** Judges what a deployment does before it runs the program: that nothing takes the pack away. Throws UnknownRead. */
export function judgeWork(stack: Stack, settings: DeploymentSettings): Verdict {
  const operation = settings.at("operationContext");
  const label = stackLabel(settings);
  for (const command of operation.at("preRunCommands").items()) {
    const text = command.string()?.trim() ?? "";
    if (!harmless.some((form) => form.test(text))) {
      return unproved(
        command,
        `Deployments of ${label} first run ${JSON.stringify(text)}, which may take the pack or the program away.`,
        "Leave in preRunCommands only what installs dependencies, such as npm ci; put other steps into the repository, where they are reviewed.",
      );
    }
  }
  for (const [name, value] of operation.at("environmentVariables").entries()) {
    if (meddling.test(name)) {
      return fault(value, `Deployments of ${label} set ${name}, which may change what Pulumi runs.`);
    }
    const pack = name === "PULUMI_OPTION_POLICY_PACK" ? (value.string() ?? "") : "policies";
    if (!/(?:^|\/)policies\/?$/.test(pack) && !isTaggedStaging(stack, settings)) {
      return fault(value, `Deployments of ${label} enforce the pack ${JSON.stringify(pack)}, not policies.`);
    }
  }
  return true;
}

/** Files that no preview reads: what is left out of the paths must be one of these. */
const unread: readonly RegExp[] = [
  /^(?:\.\/)?docs\/(?:\*\*?|\*\*\/\*(?:\.\w+)?)$/,
  /^(?:\*\*\/)?\*\.(?:md|mdx|txt|svg|png|jpe?g|gif)$/,
  /^(?:README|LICENSE|CHANGELOG|CONTRIBUTING|SECURITY)(?:\.\w+|\*|\.\*)?$/,
  /^(?:\.github\/ISSUE_TEMPLATE|\.vscode|\.idea|test|tests)\/\*\*(?:\/\*)?$/,
];

/** Judges that a change of any file of the program or the pack starts a preview and a deployment. Throws UnknownRead. */
export function judgePaths(settings: DeploymentSettings): Verdict {
  for (const source of ["vcs", "github"] as const) {
    const paths = settings.at(source, "paths");
    const texts = paths.items().map((path) => path.string() ?? "");
    const taken = texts.filter((path) => !path.startsWith("!"));
    const left = texts.filter((path) => path.startsWith("!")).map((path) => path.slice(1));
    const isAll = taken.length === 0 || taken.some((path) => /^(?:\.\/)?\*\*(?:\/\*)?$/.test(path));
    if (!isAll) {
      return unproved(
        paths,
        `Changes outside ${taken.join(", ")} are not previewed against ${stackLabel(settings)}.`,
        'Let the paths begin with "**", and leave out only documents.',
      );
    }
    const hidden = left.find((path) => !unread.some((form) => form.test(path)) || takesPack(path));
    if (hidden !== undefined) {
      return fault(paths, `Changes of ${hidden} are not previewed against ${stackLabel(settings)}.`);
    }
  }
  return true;
}

const takesPack = (path: string): boolean => mayMatchBoth(path, "policies/index.js");
