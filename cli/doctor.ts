import type { Command } from "commander";
import type { AdoptFlags } from "./adopt/gather.ts";
import { adoptCommand } from "./adopt/options.ts";

/** `optropic doctor`: says what the first update would do to what is there. */
export function doctorCommand(): Command {
  return adoptCommand("doctor", {
    description:
      "Says before the first update what becomes of each declared resource, and refuses while the update would remove rules or routes that the program does not declare. It changes nothing.",
    example: "optropic doctor --from state.json",
  }).action(async (flags: AdoptFlags) => {
    const { runDoctor } = await import("./adopt/run-doctor.ts");
    await runDoctor(flags);
  });
}
