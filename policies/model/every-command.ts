import type { AnyValue, Stack } from "../framework/index.ts";
import { scheduledJobs } from "./backups.ts";
import { otherCommands } from "./facts.ts";
import { perStack } from "./per-stack.ts";
import { hosts } from "./variables.ts";

/** Every command line that the stack has something run, each place once. */
export const everyCommand: (stack: Stack) => readonly AnyValue[] = perStack((stack) => {
  const commands = [
    ...hosts(stack).flatMap((host) => (host.commands ?? []).map(({ command }) => command)),
    ...scheduledJobs(stack).map(({ command }) => command),
    ...otherCommands(stack),
  ];
  const places = commands.map((command) => [placeOf(command), command] as const);
  return [...new Map(places).values()];
});

const placeOf = ({ resource, path }: AnyValue): string => `${resource.urn} ${path.join(".")}`;
