import { Failure } from "../../lib/failure.ts";
import { isVisible, type Visible, visibleTo } from "./visible.ts";

/** What guests see, found once for each. */
export class Views {
  #given: readonly string[];
  #views = new Map<string, Visible>();

  /** @param given files and folders that the caller shows to all */
  constructor(given: readonly string[]) {
    this.#given = given;
  }

  /** @throws {Failure} where it cannot be shown */
  of(folder: string, needs: readonly string[]): Visible {
    const key = JSON.stringify([folder, ...needs]);
    const view = this.#views.get(key) ?? visibleTo(folder, needs, this.#given);
    this.#views.set(key, view);
    return view;
  }

  /** @throws {Failure} for a path that is not visible from the folder, or leads to what is not */
  mayRead(folder: string, path: string, needs: readonly string[] = []): void {
    if (isVisible(path, this.of(folder, needs))) return;
    throw new Failure(
      "isolation",
      `${path} is not there or leads out of the repository, and --isolate does not read it: show it with --read`,
    );
  }
}
