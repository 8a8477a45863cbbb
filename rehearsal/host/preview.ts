import { fork } from 'node:child_process';
import * as path from 'node:path';
import { ProgramError } from './errors';
import type { RunOptions } from './run-program';

/** The answer of the process of a preview: why it failed, or nothing. */
export interface PreviewAnswer {
  readonly problem?: string;
}

/** A preview that is under way. */
export interface Preview {
  /** Rejects with a `ProgramError` where the program does not bear a preview. */
  readonly ended: Promise<void>;
  /** Ends it, unless it has ended. */
  stop(): void;
}

/**
 * Starts a preview of a program: a dry run, which proves that the program bears unknown outputs. It has a process of
 * its own, since virtual time and the search for quiet take all of this one, and a core of its own, where there is one.
 */
export function startPreview(
  run: Pick<RunOptions, 'directory' | 'stack' | 'account' | 'region'>,
): Preview {
  const child = fork(path.join(__dirname, 'preview-process.ts'));
  child.send(run);
  const ended = new Promise<void>((resolve, reject) => {
    child.once('message', ({ problem }: PreviewAnswer) => {
      if (problem === undefined) resolve();
      else reject(new ProgramError(`In a preview: ${problem}`));
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new ProgramError(`The preview ended with ${signal ?? `exit code ${code}`}.`));
    });
  });
  // It is asked for last: until then, a failure waits.
  ended.catch(() => undefined);
  return { ended, stop: () => child.connected && child.disconnect() };
}
