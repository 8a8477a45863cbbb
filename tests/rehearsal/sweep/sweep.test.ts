import * as path from 'node:path';
import type { SweptCase } from '../../../rehearsal/sweep';
import { rehearseCommand } from '../../support/scenarios';
import { runScenarios } from '../engine/lambda/run-scenarios';

const seen = runScenarios(path.join(__dirname, 'sweep.scenarios.ts'));

const brokenOf = (cases: readonly SweptCase[]) =>
  cases.map(({ kind, faults, broken }) => [
    kind + (faults[0]?.restartAfterSeconds === undefined ? '' : '+'),
    [...new Set(broken.map(({ invariant }) => invariant))].join(),
  ]);

describe('a run that was saved', () => {
  it('goes on without a byte of difference, wherever it is resumed and whatever goes wrong', () => {
    expect(seen.resume.injected).toEqual(
      expect.arrayContaining(['throttle', 'killExecution', 'duplicateEvent']),
    );
    expect(seen.resume.resumed.map(({ same }: { same: boolean }) => same)).toEqual(
      Array<boolean>(6).fill(true),
    );
  });

  it('is saved again, as soon as it is resumed, as it was', () => {
    expect(seen.resume.resumed.map(({ restored }: { restored: boolean }) => restored)).toEqual(
      Array<boolean>(6).fill(true),
    );
  });

  it('was saved at many moments, also while state machines run', () => {
    const { resumed, saves, total, early } = seen.resume;
    expect(saves).toBeGreaterThan(50);
    const calls = resumed.map((save: { calls: number }) => save.calls);
    expect(new Set(calls).size).toBe(6);
    expect(calls[0]).toBe(0);
    expect(calls.at(-1)).toBeLessThan(total);
    expect(Math.max(...resumed.map((save: { running: number }) => save.running))).toBeGreaterThan(
      0,
    );
    expect(early).toBeLessThanOrEqual(40);
    expect(early).toBeGreaterThan(0);
  });
});

describe('a sweep', () => {
  it('finds nothing in the program as it is', () => {
    expect(brokenOf(seen.unchanged.cases)).toEqual([
      ['duplicateEvent', ''],
      ['throttle', ''],
      ['lostAnswer', ''],
      ['killExecution', ''],
      ['killExecution+', ''],
    ]);
    expect(seen.unchanged.text).toContain('Sweep OK: 5 cases at 2 calls of 2 call sites');
    expect(seen.unchanged.steps).toEqual(['0/5', '1/5', '2/5', '3/5', '4/5', '5/5']);
  });

  it('finds what only shows when a run is killed: nobody is told', () => {
    expect(seen.withoutClosing.broken).toEqual([]);
    expect(brokenOf(seen.withoutClosing.cases)).toEqual([
      ['duplicateEvent', ''],
      ['throttle', ''],
      ['lostAnswer', ''],
      ['killExecution', '5'],
      ['killExecution+', '5'],
    ]);
  });

  it('finds what only shows when a run is killed: a missing grant', () => {
    expect(seen.withoutGrant.broken).toEqual([]);
    const killed = seen.withoutGrant.cases.slice(3);
    for (const [, broken] of brokenOf(killed)) expect(broken?.split(',')).toContain('8');
    expect(JSON.stringify(killed[0].broken)).toContain('may not dynamodb:Query');
    const others = seen.withoutGrant.cases.slice(0, 3);
    expect(brokenOf(others).map(([, broken]) => broken)).toEqual(['', '', '']);
  });

  it('says what is broken and with which command it is seen again', () => {
    const lines: string[] = seen.withoutClosing.text.split('\n');
    const at = lines.findIndex((line) => line.startsWith('killExecution at state:'));
    expect(lines[at]).toMatch(/StartUpdate, appstream:CreateUpdatedImage, call 1 of \d+$/);
    expect(lines[at + 1]).toMatch(/^ {2}invariant 5: .* ended ABORTED without a notification/);
    const { call } = seen.withoutClosing.cases.at(-1);
    expect(lines[at + 2]).toBe(
      '  npm run rehearse -- --from 2026-01-31T00:00:00.000Z --days 3 --sweep --faults ' +
        `'{"faults":[{"kind":"killExecution","at":{"call":${call}}}]}'`,
    );
    expect(seen.withoutClosing.text).toContain('Sweep FAILED: 5 cases');
  });

  it('finds what a whole run with the same faults breaks, though it begins late and ends early', () => {
    for (const { cases, alone } of [seen.unchanged, seen.withoutClosing, seen.withoutGrant]) {
      expect(brokenOf(cases).map(([, broken]) => broken)).toEqual(
        alone.map((broken: string[]) => broken.join()),
      );
    }
  });

  it('writes a line of JSON for each case', () => {
    const lines: string[] = seen.withoutClosing.lines.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(seen.withoutClosing.cases);
  });
});

describe('npm run rehearse -- --sweep', () => {
  it('with faults tries the one case that has these', async () => {
    const faults = '{"faults":[{"kind":"lateEvent","at":{"call":0}}]}';
    const options = ['--days', '2', '--sweep', '--faults', faults];
    const { code, stdout, stderr } = await rehearseCommand(options);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      'Sweep OK: 1 case at 1 call of 1 call site, every invariant held',
    );
    expect(stderr).toContain('Sweep: 1 of 1 cases, 0 broken');
    expect(code).toBe(0);
  }, 300_000);
});
