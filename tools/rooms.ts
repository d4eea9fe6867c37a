import { Failure } from "../lib/failure.ts";
import { counted, listed } from "../lib/text.ts";

/** A folder or file at the root of the project, as a row of the table in docs/architecture.md tells it. */
export interface Room {
  /** Path from the root, such as `lib/` or `index.ts`. */
  readonly path: string;
  /** Such as `ground`. */
  readonly floor: string;
  /** Paths of the rooms that it may import. */
  readonly mayImport: readonly string[];
}

const columns = ["floor", "room", "what it holds", "may import"] as const;

/**
 * Reads the rooms from the one table of a Markdown page that has these columns. A room may import rooms of the
 * rows above its own; what it may import is a list of floors and rooms, or `nothing`.
 *
 * @throws {Failure} when there is no such table, or when a row breaks a rule
 */
export function readRooms(markdown: string): Room[] {
  const lines = markdown.split("\n");
  const start = lines.findIndex((line) => cellsOf(line).join() === columns.join());
  if (start < 0) throw refused(`There is no table with the columns ${listed(columns, "and")}`);
  const rooms: Room[] = [];
  // The line below the headings is the rule of the table.
  for (const [index, line] of lines.entries()) {
    if (index < start + 2) continue;
    if (!line.startsWith("|")) break;
    rooms.push(readRow(line, index + 1, rooms));
  }
  return rooms;
}

function readRow(line: string, number: number, above: readonly Room[]): Room {
  const [floor = "", room = "", holds = "", mayImport = "", ...rest] = cellsOf(line);
  const where = `Line ${number}`;
  if (rest.length > 0 || mayImport === "") throw refused(`${where} needs ${counted(columns.length, "cell")}`);
  if (holds === "") throw refused(`${where} does not say what the room holds`);
  const path = /^`([^`/]+\/?)`$/.exec(room)?.[1];
  if (path === undefined) throw refused(`${where} needs a room such as \`lib/\`, not ${room || "nothing"}`);
  if (above.some((each) => each.path === path)) throw refused(`${where} names ${path} a second time`);
  const names = mayImport === "nothing" ? [] : mayImport.split(/,\s*/);
  return {
    path,
    floor,
    mayImport: names.flatMap((name) => {
      const named = above.filter((each) => each.floor === name || `\`${each.path}\`` === name);
      if (named.length === 0) throw refused(`${where}: ${name} is no floor or room of a row above`);
      return named.map((each) => each.path);
    }),
  };
}

/** The room of a file, by its path from the root. */
export function roomOf(path: string, rooms: readonly Room[]): Room | undefined {
  return rooms.find((room) => (room.path.endsWith("/") ? path.startsWith(room.path) : path === room.path));
}

function cellsOf(line: string): string[] {
  return line.startsWith("|")
    ? line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim())
    : [];
}

function refused(reason: string): Failure {
  return new Failure("refused", `The table of rooms in docs/architecture.md cannot be read. ${reason}.`);
}
