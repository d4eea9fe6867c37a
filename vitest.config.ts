import { defineConfig } from "vitest/config";

/**
 * Files that keep the state of their process as they find it: they share one process, so that the policies, the
 * components and the providers' packages are loaded once, and not for each file.
 */
const sharing = [
  ...["checklist", "components", "config", "metrics", "policies", "project", "workflows"].map(
    (room) => `test/${room}/**/*.test.ts`,
  ),
  "test/preview/report/*.test.ts",
  ...["diff", "outcome", "pack-config", "render", "saved", "secrets", "stack-reference", "urn", "values"].map(
    (name) => `test/preview/${name}.test.ts`,
  ),
  ...["plans", "settings"].map((name) => `test/${name}.test.ts`),
];

export default defineConfig({
  test: {
    globalSetup: ["test/recording/once.ts"],
    // Two cores: each end-to-end test starts processes of its own.
    maxWorkers: 2,
    maxConcurrency: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    projects: [
      {
        extends: true,
        test: {
          name: "alone",
          include: ["test/**/*.test.ts"],
          exclude: sharing,
        },
      },
      { extends: true, test: { name: "sharing", include: sharing, isolate: false } },
    ],
  },
});
