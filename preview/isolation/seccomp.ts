import { Failure } from "../../lib/failure.ts";

/**
 * A filter of system calls for bubblewrap's `--seccomp`: classic BPF, as `seccomp(2)` has it. Namespaces do not
 * cover what it denies: kernel keyrings, sockets of virtual machines, the terminal's input queue, tracing, memory
 * of no process, and the calls by which a process would leave its namespaces or make others, where it would have every capability.
 *
 * @throws {Failure} for a processor whose system calls are not known here
 */
export function syscallFilter(architecture: string = process.arch): Buffer {
  const target = targets[architecture];
  if (target === undefined) {
    throw new Failure(
      "isolation",
      `--isolate knows the processors x64 and arm64, and this one is ${architecture}`,
    );
  }
  const { audit, numbers } = target;
  return assemble([
    load(offsets.architecture),
    { code: jumpIfEqual, value: audit, leap: 1 },
    give(killProcess),
    load(offsets.number),
    // System calls of the x32 interface have this bit set and numbers of their own.
    ...(architecture === "x64"
      ? [{ code: jumpIfAtLeast, value: 0x4000_0000, otherwise: 1 }, give(killProcess)]
      : []),
    ...denied.flatMap((name) => deny(numbers[name], errno.EPERM)),
    // A C library falls back to older calls where these are missing.
    ...missing.flatMap((name) => deny(numbers[name], errno.ENOSYS)),
    { code: jumpIfEqual, value: numbers.clone, otherwise: 4 },
    load(offsets.firstArgument),
    { code: jumpIfAnyBit, value: newUserNamespace, otherwise: 1 },
    give(refuseWith(errno.EPERM)),
    give(allow),
    { code: jumpIfEqual, value: numbers.ioctl, otherwise: 5 },
    load(offsets.secondArgument),
    { code: jumpIfEqual, value: pushTerminalInput, leap: 1 },
    { code: jumpIfEqual, value: consoleControl, otherwise: 1 },
    give(refuseWith(errno.EPERM)),
    give(allow),
    { code: jumpIfEqual, value: numbers.socket, otherwise: socketFamilies.length + 2 },
    load(offsets.firstArgument),
    ...socketFamilies.map((family, index) => ({
      code: jumpIfEqual,
      value: family,
      leap: socketFamilies.length - index,
    })),
    give(refuseWith(errno.EAFNOSUPPORT)),
    give(allow),
  ]);
}

/** What stays: Unix, IPv4, IPv6 and netlink, all of which a network namespace covers. */
const socketFamilies = [1, 2, 10, 16] as const;

/** Calls that are as good as not there; the last ones make memory that counts for no process. */
const missing = [
  ...["clone3", "io_uring_setup", "io_uring_enter", "io_uring_register"],
  ...["memfd_create", "memfd_secret", "shmget"],
] as const;

const denied = [
  ...["keyctl", "add_key", "request_key", "ptrace", "process_vm_readv", "process_vm_writev", "kcmp"],
  ...[
    "unshare",
    "setns",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
  ],
  ...["move_mount", "open_tree", "mount_setattr", "name_to_handle_at", "open_by_handle_at"],
  ...["bpf", "perf_event_open", "userfaultfd", "fanotify_init", "quotactl", "acct", "syslog", "reboot"],
  ...["init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "swapon", "swapoff"],
] as const;

interface Target {
  /** AUDIT_ARCH_* of <linux/audit.h>. */
  audit: number;
  numbers: Readonly<Record<string, number>>;
}

/** Numbers from 424 on are alike everywhere. */
const common = {
  ...{ io_uring_setup: 425, io_uring_enter: 426, io_uring_register: 427, open_tree: 428, move_mount: 429 },
  ...{ fsopen: 430, fsconfig: 431, fsmount: 432, fspick: 433, clone3: 435, mount_setattr: 442 },
  memfd_secret: 447,
} as const;

const targets: Readonly<Record<string, Target>> = {
  x64: {
    audit: 0xc000_003e,
    numbers: {
      ...common,
      ...{
        ioctl: 16,
        socket: 41,
        clone: 56,
        ptrace: 101,
        syslog: 103,
        pivot_root: 155,
        chroot: 161,
        acct: 163,
      },
      ...{
        mount: 165,
        umount2: 166,
        swapon: 167,
        swapoff: 168,
        reboot: 169,
        init_module: 175,
        delete_module: 176,
      },
      ...{ quotactl: 179, kexec_load: 246, add_key: 248, request_key: 249, keyctl: 250, unshare: 272 },
      ...{
        perf_event_open: 298,
        fanotify_init: 300,
        name_to_handle_at: 303,
        open_by_handle_at: 304,
        setns: 308,
      },
      ...{
        process_vm_readv: 310,
        process_vm_writev: 311,
        kcmp: 312,
        finit_module: 313,
        kexec_file_load: 320,
      },
      ...{ bpf: 321, userfaultfd: 323, memfd_create: 319, shmget: 29 },
    },
  },
  arm64: {
    audit: 0xc000_00b7,
    numbers: {
      ...common,
      ...{
        ioctl: 29,
        umount2: 39,
        mount: 40,
        pivot_root: 41,
        chroot: 51,
        quotactl: 60,
        acct: 89,
        unshare: 97,
      },
      ...{ kexec_load: 104, init_module: 105, delete_module: 106, syslog: 116, ptrace: 117, reboot: 142 },
      ...{ socket: 198, add_key: 217, request_key: 218, keyctl: 219, clone: 220, swapon: 224, swapoff: 225 },
      ...{
        perf_event_open: 241,
        fanotify_init: 262,
        name_to_handle_at: 264,
        open_by_handle_at: 265,
        setns: 268,
      },
      ...{ process_vm_readv: 270, process_vm_writev: 271, kcmp: 272, finit_module: 273, bpf: 280 },
      ...{ userfaultfd: 282, kexec_file_load: 294, memfd_create: 279, shmget: 194 },
    },
  },
};

const errno = { EPERM: 1, ENOSYS: 38, EAFNOSUPPORT: 97 } as const;
/** CLONE_NEWUSER; TIOCSTI and TIOCLINUX, which put text where the terminal's owner would have typed it. */
const newUserNamespace = 0x1000_0000;
const pushTerminalInput = 0x5412;
const consoleControl = 0x541c;

/** Places in `struct seccomp_data`; of an argument, the lower half on a little-endian machine. */
const offsets = { number: 0, architecture: 4, firstArgument: 16, secondArgument: 24 } as const;

const loadWord = 0x20;
const jumpIfEqual = 0x15;
const jumpIfAtLeast = 0x35;
const jumpIfAnyBit = 0x45;
const returnValue = 0x06;
const allow = 0x7fff_0000;
const killProcess = 0x8000_0000;

function refuseWith(error: number): number {
  return 0x0005_0000 + error;
}

/** One `struct sock_filter`; `leap` and `otherwise` are how many instructions to leap over. */
interface Instruction {
  code: number;
  value: number;
  leap?: number;
  otherwise?: number;
}

function load(offset: number): Instruction {
  return { code: loadWord, value: offset };
}

function give(value: number): Instruction {
  return { code: returnValue, value };
}

function deny(number: number | undefined, error: number): Instruction[] {
  if (number === undefined) throw new Error("a system call without a number");
  return [{ code: jumpIfEqual, value: number, otherwise: 1 }, give(refuseWith(error))];
}

function assemble(
  instructions: readonly (Omit<Instruction, "value"> & { value: number | undefined })[],
): Buffer {
  const program = Buffer.alloc(instructions.length * 8);
  for (const [index, { code, value, leap = 0, otherwise = 0 }] of instructions.entries()) {
    if (value === undefined) throw new Error("a system call without a number");
    program.writeUInt16LE(code, index * 8);
    program.writeUInt8(leap, index * 8 + 2);
    program.writeUInt8(otherwise, index * 8 + 3);
    program.writeUInt32LE(value, index * 8 + 4);
  }
  return program;
}
