import { createHandler, type RunLimits } from '../../../functions/appstream/enter-window';
import type { Ledger } from '../../../functions/foundation/ledger';
import { enterWindow } from '../../../functions/foundation/window';
import { emulateAccount, image, LEDGER_TABLE } from '../../support/emulated-clients';

const limits: RunLimits = {
  updates: 5,
  images: 10,
  builders: 10,
  batchSize: 5,
  room: 8,
  tight: false,
};

interface Given {
  readonly images?: unknown[];
  /** Builders by name. */
  readonly builders?: Readonly<Record<string, string>>;
}

function prepare({ images = [], builders = {} }: Given = {}) {
  const account = emulateAccount({ appstream: { images } });
  const ledger: Ledger = { client: account.dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
  const { describeImages, listTagsForResource } = account.appstream;
  const handler = createHandler({
    appstream: {
      describeImages,
      listTagsForResource,
      // One to a page: the count must not stop at the first.
      describeImageBuilders: async ({ NextToken = '0' }: { NextToken?: string }) => {
        const entry = Object.entries(builders)[Number(NextToken)];
        const next = Number(NextToken) + 1;
        return {
          ImageBuilders: entry === undefined ? [] : [{ Name: entry[0], State: entry[1] }],
          ...(next < Object.keys(builders).length ? { NextToken: String(next) } : {}),
        };
      },
    } as never,
    ledger,
    finishHours: 24,
    now: account.now,
  });
  const enter = (target: string, changed: Partial<RunLimits> = {}) =>
    handler({ target, limits: { ...limits, ...changed } });
  const inside = async () =>
    Object.keys((await enterWindow(ledger, 'probe', 100, account.now())).holders).sort();
  return { account, ledger, enter, inside };
}

const updating = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`other-${index}`, 'UPDATING']));

describe('entering the window', () => {
  it('lets an update start where there is room, and says when to look at it', async () => {
    const { enter } = prepare();
    expect(await enter('next')).toEqual({
      decision: 'enter',
      reason: '',
      watch: {
        oftenUntil: '2026-02-01T13:00:00.000Z',
        sometimesUntil: '2026-02-01T14:30:00.000Z',
        finishBy: '2026-02-02T12:00:00.000Z',
      },
    });
  });

  it('counts our own updates of all runs against the batch size', async () => {
    const { enter } = prepare({ images: ['one', 'two'].map((name) => image(name)) });
    await enter('one', { batchSize: 2 });
    await enter('two', { batchSize: 2 });
    expect(await enter('three', { batchSize: 2 })).toMatchObject({
      decision: 'wait',
      reason: '2 updates of ours run already, the batch size',
    });
    expect((await enter('two', { batchSize: 2 })).decision).toBe('enter');
    expect((await enter('three', { batchSize: 3 })).decision).toBe('enter');
  });

  it('counts updates that others have started against the quota', async () => {
    const { enter, inside } = prepare({
      builders: { ...updating(4), qualifying: 'PENDING_QUALIFICATION', idle: 'RUNNING' },
    });
    expect(await enter('next')).toMatchObject({
      decision: 'wait',
      reason: '5 of 5 concurrent image updates (L-9B6418E0) run in the account',
    });
    // It must not keep others out while it waits.
    expect(await inside()).toEqual(['probe']);
    expect((await enter('next', { updates: 6 })).decision).toBe('enter');
  });

  it('needs a builder, too', async () => {
    const builders = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`builder-${index}`, 'STOPPED']),
    );
    const { enter, inside } = prepare({ builders });
    expect(await enter('next')).toMatchObject({
      decision: 'wait',
      reason: 'the account has 10 of 10 image builders (L-DE32F884), and an update needs one',
    });
    expect(await inside()).toEqual(['probe']);
  });

  it('knows an update that has started although nobody was told', async () => {
    const { enter } = prepare({
      builders: { ...updating(4), 'next-1234567890': 'UPDATING' },
    });
    expect((await enter('next')).decision).toBe('enter');
  });

  it('starts nothing that cannot fit among the images, and counts them anew each time', async () => {
    const images = Array.from({ length: 10 }, (_, index) => image(`image-${index}`));
    const { enter, inside } = prepare({ images });
    expect(await enter('next', { tight: true })).toMatchObject({
      decision: 'postpone',
      reason:
        'it does not fit: the account has 10 of 10 images (L-E1182CCA); delete images that nothing uses, or have the quota raised',
    });
    expect(await inside()).toEqual(['probe']);
    expect((await enter('next', { tight: true, images: 11 })).decision).toBe('enter');
  });

  it('takes the place of an update that has ended with a run that died', async () => {
    const { account, enter } = prepare({
      images: [
        image('done'),
        image('going', { State: 'CREATING', CreatedTime: '2026-02-01T11:59:00Z' }),
      ],
    });
    await enter('done', { batchSize: 3 });
    await enter('going', { batchSize: 3 });
    await enter('vanished', { batchSize: 3 });
    expect((await enter('next', { batchSize: 3 })).decision).toBe('wait');
    account.advance(1.1);
    expect((await enter('next', { batchSize: 3 })).decision).toBe('enter');
    expect((await enter('another', { batchSize: 3 })).decision).toBe('enter');
    expect((await enter('third', { batchSize: 3 })).decision).toBe('wait');
  });
});
