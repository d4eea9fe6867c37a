import type { GoTool } from "./go-tool.ts";

/** Runs the load test. */
export const k6: GoTool = {
  name: "k6",
  module: "go.k6.io/k6",
  version: "v1.8.1",
  versionArguments: ["version"],
  guide: "https://grafana.com/docs/k6/latest/set-up/install-k6/",
};

/** Checks the workflows, in the tests. */
export const actionlint: GoTool = {
  name: "actionlint",
  module: "github.com/rhysd/actionlint/cmd/actionlint",
  version: "v1.7.12",
  versionArguments: ["-version"],
  guide: "https://github.com/rhysd/actionlint/blob/main/docs/install.md",
};

/** A store that speaks S3, in the tests and measurements of backups. */
export const versitygw: GoTool = {
  name: "versitygw",
  module: "github.com/versity/versitygw/cmd/versitygw",
  version: "v1.8.0",
  versionArguments: ["--version"],
  guide: "https://github.com/versity/versitygw/wiki/Quickstart",
};
