import { duration, minute, oneLine, toneOf } from './format';

/** Where progress is shown; `process.stderr` fits. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/**
 * Tells a waiting person what happens. It only listens: nothing in a rehearsal depends on it, and it is the one
 * part that may know how much real time has passed. Times are virtual, ISO 8601.
 */
export interface Progress {
  /** The clock moved. */
  advanced(at: string): void;
  executionStarted(execution: ExecutionStarted): void;
  executionEnded(execution: ExecutionEnded): void;
  itemEnded(item: { at: string; id: string; outcome: string; reason: string }): void;
  notified(notification: { at: string; channel: string; subject: string }): void;
  faultInjected(fault: { at: string; kind: string; call: string }): void;
  /** Clears the line that was kept up to date. Call it also when the rehearsal failed. */
  finish(): void;
}

export interface ExecutionStarted {
  readonly at: string;
  /** ARN. */
  readonly id: string;
  readonly workflow: string;
  readonly trigger: string;
}

export interface ExecutionEnded {
  readonly at: string;
  readonly id: string;
  readonly status: string;
}

/** Real time between two updates of the line: often enough to look alive, and no more. */
const REDRAW_MILLISECONDS = 80;

/**
 * Virtual time after which a run is worth a line. Those that look around and end at once, every hour of the month,
 * are not, as long as they end well.
 */
const NOTEWORTHY_MILLISECONDS = 10 * 60_000;

const DAY = 86_400_000;

/** The real clock, kept while it is there: a rehearsal puts the whole process into virtual time. */
const nanoseconds = process.hrtime.bigint.bind(process.hrtime);

/**
 * On a terminal one line follows the virtual clock, and what happens scrolls above it. Elsewhere there are only
 * plain lines: what happens, and a sign of life for every virtual week.
 *
 * @param elapsed real milliseconds from any fixed moment; must not come from the patched clock of the rehearsal
 */
export function createProgress(
  stream: ProgressStream,
  span: Span,
  elapsed: () => number = monotonic,
): Progress {
  const terminal = stream.isTTY === true;
  const running = new Map<string, ExecutionStarted>();
  const told = new Set<string>();
  let now = span.from;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let toldDay = Date.parse(span.from);
  let shown = false;

  const erase = () => {
    if (shown) {
      stream.write('\r\u001b[K');
      shown = false;
    }
  };
  const say = (at: string, text: string) => {
    erase();
    stream.write(`${minute(at)}  ${oneLine(text)}\n`);
    drawnAt = Number.NEGATIVE_INFINITY;
    draw();
  };
  const draw = () => {
    if (!terminal || elapsed() - drawnAt < REDRAW_MILLISECONDS) {
      return;
    }
    drawnAt = elapsed();
    const line = status(now, span, [...running.values()]);
    // One column stays free: some terminals wrap as soon as the last one is written.
    const width = Math.max(20, (stream.columns ?? 80) - 1);
    erase();
    stream.write(line.length > width ? `${line.slice(0, width - 3)}...` : line);
    shown = true;
  };

  const tellStart = ({ at, id, workflow, trigger }: ExecutionStarted) => {
    if (!told.has(id)) {
      told.add(id);
      say(at, `${workflow} starts (${trigger})`);
    }
  };

  return {
    advanced(at) {
      now = at;
      draw();
      for (const execution of running.values()) {
        if (Date.parse(at) - Date.parse(execution.at) >= NOTEWORTHY_MILLISECONDS) {
          tellStart(execution);
        }
      }
      if (!terminal && Date.parse(at) - toldDay >= 7 * DAY) {
        toldDay = Date.parse(at);
        say(at, `${percent(at, span)} %, ${list([...running.values()])}`);
      }
    },
    executionStarted(execution) {
      running.set(execution.id, execution);
      draw();
    },
    executionEnded({ at, id, status: end }) {
      const started = running.get(id);
      running.delete(id);
      if (started === undefined) {
        throw new Error(`${id} ended, but never started`);
      }
      if (end !== 'SUCCEEDED') {
        tellStart(started);
      }
      if (told.delete(id)) {
        say(at, `${started.workflow} ends ${end} after ${duration(started.at, at)}`);
      }
    },
    itemEnded({ at, id, outcome, reason }) {
      if (toneOf(outcome) !== 'idle') {
        say(at, `${id}: ${outcome}: ${reason}`);
      }
    },
    notified({ at, channel, subject }) {
      say(at, `notified by ${channel}: ${subject}`);
    },
    faultInjected({ at, kind, call }) {
      say(at, `fault ${kind} at ${call}`);
    },
    finish: erase,
  };
}

interface Span {
  readonly from: string;
  readonly to: string;
}

/** `2026-02-01 14:20  [========            ]  39 %  2 running: image-updates, reconciler`. */
function status(now: string, span: Span, running: readonly ExecutionStarted[]): string {
  const done = percent(now, span);
  const bar = '='.repeat(Math.floor(done / 5)).padEnd(20);
  return `${minute(now)}  [${bar}] ${String(done).padStart(3)} %  ${list(running)}`;
}

function percent(now: string, { from, to }: Span): number {
  const whole = Date.parse(to) - Date.parse(from);
  const share = whole > 0 ? (Date.parse(now) - Date.parse(from)) / whole : 1;
  return Math.floor(Math.min(1, Math.max(0, share)) * 100);
}

function list(running: readonly ExecutionStarted[]): string {
  const names = [...new Set(running.map(({ workflow }) => workflow))].map(oneLine).join(', ');
  return running.length === 0 ? 'nothing running' : `${running.length} running: ${names}`;
}

function monotonic(): number {
  return Number(nanoseconds() / 1_000_000n);
}
