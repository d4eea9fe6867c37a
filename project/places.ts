import { readRefusal } from "../checklist/wire.ts";
import type { Problem, SourcePosition } from "../lib/failure.ts";
import type { Project } from "./project.ts";
import { parsePropertyPath } from "./property-path.ts";
import { SettingsFile } from "./settings-file.ts";
import type { Sources } from "./sources.ts";

/** Problems that are shown at their places; more are only in the message. */
const mostProblems = 100;

const givenMark = " (given with --config)";

/** Where to look for what is wrong with a stack, when no line of its program is known. */
export class Places {
  #project: Project;
  #sources: Sources;
  #settings: SettingsFile | undefined;

  #given: readonly string[][];

  /** @param overrides settings that `--config` gives beside the stack's file, as `key=value` */
  constructor(project: Project, sources: Sources, overrides: readonly string[] = []) {
    this.#project = project;
    this.#sources = sources;
    this.#given = overrides.flatMap((override) => {
      const steps = this.#ownSteps(override.replace(/=.*$/s, ""));
      return steps.length === 0 ? [] : [steps];
    });
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

  /** @returns what a program's error says of the project's settings, without a place where `--config` gives one */
  problemsIn(message: string): Problem[] {
    const { stack } = this.#project.files;
    return readRefusal(message)
      .filter(({ setting }) => setting.startsWith(`${this.#project.name}:`))
      .slice(0, mostProblems)
      .flatMap(({ setting, line }) => {
        if (this.#isGiven(setting)) return [{ message: `${line}${givenMark}` }];
        if (stack === undefined) return [];
        const source = this.#at(stack, this.#file(stack).find(setting) ?? this.#file(stack).start);
        return source === undefined ? [] : [{ message: line, source }];
      });
  }

  /** @returns a program's error in which the lines of settings that `--config` gives say so */
  withGiven(message: string): string {
    const lines = readRefusal(message).flatMap(({ setting, line }) => (this.#isGiven(setting) ? [line] : []));
    if (lines.length === 0) return message;
    const given = new Set(lines);
    const marked = message
      .split("\n")
      .map((line) => (given.has(line.trim()) ? `${line.trimEnd()}${givenMark}` : line));
    return marked.join("\n");
  }

  /** Whether `--config` gives a setting, or what it is a part of. */
  #isGiven(setting: string): boolean {
    // What a secret holds is not named.
    const steps = this.#ownSteps(setting.replace(/\.?\[secret\].*$/s, ""));
    return this.#given.some((given) => given.every((step, index) => step === steps[index]));
  }

  /** The steps of a setting of the project; none for that of another namespace, and for what is no path. */
  #ownSteps(key: string): string[] {
    const own = `${this.#project.name}:`;
    const path = key.startsWith(own) ? key.slice(own.length) : key;
    return path.includes(":") ? [] : (parsePropertyPath(path)?.map(String) ?? []);
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
