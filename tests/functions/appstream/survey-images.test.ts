import { createHandler, type SurveyEvent } from '../../../functions/appstream/survey-images';
import { readSurveyed } from '../../../functions/appstream/survey-log';
import type { Ledger } from '../../../functions/foundation/ledger';
import { emulateAccount, image, LEDGER_TABLE } from '../../support/emulated-clients';

function prepare(images: unknown[], pages = 10) {
  const account = emulateAccount({ appstream: { images } });
  const ledger: Ledger = { client: account.dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
  const { appstream, now } = account;
  const handler = createHandler({ appstream, ledger, pages, batchSize: 5, now });
  const survey = (input: unknown, event: Partial<SurveyEvent> = {}) =>
    handler({ input, run: 'run-1', startedAt: '2026-02-01T12:00:00Z', cursor: '', ...event });
  const seen = () => readSurveyed(ledger, 'run-1');
  return { account, survey, seen };
}

const enabled = { Tags: { AutoUpdate: 'Enabled' } };
const shared = image('shared', {
  Visibility: 'SHARED',
  Arn: 'arn:aws:appstream:eu-west-1:999999999999:image/shared',
});

describe('surveying the images of an account', () => {
  it('writes down what decides about each, and whose it is', async () => {
    const { survey, seen } = prepare([
      image('base', { Tags: { AutoUpdate: 'Enabled', Team: 'x', BaseName: 'b' } }),
      image('failed', { ...enabled, State: 'FAILED' }),
      shared,
    ]);
    expect(await survey({})).toEqual({
      next: 'choose',
      cursor: '',
      mode: 'update',
      batchSize: 5,
      named: [],
    });
    const createdAt = Date.parse('2025-12-01T00:00:00Z');
    expect(await seen()).toEqual([
      {
        name: 'base',
        state: 'AVAILABLE',
        tags: { AutoUpdate: 'Enabled', BaseName: 'b' },
        createdAt,
      },
      { name: 'failed', state: 'FAILED', tags: { AutoUpdate: 'Enabled' }, createdAt },
      { name: 'shared', state: 'AVAILABLE', tags: {}, createdAt, owner: '999999999999' },
    ]);
  });

  it('goes on where it has stopped until every page was seen, once and in order', async () => {
    const names = Array.from({ length: 130 }, (_, index) => `image-${index + 100}`);
    const { survey, seen } = prepare([...names.map((name) => image(name, enabled)), shared], 2);
    let cursor = '';
    let calls = 0;
    for (let next = 'survey'; next === 'survey'; calls += 1) {
      ({ next, cursor } = await survey({}, { cursor }));
    }
    // Six pages of our own images and one of the others', two with each call.
    expect(calls).toBe(4);
    expect((await seen()).map(({ name }) => name)).toEqual([...names, 'shared']);
  });

  it('sees nothing twice when a call is repeated', async () => {
    const { survey, seen } = prepare([image('base', enabled)]);
    await survey({});
    await survey({});
    expect(await seen()).toHaveLength(1);
  });

  it('asks for the tags of each own image once, and lists no page twice', async () => {
    const { account, survey } = prepare([image('one'), image('two'), shared]);
    await survey({});
    expect(account.calls.filter((call) => call === 'ListTagsForResource')).toHaveLength(2);
    expect(account.calls.filter((call) => call === 'DescribeImages')).toHaveLength(2);
  });

  it('looks only at the images that are asked for by name', async () => {
    const { account, survey, seen } = prepare([image('one', enabled), image('two', enabled)]);
    expect(await survey({ images: ['two', 'absent'], batchSize: 2 })).toMatchObject({
      next: 'choose',
      batchSize: 2,
      named: ['two', 'absent'],
    });
    expect((await seen()).map(({ name }) => name)).toEqual(['two']);
    expect(account.calls.filter((call) => call === 'ListTagsForResource')).toHaveLength(1);
  });

  it('knows what AppStream would refuse of a successor', async () => {
    const { survey, seen } = prepare([
      image('long', { Tags: { AutoUpdate: 'Enabled', BaseName: 'x'.repeat(82) } }),
      image('fits', { Tags: { AutoUpdate: 'Enabled', BaseName: 'x'.repeat(81) } }),
    ]);
    await survey({});
    expect((await seen()).map(({ problem }) => problem)).toEqual([
      expect.stringContaining('has 101 characters, AppStream allows 100: shorten the tag BaseName'),
      undefined,
    ]);
  });

  it('goes on only on the day after Patch Tuesday that was asked for, by the time of the schedule', async () => {
    const { account, survey } = prepare([image('one')]);
    const input = { patchTuesdayPlusDays: 2, timeZone: 'Europe/Berlin' };
    // The Patch Tuesday of February 2026 is the 10th.
    const other = { ...input, scheduledTime: '2026-02-11T17:00:00Z' };
    expect(await survey(other)).toMatchObject({ next: 'nothing' });
    expect(account.calls).toEqual([]);
    const day = { ...input, scheduledTime: '2026-02-12T17:00:00Z' };
    expect(await survey(day, { startedAt: '2026-02-13T01:00:00Z' })).toMatchObject({
      next: 'choose',
    });
  });

  it('refuses a wrong input before it looks at anything', async () => {
    const { account, survey } = prepare([image('one')]);
    await expect(survey({ mode: 'full' })).rejects.toMatchObject({ name: 'InvalidInput' });
    expect(account.calls).toEqual([]);
  });
});
