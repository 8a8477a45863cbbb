import { createHandler, type ClaimEvent } from '../../../functions/appstream/claim-image';
import { readWorkItem, settleWorkItem, type Ledger } from '../../../functions/foundation/ledger';
import {
  emulateAccount,
  image,
  LEDGER_TABLE,
  type EmulatedAccount,
} from '../../support/emulated-clients';

const optedIn = { Tags: { AutoUpdate: 'Enabled' } };
const successorTags = { AutoUpdate: 'Enabled', BaseName: 'base', 'evergreen:source': 'base' };

function prepare(images: unknown[], running: readonly string[] = []) {
  const account = emulateAccount({ appstream: { images } });
  const ledger: Ledger = { client: account.dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
  const handler = createHandler({
    appstream: account.appstream,
    sfn: {
      describeExecution: async ({ executionArn }: { executionArn: string }) => ({
        status: running.includes(executionArn) ? 'RUNNING' : 'ABORTED',
      }),
    } as never,
    ledger,
    startHours: 24,
    finishHours: 24,
    now: account.now,
  });
  const claim = (event: Partial<ClaimEvent> = {}) =>
    handler({
      execution: 'run-1',
      mode: 'update',
      image: { name: 'base', successor: '' },
      ...event,
    });
  return { account, ledger, claim };
}

function start(account: EmulatedAccount, target: string, tags: object = successorTags) {
  return account.appstream.createUpdatedImage({
    existingImageName: 'base',
    newImageName: target,
    newImageTags: tags,
    dryRun: false,
  });
}

describe('claiming an image', () => {
  it('starts an update with a dated name, and writes the intent before AWS is asked', async () => {
    const { ledger, claim } = prepare([
      image('base', {
        Tags: { AutoUpdate: 'Enabled', Team: 'x', 'aws:cloudformation:stack': 'y' },
        Description: 'd',
      }),
    ]);
    expect(await claim()).toEqual({
      decision: 'start',
      reason: 'to be updated to base-Updated-20260201-1',
      target: 'base-Updated-20260201-1',
      update: {
        description: 'd',
        displayName: 'base',
        tags: { AutoUpdate: 'Enabled', Team: 'x', BaseName: 'base', 'evergreen:source': 'base' },
      },
      claimedAt: '2026-02-01T12:00:00.000Z',
      startBy: '2026-02-02T12:00:00.000Z',
      finishBy: '2026-02-03T12:00:00.000Z',
    });
    expect(await readWorkItem(ledger, 'base')).toEqual({
      leaseOwner: 'run-1',
      fence: 1,
      target: 'base-Updated-20260201-1',
      attempt: 1,
      intendedAt: '2026-02-01T12:00:00.000Z',
    });
  });

  it('names the successor after the lineage, not after the image', async () => {
    const { claim } = prepare([
      image('base', { Tags: { AutoUpdate: 'Enabled', BaseName: 'line' } }),
    ]);
    expect(await claim()).toMatchObject({
      target: 'line-Updated-20260201-1',
      update: { tags: { BaseName: 'line', 'evergreen:source': 'base' } },
    });
  });

  it('answers a repeated call in the same way, on another day as well', async () => {
    const { account, claim } = prepare([image('base', optedIn)]);
    const first = await claim();
    account.advance(0.5);
    expect(await claim()).toMatchObject({ decision: 'start', target: first.target });
  });

  it('follows an update that an earlier run started', async () => {
    const { account, claim } = prepare([image('base', optedIn)]);
    const { target } = await claim();
    await start(account, target);
    account.advance(1);
    expect(await claim({ execution: 'run-2' })).toMatchObject({ decision: 'follow', target });
  });

  it('finds an update by its tags when the ledger is lost', async () => {
    const { account, claim } = prepare([image('base', optedIn)]);
    await start(account, 'base-Updated-20260101-1');
    account.advance(1);
    const found = await claim({ image: { name: 'base', successor: 'base-Updated-20260101-1' } });
    expect(found).toMatchObject({ decision: 'follow', target: 'base-Updated-20260101-1' });
    account.advance(10);
    expect(
      await claim({ image: { name: 'base', successor: 'base-Updated-20260101-1' } }),
    ).toMatchObject({ decision: 'commit' });
  });

  it('reports a failure that nobody was told of, and tries the next attempt once it was', async () => {
    const { account, ledger, claim } = prepare([
      image('base', optedIn),
      image('base-Updated-20260101-1', { State: 'FAILED', Tags: successorTags }),
    ]);
    const known = { image: { name: 'base', successor: 'base-Updated-20260101-1' } };
    expect(await claim(known)).toMatchObject({
      decision: 'failed',
      target: 'base-Updated-20260101-1',
    });
    await settleWorkItem(ledger, 'base', 'run-1', {
      outcome: 'failed',
      reason: 'r',
      at: account.now().toISOString(),
      settledTarget: 'base-Updated-20260101-1',
    });
    expect(await claim(known)).toMatchObject({
      decision: 'start',
      target: 'base-Updated-20260201-1',
    });
  });

  it('takes the next free attempt where another image has the name', async () => {
    const { claim } = prepare([image('base', optedIn), image('base-Updated-20260201-1')]);
    expect(await claim()).toMatchObject({ decision: 'start', target: 'base-Updated-20260201-2' });
  });

  it('leaves an image to the run that holds it, and takes it when that run is no more', async () => {
    const images = [image('base', optedIn)];
    const busy = prepare(images, ['run-1']);
    await busy.claim();
    expect(await busy.claim({ execution: 'run-2' })).toMatchObject({
      decision: 'skip',
      reason: 'another run is working on it',
    });
    const dead = prepare(images);
    await dead.claim();
    expect(await dead.claim({ execution: 'run-2' })).toMatchObject({ decision: 'start' });
    expect(await readWorkItem(dead.ledger, 'base')).toMatchObject({
      leaseOwner: 'run-2',
      fence: 2,
    });
  });

  it('writes nothing in plan mode', async () => {
    const { account, claim } = prepare([image('base', optedIn)]);
    expect(await claim({ mode: 'plan' })).toMatchObject({ decision: 'start' });
    expect(account.calls).not.toContain('UpdateItem');
  });

  it('starts nothing in reconcile mode', async () => {
    const { claim } = prepare([image('base', optedIn)]);
    expect(await claim({ mode: 'reconcile' })).toMatchObject({ decision: 'skip' });
  });

  it.each([
    ['gone', [], 'the image is gone'],
    ['opted out', [image('base')], 'opted out since the run began'],
    [
      'updated meanwhile',
      [image('base', { Tags: { AutoUpdate: 'Completed', NextVersion: 'n' } })],
      'updated already, to n',
    ],
    ['not available', [image('base', { ...optedIn, State: 'FAILED' })], 'its state is FAILED'],
    [
      'named too long',
      [image('base', { Tags: { AutoUpdate: 'Enabled', BaseName: 'x'.repeat(82) } })],
      'has 101 characters, AppStream allows 100',
    ],
    [
      'named as AWS forbids',
      [image('base', { Tags: { AutoUpdate: 'Enabled', BaseName: 'AWS-desktop' } })],
      'does not allow the new name',
    ],
    [
      'full of tags',
      [
        image('base', {
          Tags: Object.fromEntries([
            ['AutoUpdate', 'Enabled'],
            ...Array.from({ length: 48 }, (_, index) => [`tag-${index}`, 'x']),
          ]),
        }),
      ],
      'would have 51 tags, AppStream allows 50',
    ],
    [
      'full of tags itself, so that its update could not be committed',
      [
        image('base', {
          Tags: Object.fromEntries([
            ['AutoUpdate', 'Enabled'],
            ['BaseName', 'base'],
            ['evergreen:source', 'root'],
            ...Array.from({ length: 47 }, (_, index) => [`tag-${index}`, 'x']),
          ]),
        }),
      ],
      'with NextVersion the image would have 51 tags, AppStream allows 50',
    ],
  ])('skips an image that is %s, and says why', async (_, images, reason) => {
    const result = await prepare(images).claim();
    expect(result.decision).toBe('skip');
    expect(result.reason).toContain(reason);
  });

  it('takes a BaseName that just fits', async () => {
    const { claim } = prepare([
      image('base', { Tags: { AutoUpdate: 'Enabled', BaseName: 'x'.repeat(81) } }),
    ]);
    const { decision, target } = await claim();
    expect([decision, target.length]).toEqual(['start', 100]);
  });
});
