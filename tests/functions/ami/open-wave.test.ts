import { createHandler, type OpenWaveEvent } from '../../../functions/ami/open-wave';
import type { Wave } from '../../../functions/ami/settings';
import type { Outcome } from '../../../functions/foundation/notification';
import { approveWave, readControl, stopRun } from '../../../functions/foundation/run-control';
import { readRunLog, recordOutcome } from '../../../functions/foundation/run-log';
import { fleetOf, RUN, settingsOf, START } from './support';

const wave = (groups: string[], members: Partial<Wave> = {}): Wave => ({
  groups,
  soakMinutes: 0,
  alarms: [],
  approval: false,
  ...members,
});

const settings = settingsOf({ web: {}, api: {}, db: {} }, { approvalHours: 10 });

function prepare(waves: readonly Wave[], states: Readonly<Record<string, string>> = {}) {
  const fleet = fleetOf({
    cloudwatch: {
      alarms: Object.entries(states).map(([AlarmName, StateValue]) => ({
        AlarmName,
        StateValue,
        Namespace: 'Shop',
        MetricName: 'Errors',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanThreshold',
      })),
    },
  });
  const handler = createHandler(fleet.dependencies);
  const open = (event: Partial<OpenWaveEvent> = {}) =>
    handler({ run: RUN, waves, index: 0, waitingSince: '', settings, ...event });
  const end = (id: string, outcome: Outcome) =>
    recordOutcome(
      fleet.ledger,
      RUN,
      { id, outcome, reason: 'r', startedAt: START, endedAt: START },
      fleet.account.now(),
    );
  const outcomes = async () =>
    (await readRunLog(fleet.ledger, RUN)).outcomes
      .filter(({ reason }) => reason !== 'r')
      .map(({ id, outcome, reason }) => `${id} ${outcome}: ${reason}`);
  return { fleet, open, end, outcomes };
}

describe('opening a wave', () => {
  it('moves its groups, each with its settings, and soaks unless it is the last', async () => {
    const { open } = prepare([
      wave(['web', 'api'], { soakMinutes: 30 }),
      wave(['db'], { soakMinutes: 30 }),
    ]);
    expect(await open()).toEqual({
      next: 'roll',
      index: 0,
      nextIndex: 1,
      groups: ['web', 'api'].map((name) => ({ name, settings: settings.groups[name] })),
      soakSeconds: 1800,
      waitingSince: '',
      ask: false,
      question: expect.any(String),
      facts: expect.any(Array),
      waitSeconds: 300,
    });
    expect(await open({ index: 1 })).toMatchObject({ next: 'done' });
  });

  it('soaks on without groups where an earlier run has moved them, and hears their alarms afterwards', async () => {
    const waves = [wave([], { soakMinutes: 25, alarms: ['errors'] }), wave(['db'])];
    const quiet = prepare(waves, { errors: 'OK' });
    expect(await quiet.open()).toMatchObject({ next: 'soak', soakSeconds: 1500, nextIndex: 1 });
    expect(await quiet.open({ index: 1 })).toMatchObject({
      next: 'roll',
      groups: [{ name: 'db' }],
    });
    const loud = prepare(waves, { errors: 'ALARM' });
    expect((await loud.open({ index: 1 })).next).toBe('done');
  });

  it('is done after the last', async () => {
    const { open, outcomes } = prepare([wave(['web'])]);
    expect(await open({ index: 1 })).toMatchObject({ next: 'done', groups: [], soakSeconds: 0 });
    expect(await outcomes()).toEqual([]);
  });

  it.each<[Outcome]>([['updated'], ['skipped']])(
    'goes on when the one before is %s',
    async (outcome) => {
      const { open, end } = prepare([wave(['web']), wave(['db'], { soakMinutes: 30 })]);
      await end('web', outcome);
      expect(await open({ index: 1 })).toMatchObject({ next: 'roll', soakSeconds: 0 });
    },
  );

  it.each<[Outcome]>([['failed'], ['blocked'], ['postponed'], ['unfinished'], ['interrupted']])(
    'leaves all further groups to the next run when one of any wave before is %s',
    async (outcome) => {
      const { open, end, outcomes } = prepare([wave(['web']), wave(['api']), wave(['db'])]);
      await end('web', outcome);
      await end('api', 'updated');
      expect(await open({ index: 2 })).toMatchObject({ next: 'done', groups: [] });
      const reason = 'an earlier wave did not go well: web; the next run takes it';
      expect(await outcomes()).toEqual([`db postponed: ${reason}`]);
    },
  );

  it('takes a group without an outcome for one that did not go well', async () => {
    const { open, end, outcomes } = prepare([wave(['web', 'api']), wave(['db'])]);
    await end('web', 'updated');
    expect((await open({ index: 1 })).next).toBe('done');
    expect(await outcomes()).toEqual([
      'db postponed: an earlier wave did not go well: api; the next run takes it',
    ]);
  });

  it.each([
    ['quiet', { errors: 'OK' }, 'roll', []],
    ['without data', { errors: 'INSUFFICIENT_DATA' }, 'roll', []],
    [
      'loud',
      { errors: 'ALARM' },
      'done',
      ['db postponed: the alarm errors went off; the next run takes it'],
    ],
    ['not there', {}, 'done', ['db postponed: there is no alarm errors; the next run takes it']],
  ])('looks at the alarms of the wave before: %s', async (_, states, next, lines) => {
    const waves = [wave(['web'], { alarms: ['errors'] }), wave(['db'])];
    const { open, end, outcomes } = prepare(waves, states);
    expect((await open()).next).toBe('roll');
    await end('web', 'updated');
    expect((await open({ index: 1 })).next).toBe(next);
    expect(await outcomes()).toEqual(lines);
  });

  it('starts nothing more when the run was stopped, not even its first wave', async () => {
    const { fleet, open, outcomes } = prepare([wave(['web']), wave(['db'])]);
    await stopRun(fleet.ledger, RUN, fleet.account.now());
    expect((await open()).next).toBe('done');
    const reason = 'the run was stopped before its turn; the next run takes it';
    expect(await outcomes()).toEqual(['db', 'web'].map((id) => `${id} postponed: ${reason}`));
  });

  it('waits for an approval, asks once, and goes on when somebody gave it', async () => {
    const { fleet, open } = prepare([wave(['web', 'api'], { approval: true }), wave(['db'])]);
    const asked = await open();
    expect(asked).toMatchObject({
      next: 'approve',
      index: 0,
      nextIndex: 0,
      groups: [],
      waitingSince: START,
      ask: true,
      question: 'wave 1 of 2 waits for approval',
      facts: [
        { name: 'Groups', value: 'web, api' },
        {
          name: 'To approve',
          value: expect.stringContaining(
            'start the workflow with {"mode": "approve", "run": "run-1"}',
          ),
        },
      ],
    });
    expect(await readControl(fleet.ledger, RUN)).toMatchObject({ awaitedWave: 0 });
    fleet.account.advance(1);
    const { waitingSince } = asked;
    expect(await open({ waitingSince })).toMatchObject({
      next: 'approve',
      waitingSince,
      ask: false,
    });
    await approveWave(fleet.ledger, RUN, 0, fleet.account.now());
    expect(await open({ waitingSince })).toMatchObject({
      next: 'roll',
      nextIndex: 1,
      waitingSince: '',
    });
  });

  it('asks for each wave by itself: an approval of one lets no later one go', async () => {
    const waves = [wave(['web'], { approval: true }), wave(['db'], { approval: true })];
    const { fleet, open, end } = prepare(waves);
    await approveWave(fleet.ledger, RUN, 0, fleet.account.now());
    await end('web', 'updated');
    expect(await open({ index: 1 })).toMatchObject({ next: 'approve', ask: true });
    expect(await readControl(fleet.ledger, RUN)).toMatchObject({ awaitedWave: 1, approvedWave: 0 });
  });

  it('gives up waiting for an approval, and looks less often the longer it waits', async () => {
    const { fleet, open, outcomes } = prepare([wave(['web'], { approval: true })]);
    const { waitingSince } = await open();
    fleet.account.advance(9.99);
    expect(await open({ waitingSince })).toMatchObject({ next: 'approve', waitSeconds: 1798 });
    expect(await outcomes()).toEqual([]);
    fleet.account.advance(0.01);
    expect((await open({ waitingSince })).next).toBe('done');
    expect(await outcomes()).toEqual([
      'web postponed: nobody approved it within 10 hours; the next run takes it',
    ]);
  });

  it('does not wait for the approval of a wave that may not go anyway', async () => {
    const { open, end } = prepare([wave(['web']), wave(['db'], { approval: true })]);
    await end('web', 'failed');
    expect((await open({ index: 1 })).next).toBe('done');
  });

  it('leaves what became of a group as it is written', async () => {
    const { fleet, open, end } = prepare([wave(['web', 'db'])]);
    await end('db', 'updated');
    await stopRun(fleet.ledger, RUN, fleet.account.now());
    await open();
    const { outcomes } = await readRunLog(fleet.ledger, RUN);
    expect(outcomes.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
      'db updated',
      'web postponed',
    ]);
  });
});
