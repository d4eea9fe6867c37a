/** The command cannot do what it is for: what was wrong, where, and what to do. */
export class Failure extends Error {
  override name = "Failure";
}
