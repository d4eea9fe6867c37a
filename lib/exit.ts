/** Exit statuses of every command. */
export const exitStatus = { holds: 0, doesNotHold: 1, couldNotTell: 2, waiting: 3 } as const;

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

/** The status for a schedule, which calls again by itself: that something waits is no failure of it. */
export function statusForSchedule(status: ExitStatus): ExitStatus {
  return status === exitStatus.waiting ? exitStatus.holds : status;
}
