// Makes the start of a guest cheaper; loaded first of all.
const { setFlagsFromString } = require("node:v8");

/** The flags by which the preview gives room for objects. What Node.js is started with is the guest's own again. */
const room = ["--max-semi-space-size=", "--initial-old-space-size="].flatMap((name) => {
  const index = process.execArgv.findIndex((argument) => argument.startsWith(name));
  return index === -1 ? [] : process.execArgv.splice(index, 1);
});

// Node.js brings its own modules compiled, for a V8 without any flag: with one, V8 compiles each of them anew. The
// room is taken by now, so its flags can go back. What somebody else gives too is also for threads, which take theirs
// later.
const others = [...process.execArgv, process.env.NODE_OPTIONS].join(" ");
if (!/(?:semi|old)[-_]space|heap[-_]size/.test(others)) {
  for (const flag of room) setFlagsFromString(flag.replace(/=.*/, "=0"));
}
for (const name of [
  "child_process",
  "cluster",
  "dgram",
  "dns/promises",
  "fs/promises",
  "http2",
  "inspector",
]) {
  require(`node:${name}`);
}

// Compiled code is of use only to a process whose V8 has the same flags. Pulumi's SDK sets one as it is loaded, so
// that what was loaded before it never fits, and what one host left never fits another, which loads it in another
// order. With the flags set from the start, every host takes the code of every other.
const flags = [["--allow-natives-syntax", "--no-allow-natives-syntax"]];
// Most guests end within two seconds, and share two cores: V8 would spend a tenth of that on optimizing functions
// that hardly run any more. Here it waits until a function was called ten times as often. Other versions of V8 have
// other flags, and tell on the standard error what they do not know.
if (process.versions.v8.startsWith("13.")) {
  flags.push(
    ["--no-profile-guided-optimization", "--profile-guided-optimization"],
    ["--invocation-count-for-maglev=2000", "--invocation-count-for-maglev=400"],
    ["--invocation-count-for-maglev-with-delay=3000", "--invocation-count-for-maglev-with-delay=600"],
    ["--invocation-count-for-turbofan=30000", "--invocation-count-for-turbofan=3000"],
  );
}
for (const [flag] of flags) setFlagsFromString(flag);

/** Loads modules of Node.js once more without these flags. */
exports.withoutFlags = (load) => {
  for (const [, before] of flags) setFlagsFromString(before);
  load();
  for (const [flag] of flags) setFlagsFromString(flag);
};
