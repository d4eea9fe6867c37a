import { Failure, type FailureKind, reasonOf } from "./failure.ts";

/**
 * A file or folder that cannot be read, as every command says it: what was to be read, why it is not, and what to do.
 *
 * @param what the option and the path, such as `--outputs outputs.json`, or `the answers in answers.json`
 */
export function cannotRead(what: string, error: unknown, kind: FailureKind = "refused"): Failure {
  return new Failure(kind, `Cannot read ${what}: ${readReasonOf(error)}`, { cause: error });
}

/** The same of what cannot be written. */
export function cannotWrite(what: string, error: unknown, kind: FailureKind = "output"): Failure {
  return new Failure(kind, `Cannot write ${what}: ${writeReasonOf(error)}`, { cause: error });
}

/** Why something cannot be read, in words for each code of the system that a person can do something about. */
export function readReasonOf(error: unknown): string {
  return reasonIn(readReasons, error);
}

/** Why something cannot be written, in such words. */
export function writeReasonOf(error: unknown): string {
  return reasonIn(writeReasons, error);
}

/** Whether an error is the system's answer that there is no such file or folder. */
export function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(codeOf(error) ?? "");
}

/** The code of an error of the system, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function reasonIn(reasons: Readonly<Record<string, string>>, error: unknown): string {
  // Node.js quotes the text around the mistake, which may be a secret.
  if (error instanceof SyntaxError && error.message.endsWith(" is not valid JSON"))
    return "it is not valid JSON";
  // The working folder, which every relative path begins at, has no path of its own any more.
  if (error instanceof Error && "syscall" in error && error.syscall === "uv_cwd")
    return "the working folder has been removed; change to another";
  return reasons[codeOf(error) ?? ""] ?? reasonOf(error);
}

const common = {
  ELOOP: "its symbolic links lead in a circle; name the file itself",
  ENAMETOOLONG: "its name is too long; name another file",
  EMFILE: "too many files are open; raise the limit (ulimit -n)",
  EIO: "the disk reports an error; check it",
};

const readReasons: Readonly<Record<string, string>> = {
  ...common,
  ENOENT: "there is no such file or folder; check the path",
  ENOTDIR: "a part of its path is not a folder; check the path",
  EISDIR: "it is a folder, and must be a file",
  EACCES: "you may not read it; check its permissions",
  EPERM: "you may not read it; check its permissions",
};

const writeReasons: Readonly<Record<string, string>> = {
  ...common,
  EEXIST: "a part of its path is not a folder; check the path",
  ENOENT: "there is no such folder; create it, or name another",
  ENOTDIR: "a part of its path is not a folder; check the path",
  EISDIR: "it is a folder, and must be a file",
  EACCES: "you may not write there; check the permissions of its folder",
  EPERM: "you may not write there; check the permissions of its folder",
  ENOSPC: "the disk is full; make room, or name another place",
  EDQUOT: "the disk quota is used up; make room, or name another place",
  EROFS: "the file system is read-only; name another place",
};
