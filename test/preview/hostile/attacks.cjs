// What a stranger's code would try. Each attack returns what it got, or nothing; what it throws is its failure.
// They know the machine: paths, ports and process ids are given to them.
const { execFileSync, spawn } = require("node:child_process");
const fs = require("node:fs");
const net = require("node:net");
const os = require("node:os");
const { join } = require("node:path");

exports.attempt = async (targets) => {
  const results = {};
  for (const [name, attack] of Object.entries(attacks)) {
    try {
      const got = await attack(targets);
      results[name] = got === undefined ? "nothing" : `got: ${String(got).slice(0, 300)}`;
    } catch (error) {
      results[name] = `failed: ${error.code ?? error.message}`;
    }
  }
  return results;
};

const attacks = {
  "read its own environment": ({ secret }) => ifHeld(JSON.stringify(process.env), secret),
  "read every environment in /proc": ({ secret }) => ifHeld(everyProcess("environ"), secret),
  "read every command line in /proc": ({ previewPid }) => {
    const seen = everyProcess("cmdline");
    return /vitest|optropic\.js/.test(seen) ? `${previewPid}: ${seen}` : undefined;
  },
  "read the preview's memory": ({ previewPid }) => {
    const maps = fs.readFileSync(`/proc/${previewPid}/maps`, "utf8");
    fs.openSync(`/proc/${previewPid}/mem`, "r");
    return maps.includes("node") && !isOwn(previewPid) ? maps : undefined;
  },
  "enter the preview's root and working folder": ({ previewPid, home }) =>
    firstOf(
      ["root", "cwd"].map(
        (link) => () => fs.readFileSync(`/proc/${previewPid}/${link}${home}/.npmrc`, "utf8"),
      ),
    ),
  "reach files by the first process": ({ home }) => fs.readFileSync(`/proc/1/root${home}/.npmrc`, "utf8"),
  "signal the preview": ({ previewPid }) => {
    if (isOwn(previewPid)) return undefined;
    process.kill(previewPid, 0);
    return "it can be signaled";
  },
  "attach the preview's inspector": ({ previewPid }) => {
    if (!isOwn(previewPid)) process.kill(previewPid, "SIGUSR1");
    return connection({ host: "127.0.0.1", port: 9229 });
  },
  "trace the preview": ({ previewPid }) => systemCall("ptrace", 16, previewPid, 0, 0),
  "trace itself": () => systemCall("ptrace", 0, 0, 0, 0),
  "write to the preview's standard output": ({ previewPid, marker }) => {
    if (isOwn(previewPid)) return undefined;
    fs.writeFileSync(`/proc/${previewPid}/fd/1`, marker);
    return "it wrote";
  },
  "write to a terminal": ({ marker }) =>
    firstOf(["/dev/tty", "/dev/console"].map((path) => () => fs.writeFileSync(path, marker) ?? path)),
  "type into a terminal": () => systemCall("ioctl", 0, 0x5412, "x"),

  "read files of the home folder": ({ home }) =>
    firstOf(
      [".npmrc", ".pulumi/credentials.json", ".ssh/id_ed25519"].map(
        (name) => () => fs.readFileSync(join(home, name), "utf8"),
      ),
    ),
  "read the passwords of the system": () => fs.readFileSync("/etc/shadow", "utf8"),
  "read settings of the repository that hold credentials": ({ repository }) =>
    firstOf(
      [".git/config", ".env"].map(
        (name) => () => fs.readFileSync(join(repository, name), "utf8") || undefined,
      ),
    ),
  "read by a link in the repository": ({ repository }) =>
    fs.readFileSync(join(repository, "infra", "link"), "utf8"),
  "read by a link that it makes": ({ home }) => {
    const link = join(os.tmpdir(), "link");
    fs.symlinkSync(join(home, ".npmrc"), link);
    return fs.readFileSync(link, "utf8");
  },
  "read the folder for temporary files": ({ outside }) => fs.readFileSync(join(outside, "victim"), "utf8"),
  "see other runs": ({ outside }) =>
    fs.existsSync(outside) ? fs.readdirSync(join(outside, "..")).join() : undefined,
  "read a disk": () =>
    firstOf(["/dev/vda", "/dev/sda", "/dev/nvme0n1"].map((path) => () => fs.openSync(path, "r") && path)),
  "read the kernel's keys": () => fs.readFileSync("/proc/keys", "utf8") || undefined,
  "use the kernel's keys": () => systemCall("keyctl", 0, -3, 1),

  "write outside of its folder": ({ outside }) => written(join(outside, "planted")),
  "overwrite the project": ({ repository }) => written(join(repository, "infra", "index.js")),
  "overwrite the pack": ({ pack }) => written(join(pack, "index.js")),
  "overwrite installed packages": ({ modules }) => written(join(modules, "@pulumi", "pulumi", "planted.js")),
  "overwrite compiled code": ({ cache }) =>
    firstOf(
      [cache, process.env.NODE_COMPILE_CACHE]
        .filter(Boolean)
        .map((folder) => () => written(join(folder, "planted"))),
    ),
  "overwrite its own main module": () => written(join(__dirname, "planted.cjs")),
  "overwrite the system": () =>
    firstOf(["/etc/planted", "/usr/planted", "/planted", "/run/planted"].map((path) => () => written(path))),
  "change the kernel's settings": () =>
    firstOf(
      ["kernel/core_pattern", "kernel/modprobe", "vm/drop_caches"].map((name) => () => {
        const path = `/proc/sys/${name}`;
        // What is there is written again, so that a success harms nobody.
        fs.writeFileSync(path, name === "vm/drop_caches" ? "1" : fs.readFileSync(path, "utf8"));
        return path;
      }),
    ),
  "write where the runner of a workflow reads": () =>
    firstOf(
      ["GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH"].map(
        (name) => () => process.env[name] && written(process.env[name]),
      ),
    ),

  "open a connection to the machine": ({ port }) => connection({ host: "127.0.0.1", port }),
  "open a connection by another address": ({ port }) =>
    firstOf(
      Object.values(os.networkInterfaces())
        .flat()
        .filter((one) => one?.family === "IPv4" && !one.internal)
        .map(
          ({ address }) =>
            () =>
              connection({ host: address, port }),
        ),
    ),
  "have a network at all": () => Object.keys(os.networkInterfaces()).filter((name) => name !== "lo")[0],
  "open a Unix socket": ({ socket }) => connection({ path: socket }),
  "open an abstract Unix socket": ({ abstract }) => connection({ path: `\0${abstract}` }),
  "open the sockets of daemons": () =>
    firstOf(
      [
        "/var/run/docker.sock",
        "/run/docker.sock",
        "/run/dbus/system_bus_socket",
        "/run/containerd/containerd.sock",
      ].map((path) => () => (fs.existsSync(path) ? path : undefined)),
    ),
  "open a socket of the virtual machine": () => systemCall("socket", 40, 1, 0),
  "open a raw socket": () => systemCall("socket", 17, 3, 768) ?? systemCall("socket", 2, 3, 1),
  "find ports of others": () => {
    const own = new Set(listening());
    return listening().some((one) => !own.has(one)) ? "yes" : undefined;
  },

  "hold memory that counts for no process": () =>
    systemCall("memfd_create", "x", 0) ?? systemCall("shmget", 0, 4096, 0o1600),
  "change the first process of the sandbox": () => fs.openSync("/proc/1/mem", "r+"),
  "make namespaces": () => systemCall("unshare", 0x10000000),
  "enter others' namespaces": ({ previewPid }) =>
    systemCall("setns", fs.openSync(`/proc/${isOwn(previewPid) ? 1 : previewPid}/ns/net`, "r"), 0),
  mount: () => systemCall("mount", "none", "/tmp", "tmpfs", 0, 0),
  "load a program into the kernel": () => systemCall("bpf", 0, 0, 0),
  "become root by a program": () => {
    const id = execFileSync("/bin/sh", ["-c", "su -c id root </dev/null || sudo -n id"], {
      encoding: "utf8",
      stdio: "pipe",
    });
    return id || undefined;
  },
  "have capabilities": () => {
    const held = /^CapEff:\s*(\w+)/m.exec(fs.readFileSync("/proc/self/status", "utf8"))?.[1];
    return Number.parseInt(held, 16) === 0 ? undefined : held;
  },
  "outlive the preview": ({ outside, marker }) => {
    const code = `setInterval(() => { try { require("fs").appendFileSync(${JSON.stringify(join(outside, "alive"))}, "x") } catch {} }, 20)`;
    // The marker is what the test looks for among the processes of the machine.
    const orphan = `${JSON.stringify(process.execPath)} -e '${code}' ${marker} >/dev/null 2>&1 </dev/null &`;
    spawn("/bin/sh", ["-c", `(setsid ${orphan})`], { detached: true, stdio: "ignore" }).unref();
  },
};

/** @param parts of the secret, which its own settings therefore do not hold as a whole */
function ifHeld(text, parts) {
  const secret = parts.join("");
  return text.includes(secret) ? text.slice(Math.max(0, text.indexOf(secret) - 40)) : undefined;
}

/** Whether a process id is one of the sandbox's own, where numbers begin anew. */
function isOwn(pid) {
  return fs.existsSync("/run/preview") && pid < 100;
}

function everyProcess(file) {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return fs.readFileSync(`/proc/${pid}/${file}`, "utf8");
      } catch {
        return "";
      }
    })
    .join("\n");
}

async function firstOf(attempts) {
  let last;
  for (const attempt of attempts) {
    try {
      const got = await attempt();
      if (got !== undefined) return got;
    } catch (error) {
      last = error;
    }
  }
  if (last !== undefined) throw last;
}

function written(path) {
  fs.appendFileSync(path, "");
  return path;
}

function connection(options) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(options, () => {
      socket.destroy();
      resolve(`connected to ${JSON.stringify(options)}`);
    });
    socket.setTimeout(2000, () => socket.destroy(new Error("no answer")));
    socket.on("error", reject);
  });
}

function listening() {
  return fs
    .readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .filter((line) => / 0A /.test(line));
}

const numbers = {
  x64: {
    socket: 41,
    ptrace: 101,
    mount: 165,
    keyctl: 250,
    unshare: 272,
    setns: 308,
    bpf: 321,
    ioctl: 16,
    memfd_create: 319,
    shmget: 29,
  },
  arm64: {
    socket: 198,
    ptrace: 117,
    mount: 40,
    keyctl: 219,
    unshare: 97,
    setns: 268,
    bpf: 280,
    ioctl: 29,
    memfd_create: 279,
    shmget: 194,
  },
}[process.arch];

/** Makes a system call by Perl, which every Debian and Ubuntu has. */
function systemCall(name, ...args) {
  const values = args.map((arg) => (typeof arg === "string" ? JSON.stringify(arg) : String(arg)));
  const code = `my @a = (${values.join(", ")}); my $r = syscall(${numbers[name]}, @a); print $r < 0 ? "no: $!" : "yes: $r";`;
  const answer = execFileSync("/usr/bin/perl", ["-e", code], { encoding: "utf8", stdio: "pipe" });
  if (answer.startsWith("no")) throw new Error(answer);
  return answer;
}
