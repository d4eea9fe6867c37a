/** Says on the terminal what is waited for, on one line that the next step writes over and an empty one clears. */
export function showProgress(step: string): void {
  process.stderr.write(step === "" ? "\r\x1b[K" : `\r\x1b[Kwaiting for ${step}`);
}
