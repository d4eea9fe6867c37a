import type { Problem, SourcePosition } from "../lib/failure.ts";
import type { Project } from "./project.ts";
import { SettingsFile } from "./settings-file.ts";
import type { Sources } from "./sources.ts";

/** Problems that a message is taken apart into; more are in the message alone. */
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

  /** @returns the place of the setting that a text names, else of the stack's settings or of the project */
  ofStack(text: string): SourcePosition | undefined {
    const { stack, project } = this.#project.files;
    if (stack === undefined) return this.#at(project, { line: 1, column: 1 });
    const [, name] = /\bsetting ([A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)*)/.exec(text) ?? [];
    const named = name === undefined ? undefined : this.#file(stack).find(`${this.#project.name}:${name}`);
    return this.#at(stack, named ?? this.#file(stack).start);
  }

  /** @returns what a program's error says of settings: of those that it names by their full key */
  problemsIn(message: string): Problem[] {
    const { stack } = this.#project.files;
    if (stack === undefined) return [];
    const problems: Problem[] = [];
    for (const line of message.split("\n")) {
      const key = settingNamed(line, this.#project.name);
      if (key === undefined) continue;
      const source = this.#at(stack, this.#file(stack).find(key) ?? this.#file(stack).start);
      if (source !== undefined) problems.push({ message: line.trim(), source });
      if (problems.length === mostProblems) break;
    }
    return problems;
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

/** The key in a line of a refusal (`  shop:edge.hsts: expected …`) or in Pulumi's own words for a missing one. */
function settingNamed(line: string, namespace: string): string | undefined {
  const [, refused] = /^ {2}([\w.-]+:(?:[^\s:[]|\[\d+\]|\["(?:[^"\\]|\\.)*"\])+): /.exec(line) ?? [];
  const [, missing] = /Missing required configuration variable '([^'\s]+)'/.exec(line) ?? [];
  const key = refused ?? missing;
  return key?.startsWith(`${namespace}:`) ? key : undefined;
}
