import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that leave the state of their process as they find it: those of one project share one process, so that modules,
 * policies and providers' packages are loaded once, and not for each file. To start a program from a process of 2 GiB
 * takes seven times the processor time that it takes from one of 200 MiB, so those that start many are not with those
 * that load much.
 */
const sharing = {
  starting: ["test/operations/**/*.test.ts"],
  previewing: [
    "test/preview/!(compiled|deadline).test.ts",
    "test/preview/{isolation,report}/*.test.ts",
    "test/cli/!(signals|start|verify).test.ts",
    "test/cli/{evidence,operations}/*.test.ts",
    "test/cli/release/plan.test.ts",
  ],
  sharing: [
    "test/{adopt,checklist,components,config,delivery,docs,policies}/**/*.test.ts",
    "test/evidence/!(gates).test.ts",
    "test/metrics/!(alerts).test.ts",
    "test/{postgres,project,pull-requests,recording,sdks,vendors,verify,workflows}/**/*.test.ts",
    "test/{plans,ports,program,settings}.test.ts",
    "test/lib/!(child).test.ts",
  ],
};

/** Every project, in the order in which they run; each file that shares no process has one of its own. */
const order = ["alone", ...Object.keys(sharing)];

/** Folders and files whose tests start servers, programs and packs. */
const dear = /\/test\/(?:(?:operations|preview|cli|recording|delivery|docs|metrics)\/|program\.test)/;

/** What takes long comes first, so that no worker waits for the other's last file. */
class DearFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // Of the same kind, those that took longest the last time come first. Who shares a process has others beside.
    const sorted = await super.sort(files);
    const place = ({ project, moduleId }: TestSpecification): number =>
      2 * order.indexOf(project.name) + (dear.test(moduleId) ? 0 : 1);
    return sorted.toSorted((one, other) => place(one) - place(other));
  }
}

const shared = {
  setupFiles: ["test/worker.ts"],
  // Tests that are told to run beside each other wait most of the time.
  maxConcurrency: 8,
  testTimeout: 180_000,
  hookTimeout: 180_000,
  // What a test waits for comes within moments; by default it would have one second for it.
  expect: { poll: { timeout: 150_000 } },
  // Node.js runs the files itself, as it does outside of tests: nothing is transformed, and no module is mocked.
  experimental: { viteModuleRunner: false, nodeLoader: false },
};

export default defineConfig({
  test: {
    globalSetup: ["test/recording/once.ts", "test/compiled.ts"],
    sequence: { sequencer: DearFirst },
    // Two cores: each end-to-end test starts processes of its own.
    maxWorkers: 2,
    // They inherit nothing: what is set in a project goes before what a command line says, such as --maxWorkers.
    projects: [
      {
        test: {
          ...shared,
          name: "alone",
          include: ["test/**/*.test.ts"],
          exclude: Object.values(sharing).flat(),
        },
      },
      ...Object.entries(sharing).map(([name, include]) => ({
        test: { ...shared, name, include, isolate: false },
      })),
    ],
  },
});
