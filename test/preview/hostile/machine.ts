import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const project = join(import.meta.dirname, "..", "..", "..");

/** What a stranger's code is given to find: everything that it must not reach, and where that is. */
export interface Machine {
  folder: string;
  /** Folder of the hostile program, in a repository that holds credentials. */
  program: string;
  pack: string;
  /** What the attacks are told. */
  targets: Record<string, unknown>;
  /** Connections that somebody made to what only others may reach. */
  connections: () => number;
  remove: () => void;
}

/** The value of the caller's secret, in parts, so that its own settings do not hold it. */
export const secretParts = ["hostile", "test", "secret", String(process.pid)];

/** What an orphan has on its command line. */
export const marker = `orphan-${process.pid}`;

export async function machine(): Promise<Machine> {
  const folder = mkdtempSync(join(tmpdir(), "hostile-"));
  const at = (...path: string[]): string => join(folder, ...path);
  const secret = secretParts.join("");
  const files = {
    "home/.npmrc": secret,
    "home/.pulumi/credentials.json": secret,
    "home/.ssh/id_ed25519": secret,
    "repository/.git/config": secret,
    "repository/.env": secret,
    "outside/victim": secret,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(at(path), text);
  }
  const repository = at("repository");
  for (const [from, to] of [
    ["program", at("repository", "infra")],
    ["pack", at("pack")],
  ] as const) {
    cpSync(join(import.meta.dirname, from), to, { recursive: true });
    cpSync(join(import.meta.dirname, "attacks.cjs"), join(to, "attacks.cjs"));
    symlinkSync(join(project, "node_modules"), join(to, "node_modules"));
  }
  symlinkSync(at("home", ".npmrc"), join(repository, "infra", "link"));
  writeFileSync(join(repository, "infra", "Pulumi.dev.yaml"), "config: {}\n");
  let connections = 0;
  const listening = (address: { path: string } | { port: number; host: string }): Promise<Server> =>
    new Promise((resolve, reject) => {
      const server = createServer((socket) => {
        connections += 1;
        socket.destroy();
      });
      server.on("error", reject);
      server.listen(address, () => resolve(server));
    });
  const abstract = `hostile-${process.pid}`;
  const servers = await Promise.all([
    listening({ port: 0, host: "127.0.0.1" }),
    listening({ path: at("outside", "socket") }),
    listening({ path: `\0${abstract}` }),
  ]);
  const address = servers[0]?.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    folder,
    program: join(repository, "infra"),
    pack: at("pack"),
    targets: {
      ...{ secret: secretParts, marker, port, abstract, repository },
      previewPid: process.pid,
      home: at("home"),
      outside: at("outside"),
      pack: at("pack"),
      modules: join(project, "node_modules"),
      cache: join(project, "node_modules", ".cache", "previewed-code"),
      socket: at("outside", "socket"),
    },
    connections: () => connections,
    remove: () => {
      for (const server of servers) server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Processes of the machine that have a text on their command line. */
export function processesWith(text: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, "utf8").includes(text);
      } catch {
        return false;
      }
    });
}
