#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { join } from "node:path";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `optropic needs Node.js 22.18 or newer and this is ${process.versions.node}: start it with npm or npx, which bring Node.js 24`,
  );
  process.exit(2);
}
enableCompileCache(join(import.meta.dirname, "..", "node_modules", ".cache", "node-compile-cache"));
const { main } = await import("./main.ts");
await main(process.argv.slice(2));
