import { join, resolve } from "node:path";
import type { Child } from "../lib/child.ts";
import type { Project } from "../project/project.ts";
import { Doorway } from "./engine/doorway.ts";
import { findSdk, type Sdk } from "./engine/sdk.ts";
import { guestEnvironment, programEnvironment } from "./environment.ts";
import type { Given } from "./isolation/environment.ts";
import type { Isolation } from "./isolation/index.ts";
import type { PreviewOptions } from "./options.ts";
import { PackPlace, startPack } from "./packs/start.ts";
import { startProgram } from "./program.ts";

const defaultOutputBytes = 4 * 1024 * 1024;

export interface GuestOptions {
  project: Project;
  options: PreviewOptions;
  isolation: Isolation;
  /** Of the run, which only the caller can read. */
  folder: string;
  /** What packs are given of the environment in addition, where a state is judged in place of a program. */
  supplied: Given | undefined;
}

/** A process of the run, and where it finds the services that the preview offers to it. */
export interface StartedGuest {
  child: Child;
  doorway: Doorway;
}

/** The program's process, and what its dynamic providers start with. */
export interface StartedProgram extends StartedGuest {
  sdk: Sdk;
  env: Given;
  outputBytes: number;
}

export interface StartedPack extends StartedGuest {
  /** Folder with PulumiPolicy.yaml. */
  directory: string;
}

/**
 * The processes of a run. They start before what serves them is loaded, since both take a while: what they ask
 * meanwhile waits.
 */
export class Guests {
  /** Of `performance.now()`. */
  readonly started = performance.now();
  /** Undefined where a state is judged. */
  program: StartedProgram | undefined;
  readonly packs: StartedPack[] = [];
  #doorways: Doorway[] = [];
  #options: GuestOptions;

  constructor(options: GuestOptions) {
    this.#options = options;
  }

  /**
   * To be called once.
   *
   * @throws {Failure} where one cannot be started
   */
  async start(): Promise<void> {
    const { project, options, isolation, supplied } = this.#options;
    const { policyPacks = [], outputBytes = defaultOutputBytes } = options;
    const env = { ...guestEnvironment(project), ...supplied };
    const shared = { isolation, outputBytes };
    const places = policyPacks.map((directory) => new PackPlace(resolve(directory), isolation));
    if (supplied === undefined) {
      const sdk = findSdk(project.programDirectory, this.mayRead);
      const doorway = await this.#open();
      const programEnv = { ...env, ...programEnvironment(project) };
      const given = { ...shared, socket: doorway.path, env: programEnv };
      const child = startProgram({ ...given, project, runner: sdk.runner });
      this.program = { child, doorway, sdk, env: programEnv, outputBytes };
    }
    for (const place of places) {
      const doorway = await this.#open();
      const child = startPack(place, { ...shared, socket: doorway.path, env });
      this.packs.push({ child, doorway, directory: place.directory });
    }
  }

  /** Resolves when no process of these is left. */
  async close(): Promise<void> {
    await Promise.all([this.program, ...this.packs].map((guest) => guest?.child.stop("SIGKILL")));
    for (const doorway of this.#doorways) doorway.close();
  }

  /** @throws {Failure} for a file that the program itself cannot read */
  readonly mayRead = (path: string): void => {
    const { project, isolation } = this.#options;
    isolation.mayRead(project.root, path, [project.programDirectory]);
  };

  async #open(): Promise<Doorway> {
    const doorway = await Doorway.open(join(this.#options.folder, String(this.#doorways.length)));
    this.#doorways.push(doorway);
    return doorway;
  }
}
