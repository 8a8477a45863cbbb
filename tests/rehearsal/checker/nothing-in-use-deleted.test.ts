import { createStory, image, sees } from './story';

/** An unused image `old`, looked at as the invariant demands. */
function lookedAt(estate: object = {}) {
  const story = createStory({ appstream: { images: [image('old')], ...estate } });
  const execution = story.run('feb');
  const look = (operation: string) =>
    story.call(`appstream:${operation}`, {}, { execution, output: {} });
  look('DescribeFleets');
  look('DescribeImageBuilders');
  look('DescribeImagePermissions');
  return {
    ...story,
    remove: () => story.call('appstream:DeleteImage', { Name: 'old' }, { execution }),
  };
}

describe('invariant 2 holds', () => {
  test('for an image that nothing uses, looked at immediately before', () => {
    const story = lookedAt();
    story.remove();
    expect(story.verdict(2)).toMatchObject({ held: true, detail: '1 deletion took effect' });
  });

  test('for an image whose uses have ended since the start', () => {
    const share = [{ sharedAccountId: '444455556666', imagePermissions: { allowFleet: true } }];
    const story = lookedAt({
      images: [image('old', { SharedImagePermissionsList: share })],
      fleets: [{ Name: 'desk', ImageName: 'old' }],
    });
    const withdrawn = { Name: 'old', SharedAccountId: '444455556666' };
    story.call('appstream:UpdateFleet', { Name: 'desk', ImageName: 'new' });
    story.call('appstream:DeleteImagePermissions', withdrawn, { caller: 'user' });
    story.remove();
    expect(story.verdict(2)).toMatchObject({ held: true, detail: '1 deletion took effect' });
  });

  test('for a failed image, which nothing can use', () => {
    const story = createStory({ appstream: { images: [] } });
    story.call('appstream:DescribeImages', {}, sees('broken', 'CREATING'));
    story.call('appstream:DescribeImages', {}, sees('broken', 'FAILED'));
    story.call('appstream:DeleteImage', { Name: 'broken' });
    expect(story.verdict(2).held).toBe(true);
  });

  test('for deletions that AWS refused, that were dry runs, or that concern the own ledger', () => {
    const story = lookedAt({ fleets: [{ Name: 'desk', ImageName: 'old' }] });
    const error = { code: 'ResourceInUseException', message: '' };
    story.call('appstream:DeleteImage', { Name: 'old' }, { error });
    story.call('ec2:DeregisterImage', { ImageId: 'ami-1', DryRun: true });
    story.call('dynamodb:DeleteItem', { TableName: 'ledger' });
    expect(story.verdict(2)).toMatchObject({ held: true, detail: '0 deletions took effect' });
  });

  test('for a builder that the automation made or had marked', () => {
    const story = createStory({
      appstream: { imageBuilders: [{ Name: 'left', Tags: { 'evergreen:source': 'web' } }] },
    });
    story.call('appstream:CreateImageBuilder', { Name: 'tmp', ImageName: 'base' });
    story.call('appstream:DeleteImageBuilder', { Name: 'tmp' });
    story.call('appstream:DeleteImageBuilder', { Name: 'left' });
    expect(story.verdict(2)).toMatchObject({ held: true, detail: '2 deletions took effect' });
  });
});

describe('invariant 2 breaks', () => {
  test.each<[string, object, string]>([
    ['a fleet', { fleets: [{ Name: 'desk', ImageName: 'old' }] }, 'fleet desk uses it'],
    [
      'a fleet by ARN',
      { fleets: [{ Name: 'desk', ImageArn: 'arn:aws:appstream:eu-west-1:1:image/old' }] },
      'fleet desk uses it',
    ],
    [
      'an image builder',
      { imageBuilders: [{ Name: 'bob', ImageName: 'old' }] },
      'image builder bob uses it',
    ],
    [
      'another account',
      { images: [image('old', { SharedImagePermissionsList: [{ sharedAccountId: '4' }] })] },
      'it is shared with account 4',
    ],
  ])('when an image is deleted that is used by %s', (_, estate, use) => {
    const story = lookedAt(estate);
    story.remove();
    expect(story.verdict(2)).toMatchObject({
      held: false,
      detail: `1 deletion took effect; broken: image old was deleted while ${use}`,
    });
  });

  test.each([
    ['appstream:UpdateFleet', { Name: 'desk', ImageName: 'old' }],
    ['appstream:CreateFleet', { Name: 'desk', ImageName: 'old' }],
    ['appstream:CreateImageBuilder', { Name: 'bob', ImageName: 'old' }],
    ['appstream:UpdateImagePermissions', { Name: 'old', SharedAccountId: '4' }],
  ])('when the use began after the start, by %s', (name, input) => {
    const story = lookedAt();
    story.call(name, input);
    story.remove();
    expect(story.verdict(2).held).toBe(false);
  });

  test('when the uses were not looked at, long ago, or by another run', () => {
    const problem =
      'was deleted without DescribeFleets, DescribeImageBuilders, DescribeImagePermissions';
    const never = createStory();
    never.call('appstream:DeleteImage', { Name: 'old' });
    expect(never.verdict(2).detail).toContain(problem);
    const longAgo = lookedAt();
    for (let minute = 0; minute < 6; minute++) longAgo.call('sns:ListTopics', {});
    longAgo.remove();
    expect(longAgo.verdict(2).detail).toContain(problem);
    const byAnother = lookedAt();
    byAnother.call('appstream:DeleteImage', { Name: 'old' }, { execution: byAnother.run('mar') });
    expect(byAnother.verdict(2).detail).toContain(problem);
  });

  test('when one kind of use was not looked at', () => {
    const story = lookedAt();
    story.calls.splice(1, 1);
    story.calls.forEach((call, index) => (story.calls[index] = { ...call, index }));
    story.remove();
    expect(story.verdict(2).detail).toMatch(
      /was deleted without DescribeImageBuilders immediately before$/,
    );
  });

  test('when a fleet that uses it was only renamed since', () => {
    const story = lookedAt({ fleets: [{ Name: 'desk', ImageName: 'old' }] });
    story.call('appstream:UpdateFleet', { Name: 'desk', DisplayName: 'Desk' });
    story.remove();
    expect(story.verdict(2).detail).toContain('fleet desk uses it');
  });

  test('when a builder is deleted and made again', () => {
    const story = createStory({ appstream: { imageBuilders: [{ Name: 'bob' }] } });
    story.call('appstream:DeleteImageBuilder', { Name: 'bob' });
    story.call('appstream:CreateImageBuilder', { Name: 'bob' });
    expect(story.verdict(2).held).toBe(false);
  });

  test('when a builder is deleted that was there before', () => {
    const story = createStory({ appstream: { imageBuilders: [{ Name: 'bob' }] } });
    story.call('appstream:DeleteImageBuilder', { Name: 'bob' });
    expect(story.verdict(2).detail).toContain('bob was deleted, which the automation had not made');
  });

  test.each(['ec2:DeregisterImage', 'ec2:TerminateInstances', 'appstream:DeleteFleet'])(
    'when %s is used, which no rule allows',
    (name) => {
      const story = createStory();
      story.call(name, {}, { resource: 'arn:x' });
      expect(story.verdict(2)).toMatchObject({
        held: false,
        detail: `1 deletion took effect; broken: ${name} of arn:x: no rule allows it`,
      });
    },
  );
});
