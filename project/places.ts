import { readRefusal } from "../checklist/wire.ts";
import type { Problem, SourcePosition } from "../lib/failure.ts";
import type { Project } from "./project.ts";
import { SettingsFile } from "./settings-file.ts";
import type { Sources } from "./sources.ts";

/** Problems that are shown at their places; more are only in the message. */
const mostProblems = 100;

/** Where to look for what is wrong with a stack, when no line of its program is known. */
export class Places {
  #project: Project;
  #sources: Sources;
  #settings: SettingsFile | undefined;

  constructor(project: Project, sources: Sources) {
    this.#project = project;
    this.#sources = sources;
  }

  /**
   * @param setting its path without the project's namespace, such as `waivers[0].until`
   * @returns the place of the setting, else of the stack's settings or of the project
   */
  ofStack(setting?: string): SourcePosition | undefined {
    const { stack, project } = this.#project.files;
    if (stack === undefined) return this.#at(project, { line: 1, column: 1 });
    const named =
      setting === undefined ? undefined : this.#file(stack).find(`${this.#project.name}:${setting}`);
    return this.#at(stack, named ?? this.#file(stack).start);
  }

  /** @returns what a program's error says of the project's settings */
  problemsIn(message: string): Problem[] {
    const { stack } = this.#project.files;
    if (stack === undefined) return [];
    return readRefusal(message)
      .filter(({ setting }) => setting.startsWith(`${this.#project.name}:`))
      .slice(0, mostProblems)
      .flatMap(({ setting, line }) => {
        const source = this.#at(stack, this.#file(stack).find(setting) ?? this.#file(stack).start);
        return source === undefined ? [] : [{ message: line, source }];
      });
  }

  #file(path: string): SettingsFile {
    this.#settings ??= new SettingsFile(path);
    return this.#settings;
  }

  #at(file: string, place: { line: number; column: number }): SourcePosition | undefined {
    const path = this.#sources.pathOf(file);
    return path === undefined ? undefined : { path, ...place };
  }
}
