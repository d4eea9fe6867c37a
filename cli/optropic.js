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
  // What these load is not in the prepared file, and a stack trace names the modules.
  const others = ["--debug", "--evidence", "--items", "--state"];
  if (args[0] === "preview" && !args.some((arg) => others.some((option) => arg.startsWith(option)))) {
    const { preparedFile, runPrepared } = (await import("../preview/host/prepared.cjs")).default;
    const file = preparedFile(root, "preview");
    if (file !== undefined) {
      let keep;
      const prepared = runPrepared(file, (given) => {
        keep = given;
      });
      await prepared.main(args);
      // Only a preview that came to its end has run what the next one will.
      if (process.exitCode === 0 || process.exitCode === 1) keep?.();
      return;
    }
  }
  const { main } = await import("./main.ts");
  await main(args);
}

/** @param {string} reason */
function stop(reason) {
  console.error(`error: ${reason}`);
  process.exitCode = 2;
}
