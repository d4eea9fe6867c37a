// What the pack reads of Datadog's resources, as the documentation of its provider has them. The pack does not have
// the package.

export interface MonitorArgs {
  name: string;
  type: string;
  query: string;
  message: string;
  tags?: string[];
  priority?: string | number;
  monitorThresholds?: { critical?: string | number };
  evaluationDelay?: number;
  notifyNoData?: boolean;
  onMissingData?: string;
  draftStatus?: string;
  /** By scope, until when. */
  silenced?: Record<string, number>;
}

/** Maintenance that happens once; seconds since 1970 in the older resource. */
export interface OneTime {
  start?: string | number;
  end?: string | number;
  startDate?: string;
  endDate?: string;
}

/** A schedule of downtime, or a downtime of the resource before it. */
export interface DowntimeArgs extends OneTime {
  scope?: string;
  scopes?: string[];
  monitorIdentifier?: { monitorId?: number; monitorTags?: string[] };
  monitorId?: number;
  monitorTags?: string[];
  oneTimeSchedule?: OneTime;
  recurringSchedule?: { recurrences?: { rrule?: string; duration?: string }[] };
  recurrence?: OlderRecurrence;
}

export interface OlderRecurrence {
  type?: string;
  period?: number;
  weekDays?: string[];
  rrule?: string;
}

export interface SyntheticsArgs {
  status: string;
  locations: string[];
  requestDefinition?: { url?: string };
  assertions?: Assertion[];
  optionsList?: { tickEvery?: number };
}

export interface Assertion {
  type: string;
  operator: string;
  target?: string | number;
}
