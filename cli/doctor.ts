import type { Command } from "commander";
import { adoptCommand } from "./adopt/options.ts";
import type { DoctorFlags } from "./adopt/run-doctor.ts";
import { collect } from "./collect.ts";

/** `optropic doctor`: says what the first update would do to what is there. */
export function doctorCommand(): Command {
  return adoptCommand("doctor", {
    description:
      "Shows before the first update which declared resources it would import, create or overwrite, and refuses it where it would remove rules or routes that the program does not declare. It changes nothing.",
    example: "optropic doctor --from state.json",
  })
    .option("--no-ask", "do not ask the other hosts of the zone whether they serve TLS")
    .option("--target <url>", "with https://, where to ask in place of each host's own address", collect, [])
    .option("--authorities <file>", "certificates of authorities to trust in place of the usual ones, in PEM")
    .action(async (flags: DoctorFlags) => {
      const { runDoctor } = await import("./adopt/run-doctor.ts");
      await runDoctor(flags);
    });
}
