import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { preview } from "../../preview/index.ts";
import { pack, program } from "./harness.ts";

it("judges 800 resources and what they depend on", async () => {
  const { resources, summary, policies } = await preview({
    cwd: join(import.meta.dirname, "..", "..", "bench", "many"),
    stack: "test",
    config: ["count=800"],
    policyPacks: [pack("echo")],
  });
  // And the stack, a zone and two default providers.
  expect(summary.resources).toBe(804);
  expect(resources.filter(({ type }) => type.endsWith(":RandomPassword"))).toHaveLength(400);
  const inStack = policies.find(({ name }) => name === "echo-stack")?.violations ?? [];
  const dependents = inStack.filter(({ message }) => message.includes('"propertyDependencies":{"content"'));
  expect(dependents).toHaveLength(400);
});

it("judges of a large program what it changes before Pulumi's SDK reads it, as of a small one", async () => {
  const { resources } = await preview({ cwd: program("changing"), stack: "dev" });
  const found = (name: string) => resources.find((resource) => resource.name === name);
  // And the stack and a default provider.
  expect(resources).toHaveLength(1210);
  expect([1, 2, 3, 4, 5, 6].map((steps) => found(`filled-${steps}`)?.inputs.rules)).toEqual([
    ...[["late"], ["late"], ["late"]],
    ...[[], [], []],
  ]);
  expect(found("waiting")?.options).toEqual({ ignoreChanges: ["first", "late"], hideDiffs: ["first"] });
});

it("judges a large stack once the program's memory is free", async () => {
  const folder = mkdtempSync(join(tmpdir(), "many-"));
  process.env.LEFT_BY_PROGRAM = join(folder, "left");
  try {
    const { policies } = await preview({
      cwd: program("leaving"),
      stack: "dev",
      config: ["count=2001"],
      policyPacks: [pack("leaving")],
    });
    expect(policies.map(({ status }) => status)).toEqual(["violated"]);
  } finally {
    delete process.env.LEFT_BY_PROGRAM;
    rmSync(folder, { recursive: true });
  }
});
