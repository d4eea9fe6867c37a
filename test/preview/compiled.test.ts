import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { previewOf } from "./harness.ts";

const folder = mkdtempSync(join(tmpdir(), "compiled-"));

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it("leaves a pack's compiled code for the next preview, which takes all of it", async () => {
  const state = join(import.meta.dirname, "..", "fixtures", "states", "encrypted.json");
  // What Node.js itself says of its cache of compiled code, on the standard output of the pack's process.
  vi.stubEnv("NODE_COMPILE_CACHE", folder);
  vi.stubEnv("NODE_DEBUG_NATIVE", "COMPILE_CACHE");
  const told = async (): Promise<string> => {
    const { messages } = await previewOf("small", ["echo"], { state, outputBytes: 64 * 1024 * 1024 });
    return messages.map(({ message }) => message).join("\n");
  };
  const count = (text: string, what: string): number => text.split(what).length - 1;
  // The process is stopped once it has judged, before it has told of all.
  const first = await told();
  expect(count(first, "was not initialized")).toBeGreaterThan(20);
  const second = await told();
  expect(count(second, "was accepted")).toBeGreaterThan(20);
  expect(count(second, "was rejected")).toBe(0);
  expect(count(second, "was not initialized")).toBeLessThan(5);
});
