import { Command, Option } from "commander";
import type { KeygenFlags } from "./run-keygen.ts";

/** `optropic evidence keygen`: makes a key pair. */
export function keygenCommand(): Command {
  return new Command("keygen")
    .description(
      "Makes an Ed25519 key pair: writes the private key to a file that only you can read, and prints the public key for the setting evidence.publicKeys.",
    )
    .option("--out <file>", "the file for the private key, which must not exist yet", "evidence-key.pem")
    .addOption(
      new Option(
        "--print-private-key",
        "print the private key instead, such as to pipe it into a secret manager",
      )
        .default(false)
        .conflicts("out"),
    )
    .option("--json", "print one JSON document and nothing else", false)
    .option("--debug", "print stack traces", false)
    .addHelpText("after", "\nExample:\n  $ optropic evidence keygen --out evidence-key.pem")
    .action(async (flags: KeygenFlags) => {
      const { runKeygen } = await import("./run-keygen.ts");
      await runKeygen(flags);
    });
}
