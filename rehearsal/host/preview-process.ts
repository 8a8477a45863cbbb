import type { PreviewAnswer } from './preview';
import { runProgram, type RunOptions } from './run-program';

/** The process of `startPreview`: one message with the options, one answer. */
process.once('message', (run: RunOptions) => {
  runProgram({ ...run, preview: true }).then(
    () => answer({}),
    (error: unknown) => answer({ problem: error instanceof Error ? error.message : String(error) }),
  );
});

// Whoever wanted it is gone: so is the program, which never outlives this process.
process.once('disconnect', () => process.exit());

function answer(what: PreviewAnswer): void {
  process.send?.(what, () => process.disconnect());
}
