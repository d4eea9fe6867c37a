// What the pack reads of Opsgenie's resources, as the documentation of its provider has them. The pack does not have
// the package.

export interface ScheduleArgs {
  enabled?: boolean;
}

export interface RotationArgs {
  scheduleId: string;
  /** `hourly`, `daily` or `weekly`, each `length` times. */
  type: string;
  length?: number;
  startDate: string;
  endDate?: string;
  participants: Recipient[];
  timeRestrictions?: object[];
}

export interface Recipient {
  type: string;
  id?: string;
}

export interface UserArgs {
  role: string;
}

export interface EscalationArgs {
  rules: EscalationRule[];
}

export interface EscalationRule {
  /** Minutes from the beginning. */
  delay: number;
  recipients: Recipient[];
}

export interface NotificationPolicyArgs {
  enabled?: boolean;
  suppress?: boolean;
  delayActions?: { delayOption: string; duration?: { timeAmount: number; timeUnit?: string }[] }[];
  filters: Filter[];
}

export interface AlertPolicyArgs {
  enabled?: boolean;
  priority?: string;
  filters?: Filter[];
}

export interface Filter {
  type?: string;
  conditions?: Condition[];
}

export interface Condition {
  field: string;
  operation: string;
  not?: boolean;
  expectedValue?: string;
}

export interface IntegrationArgs {
  enabled?: boolean;
}

export interface MaintenanceArgs {
  times: { type: string; startDate?: string; endDate?: string }[];
}
