#!/usr/bin/env node
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// Every Node.js that knows modules can read this file; what needs a newer one is imported after the check.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
// A checkout installs a Node.js of its own; a package among another repository's has the one that ran it.
const isInstalled = /[\\/]node_modules[\\/][^\\/]+$/.test(root);
if (major < 22 || (major === 22 && minor < 18)) {
  stop(
    `optropic needs Node.js 22.18 or newer, and this is ${process.versions.node}; ${isInstalled ? "install a newer one" : `run npm ci and npx optropic in ${root}, which use Node.js 24`}`,
  );
} else {
  import("node:module")
    .then(({ enableCompileCache }) => {
      enableCompileCache(join(root, "node_modules", ".cache", "node-compile-cache"));
      return run(process.argv.slice(2));
    })
    .catch((error) => {
      const absent = error.code === "ERR_MODULE_NOT_FOUND";
      const where = isInstalled ? "npm install in your repository" : `npm ci in ${root}`;
      stop(absent ? `optropic's packages are not installed; run ${where}` : String(error.message));
    });
}

/** @param {readonly string[]} args */
async function run(args) {
  const part = partFor(args);
  if (part !== undefined) {
    const { compiled, prepared } = (await import("../preview/host/prepared.cjs")).default;
    const found = prepared(root, part);
    if (found !== undefined) {
      const { run: load, keepFirst, keepMore } = compiled(found);
      const { main } = load();
      await main(args);
      // A preview may have a large heap. One that came to its end has run what the next one will.
      if (part !== "optropic-preview") keepMore();
      else if (process.exitCode === 0 || process.exitCode === 1) keepFirst?.();
      return;
    }
  }
  const { main } = await import("./main.ts");
  await main(args);
}

/**
 * Where to look for the modules of a command line in one file: see `tools/prepare.ts`.
 *
 * @param {readonly string[]} args
 * @returns {string | undefined}
 */
function partFor([command = "--help", ...others]) {
  if (others.length === 0 && ["-h", "--help", "-V", "--version"].includes(command)) return "optropic-help";
  // A stack trace names the modules, and what the others load is not in the file of the preview.
  const apart = command === "preview" ? ["--debug", "--evidence", "--items", "--state"] : ["--debug"];
  if (others.some((arg) => apart.some((option) => arg.startsWith(option)))) return undefined;
  return /^[a-z]+$/.test(command) ? `optropic-${command}` : undefined;
}

/** @param {string} reason */
function stop(reason) {
  console.error(`error: ${reason}`);
  process.exitCode = 2;
}
