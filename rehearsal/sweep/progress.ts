import type { RehearsalArguments } from '../arguments';
import type { ProgressStream } from '../report/progress';
import type { SweepOptions } from './index';
import { describeBroken } from './report';

/** Real time between two lines where there is no terminal that could redraw one. */
const LINE_MILLISECONDS = 15_000;

/** Real time between two updates of the line on a terminal. */
const REDRAW_MILLISECONDS = 200;

// Taken before a rehearsal puts the process into virtual time.
const realNow = performance.now.bind(performance);

/**
 * Tells a waiting person how far a sweep is, and each broken invariant at once.
 *
 * @param elapsed real milliseconds from any fixed moment
 */
export function createSweepProgress(
  stream: ProgressStream,
  options: RehearsalArguments,
  elapsed: () => number = realNow,
): { readonly advanced: SweepOptions['onProgress']; readonly finish: () => void } {
  const terminal = stream.isTTY === true;
  const interval = terminal ? REDRAW_MILLISECONDS : LINE_MILLISECONDS;
  let startedAt = elapsed();
  let shownAt = startedAt;
  let broken = 0;
  let shown = false;

  const erase = (): void => {
    if (shown) stream.write('\r\u001b[K');
    shown = false;
  };
  const show = (text: string): void => {
    erase();
    stream.write(terminal ? text : `${text}\n`);
    shown = terminal;
    shownAt = elapsed();
  };
  stream.write('Sweeping: the run without a fault, to be saved on its way\n');

  return {
    advanced(done, total, latest) {
      if (latest === undefined) startedAt = elapsed();
      if (latest !== undefined && latest.broken.length > 0) {
        broken += 1;
        erase();
        stream.write(`${describeBroken(latest, options).join('\n')}\n`);
      }
      const isNews = latest === undefined || done === total;
      if (!isNews && elapsed() - shownAt < interval) return;
      const spent = elapsed() - startedAt;
      const left =
        done === 0 || done === total ? '' : `, about ${time((spent / done) * (total - done))} left`;
      show(`Sweep: ${done} of ${total} cases, ${broken} broken, ${time(spent)}${left}`);
      if (done === total && terminal) {
        stream.write('\n');
        shown = false;
      }
    },
    finish: erase,
  };
}

/** `3 min 26 s`. */
function time(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
