import { goodStory, image, REASON, sees } from './story';

const ARN = 'arn:aws:appstream:eu-west-1:111122223333:image';

/** The image of the final estate. */
function end(story: ReturnType<typeof goodStory>, name: string) {
  return story.after.appstream.images.find((one: { Name: string }) => one.Name === name);
}

describe('invariant 1 holds', () => {
  test('while an update is in flight and a run of its workflow goes on', () => {
    const story = goodStory();
    end(story, 'db-2').State = 'CREATING';
    story.run('next', { status: 'RUNNING' });
    expect(story.verdict(1)).toMatchObject({
      held: true,
      detail: expect.stringContaining('1 in the hands of a run that goes on'),
    });
  });

  test('after a lost answer, where the update is committed nevertheless', () => {
    const story = goodStory();
    const call = { ...story.calls[0]!, error: { code: 'TimeoutError', message: '' } };
    delete call.output;
    story.calls[0] = call;
    expect(story.verdict(1).held).toBe(true);
  });

  test('for dry runs and refused updates, which start nothing', () => {
    const story = goodStory();
    const input = { existingImageName: 'web-2', newImageName: 'web-3' };
    story.call('appstream:CreateUpdatedImage', { ...input, dryRun: true });
    story.call('appstream:CreateUpdatedImage', input, {
      error: { code: 'LimitExceededException', message: '' },
    });
    expect(story.verdict(1)).toMatchObject({
      held: true,
      detail: expect.stringMatching(/^2 accepted image updates/),
    });
  });

  test('for a failed image that was seen failed, notified, and deleted', () => {
    const story = goodStory();
    story.call(
      'appstream:DescribeImages',
      {},
      sees('db-2', 'FAILED', { StateChangeReason: { Message: REASON } }),
    );
    story.call('appstream:DeleteImage', { Name: 'db-2' });
    story.after.appstream.images.pop();
    expect(story.verdict(1).held).toBe(true);
  });

  test('for a failed image whose report is still to come, from a run that goes on', () => {
    const story = goodStory();
    story.notifications.length = 0;
    expect(story.verdict(1).detail).toContain('and no notification says so');
    story.run('going-on', { status: 'RUNNING' });
    expect(story.verdict(1).held).toBe(true);
  });

  test('for a committed successor that was itself updated and committed later', () => {
    const story = goodStory();
    const created = { CreatedTime: '2026-02-02T00:00:00Z' };
    story.call('appstream:CreateUpdatedImage', {
      existingImageName: 'web-2',
      newImageName: 'web-3',
    });
    story.call('appstream:DescribeImages', {}, sees('web-3', 'AVAILABLE', created));
    const tags = { AutoUpdate: 'Completed', NextVersion: 'web-3' };
    story.call('appstream:TagResource', { ResourceArn: `${ARN}/web-2`, Tags: tags });
    Object.assign(end(story, 'web-2').Tags, tags);
    story.after.appstream.images.push(
      image('web-3', { ...created, Tags: { AutoUpdate: 'Enabled', BaseName: 'web' } }),
    );
    expect(story.verdict(1)).toMatchObject({
      held: true,
      detail: expect.stringMatching(/^3 accepted image updates and 0 rollouts: 2 committed/),
    });
  });

  test('for a committed successor whose own update is in flight', () => {
    const story = goodStory();
    const input = { existingImageName: 'web-2', newImageName: 'web-3' };
    story.call('appstream:CreateUpdatedImage', input);
    story.after.appstream.images.push(image('web-3', { State: 'CREATING' }));
    story.run('next', { status: 'RUNNING' });
    expect(story.verdict(1).detail).toMatch(/: 1 committed, 1 failed and notified, 1 in the hands/);
  });

  test('for a committed successor that was deleted later, by the tags that it had', () => {
    const story = goodStory();
    story.call('appstream:DeleteImage', { Name: 'web-2' });
    const at = story.after.appstream.images.indexOf(end(story, 'web-2'));
    story.after.appstream.images.splice(at, 1);
    expect(story.verdict(1)).toMatchObject({
      held: true,
      detail: expect.stringContaining('1 committed'),
    });
    const tagged = { ResourceArn: `${ARN}/web-2`, Tags: { AutoUpdate: 'Off' } };
    story.call('appstream:TagResource', tagged);
    expect(story.verdict(1).detail).toContain('web-2 has AutoUpdate=Off');
    story.calls.pop();
    delete story.calls[0]!.input.newImageTags;
    expect(story.verdict(1).detail).toContain('web-2 has AutoUpdate=nothing');
  });

  test('whatever further notifications say', () => {
    const story = goodStory();
    story.run('mar');
    story.notify('updates.mar', 'nothing to do');
    expect(story.verdict(1).held).toBe(true);
  });

  test('for a dangling NextVersion that was there from the start', () => {
    const story = goodStory();
    const old = image('old', { Tags: { AutoUpdate: 'Completed', NextVersion: 'gone' } });
    story.before.appstream.images.push(old);
    story.after.appstream.images.push(old);
    expect(story.verdict(1).held).toBe(true);
  });
});

describe('invariant 1 breaks', () => {
  test.each<[string, (story: ReturnType<typeof goodStory>) => void, string]>([
    [
      'when an available successor is not committed',
      (story) => (end(story, 'web').Tags = { AutoUpdate: 'Enabled', BaseName: 'web' }),
      'the update of web to web-2 is AVAILABLE but not committed: ' +
        'web has AutoUpdate=Enabled, web has NextVersion=nothing',
    ],
    [
      'when the source points elsewhere',
      (story) => (end(story, 'web').Tags.NextVersion = 'db'),
      'web has NextVersion=db',
    ],
    [
      'when the successor is not opted in',
      (story) => delete end(story, 'web-2').Tags.AutoUpdate,
      'web-2 has AutoUpdate=nothing',
    ],
    [
      'when the successor is completed, but was not updated',
      (story) => (end(story, 'web-2').Tags.AutoUpdate = 'Completed'),
      'web-2 has AutoUpdate=Completed',
    ],
    [
      'when the answer that the successor is available never arrived',
      (story) => {
        const seen = story.calls.findIndex((call) => call.output?.Images?.length === 1);
        const error = { code: 'TimeoutError', message: '' };
        story.calls[seen] = { ...story.calls[seen]!, error };
      },
      'when that image was CREATING',
    ],
    [
      'when the successor lost its lineage',
      (story) => (end(story, 'web-2').Tags.BaseName = 'other'),
      'web-2 has BaseName=other',
    ],
    [
      'when the update is in flight and no run goes on',
      (story) => (end(story, 'db-2').State = 'PENDING'),
      'the update of db to db-2 is PENDING at the end and no run waits for it',
    ],
    [
      'when the update is in flight and only another workflow goes on',
      (story) => {
        end(story, 'db-2').State = 'PENDING';
        story.run('x', { status: 'RUNNING', workflow: 'other' });
      },
      'is PENDING at the end and no run waits for it',
    ],
    [
      'when the successor vanished unseen',
      (story) => story.after.appstream.images.pop(),
      'the update of db to db-2 vanished: nobody ever saw how it ended',
    ],
    [
      'when a failure is told without the reason of AWS',
      (story) => {
        story.notifications.length = 0;
        story.notify('updates.feb', 'web: updated to web-2\ndb: failed');
      },
      `the update of db to db-2 failed (${REASON}) and no notification says so`,
    ],
    [
      'when a failure is told without the image',
      (story) => {
        story.notifications.length = 0;
        story.notify('updates.feb', `web, my-db, db-3: ${REASON}`);
      },
      'and no notification says so',
    ],
    [
      'when the failure was told before the update began',
      (story) => {
        const [first, ...rest] = story.notifications.splice(0);
        story.notifications.push({ ...first!, at: '2026-02-01T00:00:00.000Z' });
        expect(rest).toHaveLength(1);
      },
      'and no notification says so',
    ],
    [
      'when a source was tagged before anybody saw its successor available',
      (story) => {
        const seen = story.calls.findIndex((call) => call.output?.Images?.length === 1);
        story.calls[seen] = { ...story.calls[seen]!, ...sees('web-2', 'CREATING') };
      },
      'web was tagged NextVersion=web-2 at 2026-02-01T12:05:00.000Z, when that image was CREATING',
    ],
    [
      'when a source was tagged with a name that nobody has seen',
      (story) =>
        story.call('appstream:TagResource', {
          ResourceArn: `${ARN}/db`,
          Tags: { NextVersion: 'db-9' },
        }),
      'when that image was unknown',
    ],
    [
      'when a source ends with a failed successor',
      (story) => (end(story, 'db').Tags.NextVersion = 'db-2'),
      'db ends with NextVersion=db-2, which is FAILED',
    ],
    [
      'when a source ends completed without a successor',
      (story) => (end(story, 'db').Tags.AutoUpdate = 'Completed'),
      'db ends with AutoUpdate=Completed and without a NextVersion',
    ],
  ])('%s', (_, spoil, problem) => {
    const story = goodStory();
    expect(story.verdict(1).held).toBe(true);
    spoil(story);
    const verdict = story.verdict(1);
    expect(verdict.detail).toContain(problem);
    expect(verdict.held).toBe(false);
  });
});
