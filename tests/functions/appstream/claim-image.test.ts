import { createHandler } from '../../../functions/appstream/claim-image';
import {
  createHandler as createPrepare,
  type PrepareState,
} from '../../../functions/appstream/prepare-update';
import {
  readWorkItem,
  recordSeenTarget,
  settleWorkItem,
  type Ledger,
} from '../../../functions/foundation/ledger';
import { stopRun } from '../../../functions/foundation/run-control';
import { recordQueue } from '../../../functions/foundation/run-log';
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
  const { appstream, now } = account;
  const claimImage = createHandler({
    appstream,
    sfn: {
      describeExecution: async ({ executionArn }: { executionArn: string }) => ({
        status: running.includes(executionArn) ? 'RUNNING' : 'ABORTED',
      }),
    } as never,
    ledger,
    finishHours: 24,
    attempts: 3,
    now,
  });
  const prepareUpdate = createPrepare({ appstream, ledger, startHours: 24, now });
  /** As the workflow does: what is not to be followed up is prepared. */
  const claim = async (event: Partial<PrepareState & { position: number }> = {}) => {
    const { execution = 'run-1', mode = 'update', position = 1, ...others } = event;
    await recordQueue(ledger, execution, ['other', 'base'], now());
    const run = { execution, run: execution, mode };
    const claimed = await claimImage({ ...run, position });
    if (claimed.decision !== 'prepare') return { ...claimed, waitSeconds: 0 };
    const child = { ...run, startedAt: '2026-02-01T12:00:00Z', claim: claimed, ...others };
    return { ...claimed, ...(await prepareUpdate({ child })) };
  };
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

describe('claiming and preparing an image', () => {
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
      description: 'd',
      displayName: 'base',
      tags: { AutoUpdate: 'Enabled', Team: 'x', BaseName: 'base', 'evergreen:source': 'base' },
      source: 'base',
      isLastAttempt: false,
      claimedAt: '2026-02-01T12:00:00.000Z',
      waitSeconds: 60,
      watch: {
        oftenUntil: '2026-02-01T13:00:00.000Z',
        sometimesUntil: '2026-02-01T14:30:00.000Z',
        finishBy: '2026-02-02T12:00:00.000Z',
      },
    });
    expect(await readWorkItem(ledger, 'base')).toEqual({
      leaseOwner: 'run-1',
      leasedAt: '2026-02-01T12:00:00.000Z',
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
      tags: { BaseName: 'line', 'evergreen:source': 'base' },
    });
  });

  it('answers a repeated call in the same way', async () => {
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

  it('follows and commits an update that only the survey has found', async () => {
    const { account, ledger, claim } = prepare([image('base', optedIn)]);
    await start(account, 'base-Updated-20260101-1');
    account.advance(1);
    await recordSeenTarget(ledger, 'base', 'base-Updated-20260101-1');
    expect(await claim()).toMatchObject({
      decision: 'follow',
      target: 'base-Updated-20260101-1',
    });
    account.advance(10);
    expect(await claim()).toMatchObject({ decision: 'commit' });
  });

  it('reports a failure that nobody was told of, and tries the next attempt once it was', async () => {
    const { account, ledger, claim } = prepare([
      image('base', optedIn),
      image('base-Updated-20260101-1', { State: 'FAILED', Tags: successorTags }),
    ]);
    await recordSeenTarget(ledger, 'base', 'base-Updated-20260101-1');
    expect(await claim()).toMatchObject({
      decision: 'failed',
      target: 'base-Updated-20260101-1',
    });
    await settleWorkItem(ledger, 'base', 'run-1', {
      outcome: 'failed',
      reason: 'r',
      at: account.now().toISOString(),
      settledTarget: 'base-Updated-20260101-1',
    });
    expect(await claim()).toMatchObject({
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
    await claim({ mode: 'plan' });
    const before = account.calls.filter((call) => call === 'UpdateItem').length;
    expect(await claim({ mode: 'plan' })).toMatchObject({ decision: 'start' });
    const queued = account.calls.filter((call) => call === 'UpdateItem').length - before;
    // The queue is written by the test.
    expect(queued).toBe(1);
  });

  it('starts nothing in reconcile mode', async () => {
    const { claim } = prepare([image('base', optedIn)]);
    expect(await claim({ mode: 'reconcile' })).toMatchObject({ decision: 'skip' });
  });

  it('dates the successor by the run, not by the day on which its turn comes', async () => {
    const { account, claim } = prepare([image('base', optedIn)]);
    account.advance(100);
    expect(await claim()).toMatchObject({ target: 'base-Updated-20260201-1' });
  });

  it('starts nothing more for a run that was stopped, but finishes what it has begun', async () => {
    const { account, ledger, claim } = prepare([image('base', optedIn)]);
    const { target } = await claim();
    await stopRun(ledger, 'run-1', account.now());
    expect(await claim()).toMatchObject({
      decision: 'postpone',
      reason: 'the run was stopped before its turn; the next run takes it',
    });
    await start(account, target);
    account.advance(1);
    expect(await claim()).toMatchObject({ decision: 'follow', target });
  });

  it('waits longer the longer it has waited, and leaves it to the next run in the end', async () => {
    const { account, claim } = prepare([image('base', optedIn)]);
    const waits: number[] = [];
    for (const hours of [0, 0.5, 1.5, 10, 11]) {
      account.advance(hours);
      waits.push((await claim()).waitSeconds);
    }
    expect(waits).toEqual([60, 450, 1800, 3600, 3600]);
    account.advance(2);
    const error = { Error: 'AppStream.LimitExceededException', Cause: 'The limit is reached.' };
    expect(await claim({ error })).toMatchObject({
      decision: 'postpone',
      reason: 'AppStream had no room to start it: The limit is reached.; it waited 24 hours',
    });
    expect(await claim({ window: { reason: 'five run' } })).toMatchObject({
      reason: 'no room: five run; it waited 24 hours',
    });
  });

  it('keeps display name and description within the limits of the API', async () => {
    const { claim } = prepare([
      image('base', { ...optedIn, DisplayName: 'n'.repeat(120), Description: 'd'.repeat(300) }),
    ]);
    expect(await claim()).toMatchObject({
      displayName: 'n'.repeat(100),
      description: 'd'.repeat(256),
    });
  });

  it('tells lineages with one BaseName apart: each follows its own', async () => {
    const line = { AutoUpdate: 'Enabled', BaseName: 'line' };
    const { account, claim } = prepare([
      image('base', { Tags: line }),
      image('other', { Tags: line }),
    ]);
    const own = await claim();
    // The other was faster: the name is taken when AppStream is asked.
    await account.appstream.createUpdatedImage({
      existingImageName: 'other',
      newImageName: own.target,
      newImageTags: { ...line, 'evergreen:source': 'other' },
      dryRun: false,
    });
    account.advance(0.1);
    expect(await claim()).toMatchObject({ decision: 'start', target: 'line-Updated-20260201-2' });
    expect(await claim({ execution: 'run-2', position: 0 })).toMatchObject({
      source: 'other',
      decision: 'start',
    });
  });

  it('never uses a name again whose end is settled', async () => {
    const { ledger, claim } = prepare([image('base', optedIn)]);
    const { target } = await claim();
    await settleWorkItem(ledger, 'base', 'run-1', {
      outcome: 'skipped',
      reason: 'up to date',
      at: '2026-02-01T12:00:00.000Z',
      settledTarget: target,
    });
    expect((await claim()).target).toBe('base-Updated-20260201-2');
  });

  it('knows the last attempt, and that a person gave all of them anew', async () => {
    const { ledger, claim } = prepare([image('base', optedIn)]);
    const settle = async (members: object) => {
      const at = '2026-02-01T12:00:00.000Z';
      await claim();
      await settleWorkItem(ledger, 'base', 'run-1', {
        outcome: 'failed',
        reason: 'r',
        at,
        ...members,
      });
    };
    await settle({ failures: 1 });
    expect((await claim()).isLastAttempt).toBe(false);
    await settle({ failures: 2 });
    expect((await claim()).isLastAttempt).toBe(true);
    await settle({ failures: 3, blocked: true });
    expect((await claim()).isLastAttempt).toBe(false);
  });

  it('says that a position beyond the queue is no image', async () => {
    const { claim } = prepare([image('base', optedIn)]);
    await expect(claim({ position: 2 })).rejects.toMatchObject({ name: 'NotQueued' });
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
