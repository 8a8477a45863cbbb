import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

/**
 * Lints the workflows with actionlint (https://github.com/rhysd/actionlint, MIT), which Go builds from `go.mod` beside
 * this file. First it must find the mistakes that are planted in `mistakes.yml`: a linter that sees none proves nothing.
 * Skipped, with the reason, where Go cannot be run.
 */
function main(): number {
  const go = spawnSync('go', ['version'], { encoding: 'utf8' });
  if (go.error !== undefined) {
    console.log(`Skipped: actionlint is built with Go, and go cannot be run (${go.error.message})`);
    return 0;
  }
  const planted = lint(['-no-color', path.join(__dirname, 'mistakes.yml')]);
  const found = MISTAKES.filter((mistake) => planted.output.includes(mistake));
  if (planted.status !== 1 || found.length < MISTAKES.length) {
    console.log(`actionlint does not find the planted mistakes:\n${planted.output}`);
    return 1;
  }
  const folder = path.join(__dirname, '../../.github/workflows');
  const files = fs.readdirSync(folder).map((file) => path.join(folder, file));
  const { status, output } = lint(files);
  console.log(status === 0 ? `actionlint: ${files.length} workflows without a finding` : output);
  return status;
}

/** What actionlint says of each mistake in `mistakes.yml`. */
const MISTAKES = [
  'unknown permission scope "contributions"',
  'property "nowhere" is not defined',
  '"github.event.pull_request.title" is potentially untrusted',
];

function lint(options: readonly string[]): { readonly status: number; readonly output: string } {
  const { status, stdout, stderr } = spawnSync('go', ['tool', 'actionlint', ...options], {
    cwd: __dirname,
    encoding: 'utf8',
  });
  return { status: status ?? 1, output: stdout + stderr };
}

process.exitCode = main();
