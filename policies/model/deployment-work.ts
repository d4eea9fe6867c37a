import { type Fault, fault, known, type Stack, unproved, type Verdict } from "../framework/index.ts";
import { mayMatchBoth } from "../values/ref-cover.ts";
import { skipsTls } from "../values/tls-switches.ts";
import { isAside } from "./aside.ts";
import { type DeploymentSettings, isTaggedStaging, stackLabel } from "./deployments.ts";

/** Commands before a deployment that bring dependencies and programs, and cannot take the pack away. */
const harmless: readonly RegExp[] = [
  /^(?:npm (?:ci|install)|pnpm (?:install|i)|yarn(?: install)?|bun install|corepack enable)(?: --(?:frozen-lockfile|immutable|ignore-scripts|no-audit|no-fund|no-progress|prefer-offline|legacy-peer-deps|omit=\w+|include=\w+|production|silent|quiet|ci|no-save|no-optional))*$/,
  /^(?:npm|pnpm|yarn) run build$/,
  /^(?:node|npm|pulumi|pnpm|yarn|corepack) (?:--version|-v|version)$/,
  /^npm audit(?: signatures)?(?: --(?:audit-level=\w+|omit=\w+|production))*$/,
  /^echo "PATH=[\w$./:-]+" >> \/PULUMI_ENV$/,
  /^(?:nvm|fnm|n|volta|mise|asdf) (?:use|install)(?: [\w.@/-]+)*$/,
];

/** Variables that make Pulumi or Node.js leave out the pack, or run something else before it. */
const meddling =
  /^(?:NODE_OPTIONS|NODE_PATH|LD_(?:PRELOAD|LIBRARY_PATH)|PATH|SHELL|ENV|BASH_ENV|GIT_\w+|npm_config_(?!(?:loglevel|fund|audit|cache|progress)$)\w+|NPM_CONFIG_(?!(?:LOGLEVEL|FUND|AUDIT|CACHE|PROGRESS)$)\w+|PULUMI_(?!OPTION_POLICY_PACK$|STACK|ORG|BACKEND|ACCESS_TOKEN|CONFIG_PASSPHRASE|CI_|PARALLEL|SKIP_UPDATE_CHECK|OPTION_(?:REFRESH|PARALLEL|MESSAGE|DIFF|COLOR|SHOW_\w+|SUPPRESS_\w+)$)\w*)$/;

/** Options of Node.js by which it runs the same program, in another size or with other messages. */
const sizes =
  /^(?:--(?:(?:max-old-space|max-semi-space|stack)-size|stack-trace-limit)=\d+|--(?:enable-source-maps|(?:no|trace)-(?:warnings|deprecation)))$/;

const areSizes = (options: string): boolean =>
  options
    .trim()
    .split(/\s+/)
    .every((option) => sizes.test(option));

/**
 * Judges what a deployment does before it runs the program, where it runs and as whom: that nothing takes the pack
 * away. Throws UnknownRead.
 */
export function judgeWork(
  stack: Stack,
  settings: DeploymentSettings,
  isSupplied: (text: string) => boolean,
): Verdict {
  const operation = settings.at("operationContext");
  const label = stackLabel(settings);
  for (const command of operation.at("preRunCommands").items()) {
    const text = command.string()?.trim() ?? "";
    const isHarmless = text.split("&&").every((part) => harmless.some((form) => form.test(part.trim())));
    if (!isHarmless) {
      return unproved(
        command,
        `Deployments of ${label} first run ${JSON.stringify(text)}, which may take the pack or the program away.`,
        "Leave in preRunCommands only what installs dependencies, such as npm ci; put other steps into the repository, where they are reviewed.",
      );
    }
  }
  const image = settings.at("executorContext", "executorImage");
  const reference = image.string();
  if (reference !== undefined && !isKnownImage(reference, deployedOwner(settings))) {
    return unproved(
      image,
      `Deployments of ${label} run in the image ${reference}, in which anything may take Pulumi's place.`,
      "Use pulumi/pulumi or another image of Pulumi's, or one of your own organization.",
    );
  }
  for (const [name, value] of operation.at("environmentVariables").entries()) {
    if (skipsTls(name, known(() => value.string()) ?? "")) {
      return fault(
        value,
        `Deployments of ${label} set ${name}, by which they do not verify certificates.`,
        `Remove ${name} from the environmentVariables of the deployment settings.`,
      );
    }
    const isSize = name === "NODE_OPTIONS" && areSizes(value.string() ?? "");
    if (meddling.test(name) && !isSize) {
      return fault(value, `Deployments of ${label} set ${name}, which may change what Pulumi runs.`);
    }
    const pack = name === "PULUMI_OPTION_POLICY_PACK" ? (value.string() ?? "") : "policies";
    if (!/(?:^|\/)policies\/?$/.test(pack) && !isTaggedStaging(stack, settings)) {
      return fault(value, `Deployments of ${label} enforce the pack ${JSON.stringify(pack)}, not policies.`);
    }
  }
  return placeFault(settings, isSupplied) ?? true;
}

/** What is wrong with the shell, the folder, the machine or the rights at a cloud of a deployment. */
function placeFault(settings: DeploymentSettings, isSupplied: (text: string) => boolean): Fault | undefined {
  const label = stackLabel(settings);
  const shell = settings.at("operationContext", "options", "shell");
  if (!/^(?:(?:\/usr)?\/bin\/)?(?:ba|da|a|z)?sh$/.test(shell.string() ?? "sh")) {
    return unproved(
      shell,
      `Deployments of ${label} run every command in ${shell.string()}, which may do anything in its place.`,
      "Remove shell, or set it to sh or bash.",
    );
  }
  const folder = settings.at("sourceContext", "git", "repoDir");
  const path = folder.string() ?? "";
  if (isAside(path) && !isSupplied(path)) {
    return fault(
      folder,
      `${label} is deployed from the folder ${path} of its repository, which is not for production by its name.`,
    );
  }
  const pool = settings.at("agentPoolId");
  const isDeclared = settings.dependenciesOf("agentPoolId").length > 0;
  if (!isDeclared && pool.exists && !isSupplied(pool.string() ?? "")) {
    return unproved(
      pool,
      `${label} is deployed by the agents of a pool that neither this stack nor a setting names, on machines whose owner nobody knows.`,
      "Declare the pulumiservice.AgentPool in this stack, or name the pool in a setting.",
    );
  }
  return identityFault(settings, isSupplied);
}

/** Rights at a cloud by which a deployment could do more than the program says. */
function identityFault(
  settings: DeploymentSettings,
  isSupplied: (text: string) => boolean,
): Fault | undefined {
  const oidc = settings.at("operationContext", "oidc");
  const names = [
    oidc.at("aws", "roleARN"),
    ...oidc.at("aws", "policyARNs").items(),
    oidc.at("gcp", "serviceAccount"),
  ];
  const mighty = names.find((name) => {
    const text = name.string() ?? "";
    return /admin|poweruser|full[-_]?access|\bowner\b|:root$/i.test(text) && !isSupplied(text);
  });
  return mighty === undefined
    ? undefined
    : unproved(
        mighty,
        `Deployments of ${stackLabel(settings)} act as ${mighty.string()}, which may do anything by its name.`,
        "Give deployments a role of their own with the rights that the program needs, or name this one in a setting.",
      );
}

/** Pulumi's own images, and those of the organization whose code is deployed. */
function isKnownImage(reference: string, owner: string | undefined): boolean {
  const [path = ""] = reference.replace(/^[\w.-]+\.[\w.-]+(?::\d+)?\//, "").split(/[@:]/);
  return (
    path === "" || /^pulumi\/pulumi(?:-[\w-]+)?$/.test(path) || path.toLowerCase().split("/")[0] === owner
  );
}

function deployedOwner(settings: DeploymentSettings): string | undefined {
  const source = (["vcs", "github"] as const).find((kind) => settings.at(kind).exists);
  return source && settings.at(source, "repository").string()?.toLowerCase().split("/").at(-2);
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
    const isAll = texts.length === 0 || taken.some((path) => /^(?:\.\/)?\*\*(?:\/\*)?$/.test(path));
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
