/** What a long build tells: a bar that repaints on a terminal, a line every few per cent elsewhere. */
export type ProgressSink = { terminal: boolean; write(text: string): void };

const BAR_WIDTH = 24;
/** Without a terminal a line is written each time this much more is done, so that a log stays short. */
const STEP_PERCENT = 5;

/**
 * Counts finished parts of a build. `total` is how many parts there are to do; the last step (linking) has no part of
 * its own, so 100 % is only reached by `finish`.
 */
export class BuildProgress {
  #done = 0;
  #toldPercent = -STEP_PERCENT;
  readonly #label: string;
  readonly #total: number;
  readonly #sink: ProgressSink;
  readonly #now: () => number;
  readonly #startedAt: number;

  constructor(label: string, total: number, sink: ProgressSink, now: () => number) {
    this.#label = label;
    this.#total = Math.max(1, total);
    this.#sink = sink;
    this.#now = now;
    this.#startedAt = now();
  }

  /** Whole per cent of the parts done, at most 99 until `finish`. */
  get percent(): number {
    return Math.min(99, Math.floor((this.#done / this.#total) * 100));
  }

  /** Nothing is done yet; with warm caches the first sign of life would otherwise be the end. */
  begin(): void {
    this.#tell(0, "");
  }

  /** One more part is done. */
  part(): void {
    this.#done += 1;
    this.#tell(this.percent, "");
  }

  /** Everything is compiled; what follows says nothing until its end. */
  linking(): void {
    this.#toldPercent = -STEP_PERCENT;
    this.#tell(99, ", linking");
  }

  finish(): void {
    if (this.#sink.terminal) this.#sink.write("\r\u001b[2K");
  }

  #tell(percent: number, note: string): void {
    if (this.#sink.terminal ? percent === this.#toldPercent : percent < this.#toldPercent + STEP_PERCENT)
      return;
    this.#toldPercent = percent;
    const seconds = Math.round((this.#now() - this.#startedAt) / 1000);
    const text = `  ${this.#label} ${bar(percent)} ${String(percent).padStart(2)} %, ${seconds} s${note}`;
    this.#sink.write(this.#sink.terminal ? `\r\u001b[2K${text}` : `${text}\n`);
  }
}

function bar(percent: number): string {
  const filled = Math.round((percent / 100) * BAR_WIDTH);
  return `[${"#".repeat(filled)}${".".repeat(BAR_WIDTH - filled)}]`;
}

/** Splits a stream's chunks into whole lines. */
export function lineReader(onLine: (line: string) => void): (chunk: string) => void {
  let rest = "";
  return (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") onLine(line);
  };
}

/** `go build -v` names each package it compiles on a line of its own; downloads and errors look otherwise. */
export const isCompiledPackage = (line: string): boolean => /^[\w.~-]+(\/[^\s:]+)*$/.test(line);
