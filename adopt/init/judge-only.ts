/** The configuration of the pack that a team begins with: everything is said, and nothing is refused. */
export const advisoryPack = `${JSON.stringify({ all: "advisory" }, null, 2)}\n`;

/** What the files of a repository that is only judged are called. */
export const packFile = "checklist-pack.json";
export const workflowFile = ".github/workflows/checklist.yml";

/** GitHub's action, by the commit that the project's own workflows use. */
const checkout = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1";

/**
 * A workflow that judges a repository's own Pulumi program, or a state in the repository, on every pull request.
 *
 * @param action the repository and the commit of the checklist's action
 * @param state the state's path, for what no Pulumi program of Node.js declares
 */
export function workflow({
  action,
  stack,
  state,
}: {
  action: string;
  stack: string;
  state?: string;
}): string {
  const lines = [
    "name: checklist",
    // Also for a new base and in a merge queue, which would wait for ever for a check that never begins.
    "on: { pull_request: { types: [opened, synchronize, reopened, edited] }, merge_group: {} }",
    "permissions: { contents: read }",
    "jobs:",
    "  judge:",
    "    runs-on: ubuntu-24.04",
    "    timeout-minutes: 15",
    "    steps:",
    `      - uses: ${checkout}`,
    "        with: { persist-credentials: false }",
    ...(state === undefined ? ["      - run: npm ci --ignore-scripts"] : []),
    `      - uses: ${action}`,
    state === undefined
      ? `        with: { stack: ${stack}, policy-pack-config: ${packFile} }`
      : `        with: { state: ${state}, policy-pack-config: ${packFile} }`,
  ];
  return `${lines.join("\n")}\n`;
}
