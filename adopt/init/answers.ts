/** What was answered, found or follows from that, by the flags of the questions. */
export type Answers = Readonly<Record<string, string>>;
