import { Command } from "commander";
import { keygenCommand } from "./evidence/keygen.ts";

/** `optropic evidence`: keys for the signatures of backups and evidence. */
export function evidenceCommand(): Command {
  return new Command("evidence")
    .description("Makes the keys that sign backups and evidence.")
    .addCommand(keygenCommand());
}
