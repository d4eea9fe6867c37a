import { Child } from "../lib/child.ts";
import type { Project } from "../project/project.ts";
import type { Given } from "./isolation/environment.ts";
import { type Isolation, roomForObjects } from "./isolation/index.ts";

export interface ProgramOptions {
  project: Project;
  isolation: Isolation;
  /** The main module by which the program's SDK runs it. */
  runner: string;
  /** The Unix socket of the monitor and the engine. */
  socket: string;
  env: Given;
  /** Most bytes that it may print. */
  outputBytes: number;
}

/** Starts a program with the runner of its own SDK, as the engine does for a preview. */
export function startProgram(options: ProgramOptions): Child {
  const { project, isolation, runner, socket, env, outputBytes } = options;
  const address = isolation.address(socket);
  const root = isolation.path(project.root);
  const directory = isolation.path(project.programDirectory);
  return new Child({
    label: `the program in ${project.programDirectory}`,
    launch: isolation.launch({
      host: "program",
      nodeArgs: [...roomForObjects, ...project.nodeArgs],
      runner,
      args: [
        ...["--monitor", address, "--engine", address, "--project", project.name, "--stack", project.stack],
        ...["--organization", project.organization, "--root-directory", root],
        ...["--pwd", directory, "--parallel", "16", "--dry-run", project.entryPoint],
      ],
      cwd: directory,
      folder: root,
      needs: [directory],
      socket,
      env: { ...env, PULUMI_NODEJS_ENGINE: address },
    }),
    outputBytes,
    group: true,
    connection: true,
    failure: "program",
  });
}
