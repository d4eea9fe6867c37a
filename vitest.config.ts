import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

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

/** Folders and files whose tests start servers, programs and packs. */
const dear = /\/test\/(?:(?:operations|preview|cli|recording|delivery|docs)\/|program\.test)/;

/** What takes long comes first, so that no worker waits for the other's last file. */
class DearFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // Those that share a process come last, and among others those that took longest the last time come first.
    const sorted = await super.sort(files);
    const isDear = ({ project, moduleId }: TestSpecification): boolean =>
      project.config.isolate && dear.test(moduleId);
    return [...sorted.filter(isDear), ...sorted.filter((file) => !isDear(file))];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: DearFirst },
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
