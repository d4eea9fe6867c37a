import { Failure } from "../lib/failure.ts";
import { readText } from "../lib/files.ts";

const maximumBytes = 4 * 1024 * 1024;

/**
 * Reads the certificates of authorities, in PEM.
 *
 * @param option that names the file
 * @throws {Failure} `refused`
 */
export function readAuthorities(option: string, path: string): string {
  const text = readText(`${option} ${path}`, path, { maximumBytes });
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new Failure("refused", `${option} ${path} has no certificate in PEM`);
}
