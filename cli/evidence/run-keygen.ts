import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { generateKeys, readVerifyingKey } from "../../evidence/keys.ts";
import { runCommand } from "../../lib/command.ts";
import { exitStatus } from "../../lib/exit.ts";
import { Failure } from "../../lib/failure.ts";
import { cannotWrite, codeOf } from "../../lib/file-reasons.ts";
import { jsonLine } from "../../lib/json.ts";
import { printableText } from "../../lib/text.ts";

export interface KeygenFlags {
  out: string;
  printPrivateKey: boolean;
  json: boolean;
  debug: boolean;
}

/** Makes a key pair, writes or prints the private key, and prints the public one. */
export async function runKeygen(flags: KeygenFlags): Promise<void> {
  await runCommand(flags, async () => {
    const { privateKey, publicKey } = generateKeys();
    const file = flags.printPrivateKey ? undefined : resolve(flags.out);
    if (file !== undefined) writePrivateKey(file, privateKey);
    const document = {
      publicKey,
      keyId: readVerifyingKey(publicKey).id,
      ...(file === undefined ? { privateKey } : { file }),
    };
    const kept = file === undefined ? privateKey : `Private key: ${file} (keep it secret)\n`;
    const text = `${kept}Public key, for evidence.publicKeys in the settings:\n${publicKey}`;
    return {
      status: exitStatus.holds,
      output: flags.json ? jsonLine(document) : `${printableText(text)}\n`,
    };
  });
}

function writePrivateKey(file: string, privateKey: string): void {
  try {
    writeFileSync(file, privateKey, { mode: 0o600, flag: "wx" });
  } catch (error) {
    const what = `--out ${file}`;
    if (codeOf(error) !== "EEXIST") throw cannotWrite(what, error);
    throw new Failure("refused", `Cannot write ${what}: it exists already, and a key is never overwritten`);
  }
}
