/** Exit statuses of every command. */
export const exitStatus = { holds: 0, doesNotHold: 1, couldNotTell: 2, waiting: 3 } as const;

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];
