import { createHandler as createCommit } from '../../../functions/appstream/commit-lineage';
import { failuresBefore } from '../../../functions/appstream/attempts';
import { readExperience } from '../../../functions/appstream/durations';
import { createHandler as createSettle } from '../../../functions/appstream/settle-image';
import {
  acquireLease,
  readWorkItem,
  settleWorkItem,
  type Ledger,
} from '../../../functions/foundation/ledger';
import { readRunLog, recordQueue } from '../../../functions/foundation/run-log';
import { enterWindow } from '../../../functions/foundation/window';
import { emulateAccount, image, LEDGER_TABLE } from '../../support/emulated-clients';

const source = image('base', { Tags: { AutoUpdate: 'Enabled', Team: 'x' } });
const event = { source: 'base', target: 'next' };

function successor(members: object = {}) {
  return image('next', { Tags: { AutoUpdate: 'Enabled', 'evergreen:source': 'base' }, ...members });
}

function tagsOf(account: ReturnType<typeof emulateAccount>, name: string) {
  const images: { Name: string; Tags: unknown }[] = account.estate().appstream.images;
  return images.find((one) => one.Name === name)?.Tags;
}

function commitIn(account: ReturnType<typeof emulateAccount>) {
  const ledger: Ledger = { client: account.dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
  return createCommit({ appstream: account.appstream, ledger, now: account.now });
}

describe('committing a lineage', () => {
  it('learns how long an update took, and counts it once', async () => {
    const made = successor({ CreatedTime: '2026-02-01T09:00:00Z' });
    const account = emulateAccount({ appstream: { images: [source, made] } });
    const ledger: Ledger = { client: account.dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
    expect(await readExperience(ledger)).toBeUndefined();
    await commitIn(account)(event);
    await commitIn(account)(event);
    expect(await readExperience(ledger)).toEqual({ updates: 1, hours: 3 });
  });

  it('writes the two tags of the source and leaves all others', async () => {
    const account = emulateAccount({ appstream: { images: [source, successor()] } });
    expect(await commitIn(account)(event)).toEqual({ reason: 'updated to next' });
    expect(tagsOf(account, 'base')).toEqual({
      AutoUpdate: 'Completed',
      NextVersion: 'next',
      Team: 'x',
    });
    expect(tagsOf(account, 'next')).toEqual({ AutoUpdate: 'Enabled', 'evergreen:source': 'base' });
  });

  it('changes nothing the second time', async () => {
    const account = emulateAccount({ appstream: { images: [source, successor()] } });
    await commitIn(account)(event);
    await commitIn(account)(event);
    expect(account.calls.filter((call) => call === 'TagResource')).toHaveLength(1);
  });

  it.each([
    ['is not AVAILABLE', successor({ State: 'FAILED' }), 'next is FAILED'],
    ['is gone', image('other'), 'next is gone'],
    [
      'belongs to another image',
      image('next', { Tags: { 'evergreen:source': 'x' } }),
      'no successor',
    ],
  ])('refuses a successor that %s', async (_, other, message) => {
    const account = emulateAccount({ appstream: { images: [source, other] } });
    const commit = commitIn(account)(event);
    await expect(commit).rejects.toMatchObject({
      name: 'NotCommittable',
      message: expect.stringContaining(message),
    });
    expect(tagsOf(account, 'base')).toEqual({ AutoUpdate: 'Enabled', Team: 'x' });
  });

  it('never puts an older successor over a newer one', async () => {
    const account = emulateAccount({
      appstream: {
        images: [
          image('base', { Tags: { AutoUpdate: 'Completed', NextVersion: 'newer' } }),
          successor({ CreatedTime: '2026-01-01T00:00:00Z' }),
          image('newer', { CreatedTime: '2026-01-02T00:00:00Z' }),
        ],
      },
    });
    expect((await commitIn(account)(event)).reason).toContain('the newer newer');
    expect(account.calls).not.toContain('TagResource');
  });

  it('is done when the source was deleted meanwhile', async () => {
    const account = emulateAccount({ appstream: { images: [successor()] } });
    expect((await commitIn(account)(event)).reason).toContain('the source was deleted');
  });
});

describe('settling an image', () => {
  async function settle(images: unknown[], outcome: object) {
    const account = emulateAccount({ appstream: { images } });
    const ledger: Ledger = { client: account.dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
    await acquireLease(ledger, 'base', 'run-1', async () => false, account.now());
    await enterWindow(ledger, 'next', 5, account.now());
    await recordQueue(ledger, 'run-1', ['base'], account.now());
    const handler = createSettle({
      appstream: account.appstream,
      ledger,
      attempts: 3,
      now: account.now,
    });
    const report = await handler({
      execution: 'run-1',
      run: 'run-1',
      mode: 'update',
      position: 0,
      source: 'base',
      target: 'next',
      outcome: 'failed',
      startedAt: '2026-02-01T11:00:00.000Z',
      ...outcome,
    });
    const { holders } = await enterWindow(ledger, 'somebody', 5, account.now());
    return {
      account,
      ledger,
      handler,
      report,
      work: await readWorkItem(ledger, 'base'),
      log: await readRunLog(ledger, 'run-1'),
      holders: Object.keys(holders),
    };
  }

  it("reports a failed image with AWS's own reason, whole", async () => {
    const failed = successor({
      State: 'FAILED',
      StateChangeReason: { Code: 'IMAGE_UPDATE_FAILURE', Message: 'Could not update image.' },
      ImageErrors: [
        { ErrorCode: 'INTERNAL_SERVICE_ERROR', ErrorMessage: 'Failed to install KB1.' },
      ],
    });
    const { report, work, log, holders } = await settle([source, failed], {
      reason: 'next is CREATING',
    });
    const reason =
      'next is FAILED. IMAGE_UPDATE_FAILURE: Could not update image.; ' +
      'INTERNAL_SERVICE_ERROR: Failed to install KB1. Update 1 of 3 that failed; the next run tries again';
    expect(report).toEqual({
      id: 'base',
      outcome: 'failed',
      reason,
      startedAt: '2026-02-01T11:00:00.000Z',
      endedAt: '2026-02-01T12:00:00.000Z',
    });
    expect(work).toEqual({
      fence: 1,
      outcome: 'failed',
      reason,
      settledAt: '2026-02-01T12:00:00.000Z',
      settledBy: 'run-1',
      settledTarget: 'next',
      failures: 1,
    });
    expect(log.outcomes).toEqual([report]);
    expect(holders).toEqual(['somebody']);
  });

  it('keeps the place of an update that goes on', async () => {
    const { holders } = await settle([source, successor({ State: 'CREATING' })], {
      outcome: 'unfinished',
      reason: 'late',
    });
    expect(holders).toEqual(['next', 'somebody']);
  });

  it('writes nothing but the line of the report for a plan', async () => {
    const { work, log } = await settle([source], {
      mode: 'plan',
      target: '',
      outcome: 'planned',
      reason: 'r',
    });
    expect(work).toEqual({ leaseOwner: 'run-1', leasedAt: '2026-02-01T12:00:00.000Z', fence: 1 });
    expect(log.outcomes.map(({ outcome }) => outcome)).toEqual(['planned']);
  });

  it('finds the name of an image whose claim has failed in the queue', async () => {
    const { report } = await settle([source], { source: '', target: '', reason: 'r' });
    expect(report.id).toBe('base');
  });

  it('keeps a target open that did not end: a later run follows it up', async () => {
    const { work } = await settle([source, successor()], { outcome: 'unfinished', reason: 'late' });
    expect(work.settledTarget).toBeUndefined();
  });

  it("reads a function's error as a person would", async () => {
    const error = { Error: 'TypeError', Cause: '{"errorMessage":"x is not y","trace":["…"]}' };
    expect((await settle([source], { target: '', error })).report.reason).toBe(
      'TypeError: x is not y',
    );
    const plain = {
      Error: 'AppStream.AppStreamException',
      Cause:
        'You are not authorized (Service: AppStream, Status Code: 400, Request ID: 1) (SDK Attempt Count: 1)',
    };
    expect((await settle([source], { target: '', error: plain })).report.reason).toBe(
      'AppStream.AppStreamException: You are not authorized',
    );
  });
});

describe('an image whose updates fail again and again', () => {
  const failedTags = { AutoUpdate: 'Enabled', 'evergreen:source': 'base' };

  function prepare(tags: object = { AutoUpdate: 'Enabled' }) {
    const account = emulateAccount({
      appstream: {
        images: [
          image('base', { Tags: tags }),
          ...[1, 2, 3, 4].map((attempt) =>
            image(`next-${attempt}`, { State: 'FAILED', Tags: failedTags }),
          ),
        ],
      },
    });
    const ledger: Ledger = { client: account.dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
    const { appstream, now } = account;
    const handler = createSettle({ appstream, ledger, attempts: 3, now });
    const commit = commitIn(account);
    const fail = async (attempt: number) => {
      await acquireLease(ledger, 'base', `run-${attempt}`, async () => false, now());
      // As the workflow does with the last attempt.
      if (failuresBefore(await readWorkItem(ledger, 'base')) === 2) {
        await commit({ source: 'base', target: `next-${attempt}`, blocked: true });
      }
      return repeat(attempt);
    };
    const repeat = (attempt: number) =>
      handler({
        execution: `run-${attempt}`,
        run: `run-${attempt}`,
        mode: 'update',
        position: 0,
        source: 'base',
        target: `next-${attempt}`,
        outcome: 'failed',
        startedAt: '2026-02-01T11:00:00.000Z',
      });
    return { account, ledger, fail, repeat };
  }

  it('is blocked after the last attempt, and says what a person has to do', async () => {
    const { account, ledger, fail } = prepare();
    expect([(await fail(1)).outcome, (await fail(2)).outcome]).toEqual(['failed', 'failed']);
    expect(tagsOf(account, 'base')).toEqual({ AutoUpdate: 'Enabled' });
    const { outcome, reason } = await fail(3);
    expect(outcome).toBe('blocked');
    expect(reason).toContain(
      'Update 3 of 3 that failed: blocked. Mend the cause, then set the tag AutoUpdate of base to Enabled',
    );
    expect(tagsOf(account, 'base')).toEqual({ AutoUpdate: 'Blocked' });
    expect(await readWorkItem(ledger, 'base')).toMatchObject({ failures: 3, blocked: true });
  });

  it('counts a failure once, however often it is settled', async () => {
    const { ledger, fail, repeat } = prepare();
    await fail(1);
    expect((await repeat(1)).reason).toContain('Update 1 of 3');
    expect(await readWorkItem(ledger, 'base')).toMatchObject({ failures: 1 });
  });

  it('has all its attempts again once a person has armed it', async () => {
    const { account, ledger, fail } = prepare();
    for (const attempt of [1, 2, 3]) await fail(attempt);
    const images: { Name: string; Arn: string }[] = account.estate().appstream.images;
    const Arn = images.find(({ Name }) => Name === 'base')?.Arn;
    await account.appstream.tagResource({ ResourceArn: Arn, Tags: { AutoUpdate: 'Enabled' } });
    expect((await fail(4)).outcome).toBe('failed');
    const work = await readWorkItem(ledger, 'base');
    expect([work.failures, work.blocked]).toEqual([1, undefined]);
  });

  it('forgets earlier failures with a success', async () => {
    const { ledger, fail } = prepare();
    await fail(1);
    await acquireLease(ledger, 'base', 'run-2', async () => false, new Date(0));
    await settleWorkItem(ledger, 'base', 'run-2', {
      outcome: 'updated',
      reason: 'r',
      at: '2026-02-01T12:00:00.000Z',
      failures: 0,
      blocked: false,
    });
    expect((await readWorkItem(ledger, 'base')).failures).toBe(0);
  });

  it('gets no tag where its owner has opted out meanwhile', async () => {
    const { account, fail } = prepare({ Team: 'x' });
    for (const attempt of [1, 2, 3]) await fail(attempt);
    expect(tagsOf(account, 'base')).toEqual({ Team: 'x' });
  });
});
