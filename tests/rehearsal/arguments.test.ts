import * as path from 'node:path';

import { HELP, parseArguments, SAMPLE_ESTATE } from '../../rehearsal/arguments';
import { InputError } from '../../rehearsal/input-error';

function problemsOf(...argv: string[]): string[] {
  try {
    parseArguments(argv);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).problems;
  }
  throw new Error(`${argv.join(' ')} was accepted`);
}

describe('parseArguments', () => {
  test('no option gives stack dev, the sample estate, 31 days and seed 1', () => {
    expect(parseArguments([])).toStrictEqual({
      stack: 'dev',
      estate: SAMPLE_ESTATE,
      days: 31,
      seed: 1,
      sweep: false,
      help: false,
    });
    expect(SAMPLE_ESTATE).toBe(path.resolve('rehearsal/estates/sample.yaml'));
  });

  test('every option arrives, in either spelling', () => {
    const argv = '--stack acme/evergreen/prod --estate=e.yaml --from 2026-02-01T06:30:00+02:00';
    const more = '--days 14 --faults f.yaml --sweep --seed=7 --json out/r.json --report r.html';
    expect(parseArguments(`${argv} ${more}`.split(' '))).toStrictEqual({
      stack: 'acme/evergreen/prod',
      estate: 'e.yaml',
      from: '2026-02-01T04:30:00.000Z',
      days: 14,
      faults: 'f.yaml',
      sweep: true,
      seed: 7,
      json: 'out/r.json',
      report: 'r.html',
      help: false,
    });
  });

  test('a date alone is midnight UTC', () => {
    expect(parseArguments(['--from', '2024-02-29']).from).toBe('2024-02-29T00:00:00.000Z');
  });

  test.each([
    [['--estat', 'x.yaml'], '--estat is no option; did you mean "--estate"?'],
    [['--verbose'], '--verbose is no option'],
    [['31'], '"31" belongs to no option; options look like --name value'],
    [['--days'], '--days needs a value'],
    [['--json='], '--json needs a value'],
    [['--json', '--report', 'x.html'], '--json needs a value, but is followed by --report'],
    [['--days', '0'], '--days is "0"; it must be a whole number from 1 to 366'],
    [['--days', '-5'], '--days is "-5"; it must be a whole number from 1 to 366'],
    [['--days', '1e2'], '--days is "1e2"; it must be a whole number from 1 to 366'],
    [['--days', '367'], '--days is "367"; it must be a whole number from 1 to 366'],
    [
      ['--seed', '4294967296'],
      '--seed is "4294967296"; it must be a whole number from 0 to 4294967295',
    ],
    [['--seed', '1', '--seed', '2'], '--seed is given more than once'],
    [['--report', 'r.pdf'], '--report is "r.pdf"; it writes a page, so the name must end in .html'],
    [
      ['--json', './a.html', '--report', 'a.html'],
      '--json and --report both name "./a.html"; give each its own file',
    ],
    [['--sweep=yes'], '--sweep takes no value, but "yes" is given'],
  ])('%j is refused with the option, what was given and what is allowed', (argv, problem) => {
    expect(problemsOf(...argv)).toEqual([problem]);
  });

  test.each(['2026-02-30', '2026-13-01', '2026-02-01T06:00:00', '1 February', '2026-02-01T25:00Z'])(
    'the start %s is refused',
    (from) => {
      expect(problemsOf('--from', from)).toEqual([
        expect.stringMatching(/^--from is ".*"; it must be a date such as 2026-02-01 /),
      ]);
    },
  );

  test.each(['', 'a b', 'a/b/c/d', 'x'.repeat(101)])('the stack name "%s" is refused', (stack) => {
    expect(problemsOf(`--stack=${stack}`)).toHaveLength(1);
  });

  test('all problems are told at once', () => {
    expect(() => parseArguments(['--dais', '3', '--days', 'x'])).toThrow(
      'The rehearsal cannot start:\n' +
        '  - --dais is no option; did you mean "--days"?\n' +
        '  - --days is "x"; it must be a whole number from 1 to 366',
    );
    expect(problemsOf('--dais', '3', '--days', 'x', '--sweep=yes')).toHaveLength(3);
  });

  test('help is given whatever else is wrong', () => {
    expect(parseArguments(['-h', '--days', 'x']).help).toBe(true);
  });

  test('the help text names every option', () => {
    for (const option of 'stack estate from days faults sweep seed json report help'.split(' ')) {
      expect(HELP).toContain(`--${option} `);
    }
    expect(Math.max(...HELP.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
