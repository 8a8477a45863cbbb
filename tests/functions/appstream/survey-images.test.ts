import { createHandler } from '../../../functions/appstream/survey-images';
import { acquireLease, settleWorkItem, type Ledger } from '../../../functions/foundation/ledger';
import { emulateAccount, image, LEDGER_TABLE } from '../../support/emulated-clients';

function prepare(images: unknown[], maxImages = 50) {
  const account = emulateAccount({ appstream: { images } });
  const ledger: Ledger = { client: account.dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
  const { appstream, now } = account;
  const survey = createHandler({ appstream, ledger, batchSize: 5, maxImages, now });
  return Object.assign(survey, { ledger });
}

const enabled = { Tags: { AutoUpdate: 'Enabled' } };

describe('surveying the images', () => {
  it('takes what is opted in and available, and says why it leaves each of the others', async () => {
    const survey = prepare([
      image('taken', enabled),
      image('not-tagged'),
      image('disabled', { Tags: { AutoUpdate: 'Disabled' } }),
      image('older', { Tags: { AutoUpdate: 'Completed', NextVersion: 'taken' } }),
      image('failed', { ...enabled, State: 'FAILED' }),
      image('shared', {
        ...enabled,
        Visibility: 'SHARED',
        Arn: 'arn:aws:appstream:eu-west-1:999999999999:image/shared',
      }),
    ]);
    const result = await survey({ input: {} });
    expect(result).toMatchObject({ mode: 'update', batchSize: 5, idle: false, quiet: false });
    expect(result.images).toEqual([{ name: 'taken', successor: '' }]);
    expect(Object.fromEntries(result.leftOut.map(({ id, reason }) => [id, reason]))).toEqual({
      'not-tagged': 'not opted in: it has no tag AutoUpdate',
      disabled: 'not opted in: its tag AutoUpdate is Disabled',
      older: 'superseded by taken',
      failed: 'its state is FAILED',
    });
  });

  it('sees every page', async () => {
    const names = Array.from(
      { length: 60 },
      (_, index) => `image-${String(index).padStart(2, '0')}`,
    );
    const result = await prepare(
      names.map((name) => image(name, enabled)),
      100,
    )({ input: null });
    expect(result.images.map(({ name }) => name).sort()).toEqual(names);
  });

  it('names no more images than a state has room for, superseded ones last', async () => {
    const past = { Tags: { AutoUpdate: 'Completed', NextVersion: 'next' } };
    const many = Array.from({ length: 230 }, (_, index) => image(`past-${index}`, past));
    const { leftOut } = await prepare([...many, image('not-tagged')])({ input: null });
    expect(leftOut).toHaveLength(201);
    expect(leftOut[0]?.id).toBe('not-tagged');
    expect(leftOut.at(-1)).toMatchObject({
      id: 'further images',
      outcome: 'skipped',
      reason: '31 more are left out too: there is no room for their reasons',
    });
    const { leftOut: all } = await prepare(many.slice(0, 200))({ input: null });
    expect(all.map(({ id }) => id)).toEqual(many.slice(0, 200).map(({ Name }) => Name));
  });

  it('knows the newest successor that an earlier run made', async () => {
    const made = { AutoUpdate: 'Enabled', 'evergreen:source': 'base' };
    const survey = prepare([
      image('second', { Tags: made, CreatedTime: '2026-01-02T00:00:00Z', State: 'FAILED' }),
      image('first', { Tags: made, CreatedTime: '2026-01-01T00:00:00Z' }),
      image('base', enabled),
    ]);
    const { images } = await survey({ input: { images: ['base'] } });
    expect(images).toEqual([{ name: 'base', successor: 'first' }]);
  });

  it('takes only what is unfinished in reconcile mode, and is silent about the rest', async () => {
    const made = { AutoUpdate: 'Enabled', 'evergreen:source': 'base' };
    const images = [image('base', enabled), image('fresh', enabled)];
    expect(await prepare(images)({ input: { mode: 'reconcile' } })).toMatchObject({
      idle: true,
      quiet: true,
      images: [],
      leftOut: [],
    });
    const open = prepare([...images, image('next', { Tags: made })]);
    expect((await open({ input: { mode: 'reconcile' } })).images).toEqual([
      { name: 'base', successor: 'next' },
    ]);
  });

  it('follows up a failure that nobody was told of, and only that, in reconcile mode', async () => {
    const made = { AutoUpdate: 'Enabled', 'evergreen:source': 'base' };
    const survey = prepare([
      image('base', enabled),
      image('next', { Tags: made, State: 'FAILED' }),
    ]);
    const input = { mode: 'reconcile' as const };
    expect((await survey({ input })).images).toEqual([{ name: 'base', successor: 'next' }]);
    await acquireLease(survey.ledger, 'base', 'run-1', async () => false);
    await settleWorkItem(survey.ledger, 'base', 'run-1', {
      outcome: 'failed',
      reason: 'r',
      at: '2026-02-01T12:00:00.000Z',
      settledTarget: 'next',
    });
    expect(await survey({ input })).toMatchObject({ idle: true, images: [] });
  });

  it('answers for images that are asked for by name, also when there are none', async () => {
    const result = await prepare([image('base', enabled)])({ input: { images: ['absent'] } });
    expect(result.idle).toBe(false);
    expect(result.leftOut).toContainEqual(
      expect.objectContaining({
        id: 'absent',
        reason: 'there is no image absent that this account owns',
      }),
    );
  });

  it('takes no more than one execution can hold, and says so', async () => {
    const result = await prepare(
      ['a', 'b', 'c'].map((name) => image(name, enabled)),
      2,
    )({ input: {} });
    expect(result.images).toHaveLength(2);
    expect(result.leftOut).toEqual([
      expect.objectContaining({ reason: 'this run has its fill of images; the next run takes it' }),
    ]);
  });

  it('refuses a wrong input with everything that is wrong', async () => {
    const input = { mode: 'full', batchSize: '5', images: [], dryRun: true } as never;
    await expect(prepare([])({ input })).rejects.toMatchObject({
      name: 'InvalidInput',
      message:
        'The input of the run is wrong: unknown key dryRun; known are mode, batchSize, images, trigger; ' +
        'mode is "full"; allowed are update, plan, reconcile; ' +
        'batchSize is "5"; allowed is a whole number from 1 to 40; ' +
        'images is []; allowed is a list of image names.',
    });
  });
});
