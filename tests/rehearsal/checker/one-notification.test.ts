import { createStory, goodStory } from './story';

/** A run that updated `web`; nothing was told yet. */
function silentStory() {
  const story = createStory();
  const output = { items: [{ id: 'web', outcome: 'updated' }] };
  const execution = story.run('feb', { output });
  return { ...story, execution };
}

const FAILED = { code: 'MessageRejected', message: 'Email address is not verified.' };

describe('invariant 5 holds', () => {
  test('when a notification is repeated word by word', () => {
    const story = silentStory();
    story.notify('updates.feb', 'web: updated');
    story.notify('updates.feb', 'web: updated');
    expect(story.verdict(5)).toMatchObject({
      held: true,
      detail: '1 run of 1 had something to tell, 4 deliveries by email and sns',
    });
  });

  test('for runs that did nothing, and for runs that go on, without a notification', () => {
    const story = createStory();
    story.run('idle', { output: { items: [{ id: 'web', outcome: 'skipped' }] } });
    story.run('plan', { output: { items: [{ id: 'web', outcome: 'planned' }] } });
    story.run('empty', { output: { items: [] } });
    story.run('now', { status: 'RUNNING' });
    expect(story.verdict(5)).toMatchObject({
      held: true,
      detail: '0 runs of 4 had something to tell, 0 deliveries by no channel',
    });
  });

  test('when another channel, in a notification of its own, says that one failed', () => {
    const story = silentStory();
    story.call('ses:SendEmail', {}, { error: FAILED });
    story.notify('updates.feb', 'web: updated', ['sns']);
    expect(story.verdict(5).held).toBe(false);
    story.notify(
      'updates.feb.undelivered',
      'Notification updates.feb could not be delivered to:\nemail: MessageRejected',
      ['sns'],
    );
    expect(story.verdict(5).held).toBe(true);
  });

  test('when the notification itself says in one line that the other channel failed', () => {
    const story = silentStory();
    story.call('sns:Publish', {}, { error: FAILED });
    story.notify('updates.feb', 'web: failed\nasked for by mail or topic', ['email']);
    expect(story.verdict(5).held).toBe(false);
    story.notifications.length = 0;
    story.notify('updates.feb', 'web: updated\nThe topic could not be reached.', ['email']);
    expect(story.verdict(5).held).toBe(true);
  });
});

test.each([
  ['updates', 'updates.feb', true],
  ['updates-machine-1a2b3c4', 'updates.feb', true],
  ['updates-machine-1a2b3c4', 'updates-machine-1a2b3c4.feb', true],
  ['updates', 'updates-machine.feb', false],
  ['updates', 'update.feb', false],
  ['updates', '.feb', false],
  ['updates', 'updates.mar', false],
])('a run of the state machine %s is told by the id %s: %s', (workflow, id, held) => {
  const story = createStory();
  story.run('feb', { workflow, status: 'FAILED' });
  story.notify(id, 'run ended early');
  expect(story.verdict(5).held).toBe(held);
});

describe('invariant 5 breaks', () => {
  test('when a run has two notifications', () => {
    const story = createStory();
    story.run('feb', { workflow: 'updates-1a2b3c4', status: 'FAILED' });
    story.notify('updates.feb', 'run ended early');
    story.notify('updates-1a2b3c4.feb', 'run ended early');
    expect(story.verdict(5).detail).toContain(
      'broken: run updates-1a2b3c4.feb has two notifications, updates.feb and updates-1a2b3c4.feb',
    );
  });

  test('when there is a further notification although every channel worked', () => {
    const story = silentStory();
    story.notify('updates.feb', 'web: updated');
    story.call('sns:Publish', {});
    story.call('ses:SendEmail', {});
    story.call('dynamodb:UpdateItem', {}, { error: FAILED });
    story.call('sns:GetTopicAttributes', {}, { error: FAILED });
    story.call('ses:GetAccount', {}, { error: FAILED });
    expect(story.verdict(5).held).toBe(true);
    story.notify('updates.feb.undelivered', 'could not be delivered to email', ['sns']);
    story.notify('updates.feb.undelivered', 'could not be delivered to sns', ['email']);
    expect(story.verdict(5).detail).toContain('the further notification updates.feb.undelivered');
  });

  test('not when only the settings of a channel were read', () => {
    const story = silentStory();
    story.call('ses:GetAccount', {});
    story.notify('updates.feb', 'web: updated', ['sns']);
    expect(story.verdict(5).held).toBe(true);
  });

  test.each(['FAILED', 'TIMED_OUT', 'ABORTED'] as const)(
    'when a run ends %s and nobody is told',
    (status) => {
      const story = createStory();
      story.run('feb', { status });
      expect(story.verdict(5)).toMatchObject({
        held: false,
        detail: expect.stringContaining(`run updates.feb ended ${status} without a notification`),
      });
      story.notify('updates.feb', 'run ended early');
      expect(story.verdict(5).held).toBe(true);
    },
  );

  test('when a run did something and nobody is told', () => {
    expect(silentStory().verdict(5).held).toBe(false);
  });

  test('when a run reports nothing, but tried to change the estate', () => {
    const story = createStory();
    const execution = story.run('feb', { output: { items: [] } });
    story.call('dynamodb:UpdateItem', {}, { execution });
    story.call('appstream:CreateUpdatedImage', { dryRun: true }, { execution });
    expect(story.verdict(5).held).toBe(true);
    story.call('appstream:CreateUpdatedImage', {}, { execution, error: FAILED });
    expect(story.verdict(5).held).toBe(false);
  });

  test.each(['postponed', 'failed', 'something new'])(
    'when an item ended %s and nobody is told',
    (outcome) => {
      const story = createStory();
      story.run('feb', { output: { items: [{ id: 'web', outcome }] } });
      expect(story.verdict(5).held).toBe(false);
    },
  );

  test('when a notification names only other items', () => {
    const story = silentStory();
    story.notify('updates.feb', 'web-2: updated');
    expect(story.verdict(5).detail).toContain('notification updates.feb by sns does not name web');
  });

  test('when a channel that works elsewhere got nothing', () => {
    const story = silentStory();
    story.notify('updates.feb', 'web: updated', ['sns']);
    story.run('jan', { status: 'FAILED' });
    story.notify('updates.jan', 'failed', ['sns', 'email']);
    expect(story.verdict(5).detail).toContain(
      'broken: notification updates.feb did not reach email, and no other channel says so',
    );
  });

  test('when a channel that was only tried got nothing', () => {
    const story = silentStory();
    story.notify('updates.feb', 'web: updated', ['sns']);
    expect(story.verdict(5).held).toBe(true);
    story.call('sesv2:SendEmail', {}, { error: FAILED });
    expect(story.verdict(5).held).toBe(false);
  });

  test('when one id says two things by one channel', () => {
    const story = silentStory();
    story.notify('updates.feb', 'web: updated');
    story.notify('updates.feb', 'web: updated again', ['sns']);
    expect(story.verdict(5).detail).toMatch(
      /broken: notification updates\.feb says different things by sns$/,
    );
  });

  test.each([
    ['', 'notification without an id belongs to no run'],
    ['updates.mar', 'notification updates.mar belongs to no run'],
    ['updates.february', 'notification updates.february belongs to no run'],
    ['updates.feb.2', 'run updates.feb has the further notification updates.feb.2'],
  ])('when there is a notification with the id "%s"', (id, problem) => {
    const story = silentStory();
    story.notify('updates.feb', 'web: updated');
    story.notify(id, 'web: updated');
    expect(story.verdict(5).detail).toContain(`broken: ${problem}`);
  });

  test('when the notifications of a good story are lost', () => {
    const story = goodStory();
    story.notifications.length = 0;
    expect(story.verdict(5).held).toBe(false);
  });
});
