import { createHandler as createCommit } from '../../../functions/appstream/commit-lineage';
import { createHandler as createSettle } from '../../../functions/appstream/settle-image';
import { acquireLease, readWorkItem, type Ledger } from '../../../functions/foundation/ledger';
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

describe('committing a lineage', () => {
  it('writes the two tags of the source and leaves all others', async () => {
    const account = emulateAccount({ appstream: { images: [source, successor()] } });
    expect(await createCommit(account)(event)).toEqual({ reason: 'updated to next' });
    expect(tagsOf(account, 'base')).toEqual({
      AutoUpdate: 'Completed',
      NextVersion: 'next',
      Team: 'x',
    });
    expect(tagsOf(account, 'next')).toEqual({ AutoUpdate: 'Enabled', 'evergreen:source': 'base' });
  });

  it('changes nothing the second time', async () => {
    const account = emulateAccount({ appstream: { images: [source, successor()] } });
    await createCommit(account)(event);
    await createCommit(account)(event);
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
    const commit = createCommit(account)(event);
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
    expect((await createCommit(account)(event)).reason).toContain('the newer newer');
    expect(account.calls).not.toContain('TagResource');
  });

  it('is done when the source was deleted meanwhile', async () => {
    const account = emulateAccount({ appstream: { images: [successor()] } });
    expect((await createCommit(account)(event)).reason).toContain('the source was deleted');
  });
});

describe('settling an image', () => {
  async function settle(images: unknown[], outcome: object) {
    const account = emulateAccount({ appstream: { images } });
    const ledger: Ledger = { client: account.dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
    await acquireLease(ledger, 'base', 'run-1', async () => false);
    const handler = createSettle({ appstream: account.appstream, ledger, now: account.now });
    const report = await handler({
      execution: 'run-1',
      source: 'base',
      target: 'next',
      outcome: 'failed',
      startedAt: '2026-02-01T11:00:00.000Z',
      ...outcome,
    });
    return { report, work: await readWorkItem(ledger, 'base') };
  }

  it("reports a failed image with AWS's own reason, whole", async () => {
    const failed = successor({
      State: 'FAILED',
      StateChangeReason: { Code: 'IMAGE_UPDATE_FAILURE', Message: 'Could not update image.' },
      ImageErrors: [
        { ErrorCode: 'INTERNAL_SERVICE_ERROR', ErrorMessage: 'Failed to install KB1.' },
      ],
    });
    const { report, work } = await settle([source, failed], { reason: 'next is CREATING' });
    const reason =
      'next is FAILED. IMAGE_UPDATE_FAILURE: Could not update image.; ' +
      'INTERNAL_SERVICE_ERROR: Failed to install KB1.';
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
      settledBy: 'run-1',
      settledTarget: 'next',
    });
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
