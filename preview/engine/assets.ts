import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  archiveSignature,
  assetSignature,
  isSecret,
  isUnknown,
  type PropertyMap,
  type PropertyValue,
  signatureKey,
} from "./values.ts";

/** What the engine opens as an archive by its ending; every other path must be a folder. */
const archiveEndings = [".tar", ".tgz", ".tar.gz", ".zip", ".jar"];

/** Which files of the program the preview may look for. */
export interface FileAccess {
  /** Asked before a file is looked for; throws for one that the program cannot read. */
  mayRead: (path: string) => void;
  /** Whether only the program sees what is at a path. */
  isTemporary?: ((path: string) => boolean) | undefined;
}

/** The assets and archives in properties whose files the engine would read to hash them. */
export class Assets {
  #folder: string;
  #access: FileAccess;
  #warn: (message: string) => void;
  #warned = new Set<string>();

  /**
   * @param folder from which relative paths lead
   * @param warn takes what cannot be checked, once for each file or address
   */
  constructor(folder: string, access: FileAccess, warn: (message: string) => void) {
    this.#folder = folder;
    this.#access = access;
    this.#warn = warn;
  }

  /** @throws {Error} for a file or a folder that is missing or of the wrong kind */
  check(value: PropertyValue): void {
    if (Array.isArray(value)) {
      for (const element of value) this.check(element);
      return;
    }
    if (value === null || typeof value !== "object") return;
    const signature = value[signatureKey];
    if (signature === assetSignature) this.#checkAsset(value);
    else if (signature === archiveSignature) this.#checkArchive(value);
    else for (const element of Object.values(value)) this.check(element);
  }

  #checkAsset(asset: PropertyMap): void {
    const { path, uri } = asset;
    for (const [key, value] of Object.entries(asset)) checkKnown(`the ${key} of an asset`, value);
    const file = this.#file(path, uri);
    if (file === undefined || !this.#sees(file)) return;
    if (!existsSync(file)) throw new Error(`the file of an asset is missing: ${file}`);
    if (!statSync(file).isFile()) throw new Error(`the file of an asset is not a regular file: ${file}`);
  }

  #checkArchive({ path = "", uri = "", assets }: PropertyMap): void {
    checkKnown("the path of an archive", path);
    checkKnown("the address of an archive", uri);
    checkKnown("the content of an archive", assets ?? null);
    if (path === "" && uri === "") {
      for (const [name, member] of Object.entries(assets ?? {})) {
        checkKnown(`the member ${JSON.stringify(name)} of an archive`, member);
        if (!isAssetOrArchive(member)) {
          throw new Error(
            `the member ${JSON.stringify(name)} of an archive is neither an asset nor an archive`,
          );
        }
        this.check(member);
      }
      return;
    }
    const file = this.#file(path, uri);
    const name = file ?? new URL(String(uri)).pathname;
    const isArchive = archiveEndings.some((ending) => name.endsWith(ending));
    if (file === undefined && !isArchive) {
      throw new Error(
        `the address of an archive does not end in one of ${archiveEndings.join(", ")}: ${uri}`,
      );
    }
    if (file === undefined || !this.#sees(file)) return;
    if (!existsSync(file)) throw new Error(`the path of an archive is missing: ${file}`);
    if (!isArchive && !statSync(file).isDirectory()) {
      throw new Error(
        `the path of an archive is neither a folder nor one of ${archiveEndings.join(", ")}: ${file}`,
      );
    }
    if (isArchive && statSync(file).isDirectory()) {
      throw new Error(`the path of an archive ends like a file, but is a folder: ${file}`);
    }
  }

  /** The file to look at; undefined where the content is in the text or behind a network. */
  #file(path: PropertyValue | undefined, uri: PropertyValue | undefined): string | undefined {
    if (typeof path === "string" && path !== "") return resolve(this.#folder, path);
    if (typeof uri !== "string" || uri === "") return undefined;
    const protocol = URL.canParse(uri) ? new URL(uri).protocol : "";
    if (protocol === "file:") return fileURLToPath(uri);
    if (protocol !== "http:" && protocol !== "https:") {
      throw new Error(`an asset's address is neither http, https nor file: ${uri}`);
    }
    this.#warnOnce(uri, `whether ${uri} can be downloaded is not known offline: pulumi preview tries`);
    return undefined;
  }

  /** What an isolated program wrote to its own folder for temporary files, nobody else sees. */
  #sees(file: string): boolean {
    try {
      this.#access.mayRead(file);
      return true;
    } catch (error) {
      if (this.#access.isTemporary?.(file) !== true) throw error;
      const text = `whether ${file} is there is not known: the isolated program has its own folder for temporary files`;
      this.#warnOnce(file, text);
      return false;
    }
  }

  #warnOnce(what: string, message: string): void {
    if (this.#warned.has(what)) return;
    this.#warned.add(what);
    this.#warn(message);
  }
}

function isAssetOrArchive(value: PropertyValue): boolean {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  return value[signatureKey] === assetSignature || value[signatureKey] === archiveSignature;
}

/**
 * The engine opens what an asset or an archive is made of before any provider runs.
 *
 * @throws {Error} for a part that it cannot open: one that is unknown or secret, where the asset itself could be
 */
function checkKnown(part: string, value: PropertyValue): void {
  if (!isUnknown(value) && !isSecret(value)) return;
  const why = isSecret(value) ? "is secret" : "is not known in a preview";
  throw new Error(`${part} ${why}, which Pulumi refuses: make the asset or archive of it with apply()`);
}
