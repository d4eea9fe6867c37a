import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundlePack } from "../../policies/bundle.ts";
import { packName } from "../../policies/model/pack-name.ts";
import packManifest from "../../policies/package.json" with { type: "json" };
import { run } from "../cli/command.ts";
import { Host } from "./host.ts";
import { firstOfEach, together } from "./mutants.ts";
import { deliveryMutants } from "./mutants-delivery.ts";
import { passingStack } from "./passing-stack.ts";

let folder: string;
let bundled: Host;
let source: Host;

beforeAll(async () => {
  // Beside the bundle there are Pulumi's packages and nothing else of the project.
  folder = mkdtempSync(join(tmpdir(), "bundle-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(
    join(import.meta.dirname, "..", "..", "node_modules", "@pulumi"),
    join(folder, "node_modules", "@pulumi"),
  );
  await bundlePack(folder);
  [bundled, source] = await Promise.all([Host.start({ pack: folder }), Host.start()]);
});

afterAll(async () => {
  await Promise.all([bundled.stop(), source.stop()]);
  rmSync(folder, { recursive: true });
});

describe("the bundled pack", () => {
  test("has the name that policy groups refer to, and the version that is enforced", async () => {
    expect(packManifest.name).toBe(packName);
    const info = await bundled.info();
    expect([info.getName(), info.getVersion()]).toEqual([packName, packManifest.version]);
  });

  test("holds nothing but what is published", () => {
    expect(readdirSync(folder).sort()).toEqual([
      "PulumiPolicy.yaml",
      "index.js",
      "node_modules",
      "package.json",
    ]);
  });

  test("announces what the source announces", async () => {
    const [one, other] = await Promise.all([bundled.info(), source.info()]);
    expect(one.toObject()).toEqual(other.toObject());
  });

  test("says of each stack what the source says of it", async () => {
    const mutants = firstOfEach(deliveryMutants);
    const objecting = new Set<string>();
    for (const stack of [passingStack(), [], ...together(mutants, passingStack())]) {
      const [one, other] = await Promise.all([bundled.preview(stack), source.preview(stack)]);
      expect(one).toEqual(other);
      if (stack.length > 0) for (const { policy } of one) objecting.add(policy);
    }
    expect(mutants.filter(({ policy }) => !objecting.has(policy))).toEqual([]);
  });
});

test("a preview with the bundle comes to what one with the source comes to", async () => {
  const copy = join(folder, "copy");
  mkdirSync(copy);
  for (const file of ["PulumiPolicy.yaml", "index.js", "package.json"])
    cpSync(join(folder, file), join(copy, file));
  const delivery = join(import.meta.dirname, "..", "..", "delivery");
  const broken = ["--config", "repository.review.approvals=0"];
  const of = async (...pack: string[]) => {
    const { status, stdout } = await run(["preview", "--cwd", delivery, "--json", ...broken, ...pack]);
    return { status, policies: JSON.parse(stdout).policies };
  };
  const [own, published] = await Promise.all([of(), of("--policy-pack", copy)]);
  expect(published).toEqual(own);
  expect(own.status).toBe(1);
});
