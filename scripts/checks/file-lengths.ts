/** Files stay readable in one sitting: one idea a file. */

/** Lines. Beyond these a file holds more than one idea. */
const LONGEST_SOURCE = 350;
const LONGEST_TEST = 500;

/** A line for a file that is too long. */
export function tooLong(file: string, source: string): string[] {
  const lines = source.split("\n").length - 1;
  const allowed = file.startsWith("test/") ? LONGEST_TEST : LONGEST_SOURCE;
  return lines > allowed ? [`${file}: ${lines} lines, allowed ${allowed}: split it by idea`] : [];
}
