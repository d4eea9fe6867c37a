import type { ChoiceFlags, OperationFlags } from "../operations/operation.ts";

export interface MigrateFlags extends OperationFlags {
  folder?: string;
}

export interface RehearseFlags extends MigrateFlags, ChoiceFlags {
  previous?: string;
  scratch?: string;
  evidence: string;
}

export interface ApplyFlags extends MigrateFlags {
  store: string;
  acceptUnsigned: boolean;
  evidence: string;
}

export interface ResolveFlags extends MigrateFlags {
  rolledBack: boolean;
}
