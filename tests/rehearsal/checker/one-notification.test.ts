import { createStory, goodStory } from './story';

/** A run that updated `web`; nothing was told yet. */
function silentStory() {
  const story = createStory();
  const output = { items: [{ id: 'web', outcome: 'updated' }] };
  const execution = story.run('feb', { output });
  return { ...story, execution };
}

const FAILED = { code: 'MessageRejected', message: 'Email address is not verified.' };

/** A run that reported so many items of each outcome, named `<outcome>-<number>`. */
function crowdedStory(outcomes: Readonly<Record<string, number>>, furtherItems?: number) {
  const story = createStory();
  const items = Object.entries(outcomes).flatMap(([outcome, number]) =>
    Array.from({ length: number }, (_, index) => ({ id: `${outcome}-${index}`, outcome })),
  );
  story.run('feb', { output: { items, ...(furtherItems !== undefined && { furtherItems }) } });
  return story;
}

/** The lines of these items, as a notification has them. */
function lines(outcome: string, from: number, to: number): string[] {
  return Array.from(
    { length: to - from },
    (_, index) => `  ${outcome}-${from + index} (3 h): done`,
  );
}

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
    story.notify('updates.feb.undelivered', 'updates.feb could not be delivered to email', ['sns']);
    story.notify('updates.feb.undelivered', 'updates.feb could not be delivered to sns', ['email']);
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

describe('invariant 5, where a text counts what it does not name,', () => {
  test('holds when named and counted items are all items of each outcome', () => {
    const story = crowdedStory({ failed: 3, updated: 1_500 });
    const text = [
      ...lines('failed', 0, 3),
      ...lines('updated', 0, 266),
      '  and 1,234 more updated',
    ].join('\n');
    story.notify('updates.feb', text);
    expect(story.verdict(5).held).toBe(true);
  });

  test('is not deceived by names in the reasons of others', () => {
    const story = crowdedStory({ updated: 3 });
    const text = [
      '  updated-0 (3 h): updated to updated-1, as updated-2: was',
      '  and 2 more updated',
    ];
    story.notify('updates.feb', text.join('\n'));
    expect(story.verdict(5).held).toBe(true);
  });

  test.each([
    ['too few', 'and 1 more updated', 'counts 1 more updated, but does not name 2'],
    ['too many', 'and 3 more updated', 'counts 3 more updated, but does not name 2'],
    ['another outcome', 'and 2 more skipped', 'does not name updated-1, updated-2'],
    ['nothing at all', 'and so on', 'does not name updated-1, updated-2'],
    ['none of it', 'and 0 more updated', 'counts 0 more updated, but does not name 2'],
  ])('breaks when it counts %s', (_, line, problem) => {
    const story = crowdedStory({ updated: 3 });
    story.notify('updates.feb', [...lines('updated', 0, 1), `  ${line}`].join('\n'));
    expect(story.verdict(5).detail).toContain(`notification updates.feb by sns ${problem}`);
  });

  test('breaks when it counts an outcome that no item has', () => {
    const story = crowdedStory({ updated: 1 });
    story.notify('updates.feb', '  updated-0: done\n  and 4 more failed');
    expect(story.verdict(5).detail).toContain('counts 4 more failed, but does not name 0');
  });

  test('breaks when it counts twice', () => {
    const story = crowdedStory({ updated: 3 });
    const text = [...lines('updated', 0, 1), '  and 2 more updated', '  and 2 more updated'];
    story.notify('updates.feb', text.join('\n'));
    expect(story.verdict(5).detail).toContain('counts 4 more updated, but does not name 2');
  });

  test('does not judge what a killed run had no time to put out', () => {
    const story = createStory();
    story.run('feb', { status: 'ABORTED' });
    story.notify('updates.feb', 'run ended early\n  and 4 more updated');
    expect(story.verdict(5).held).toBe(true);
  });
});

describe('invariant 5, where an output has no room for all items,', () => {
  const told = (...extra: string[]) => [...lines('failed', 0, 2), ...extra].join('\n');

  test('holds when the text counts the others', () => {
    const story = crowdedStory({ failed: 2, updated: 5 }, 10_000);
    story.notify('updates.feb', told('  and 9,005 more updated', '  and 1,000 more skipped'));
    expect(story.verdict(5).held).toBe(true);
  });

  test.each([
    ['and 9,004 more updated', 'counts 9999 of the 10000 items for which the output had no room'],
    ['and 9,006 more updated', 'counts 10001 of the 10000 items for which the output had no room'],
    ['and 4 more updated', 'counts 4 more updated, but does not name 5'],
  ])('breaks when the text says "%s"', (line, problem) => {
    const story = crowdedStory({ failed: 2, updated: 5 }, 10_000);
    story.notify('updates.feb', told(`  ${line}`, '  and 1,000 more skipped'));
    expect(story.verdict(5).detail).toContain(problem);
  });

  test('breaks when the text names the others nowhere', () => {
    const story = crowdedStory({ failed: 2 }, 7);
    story.notify('updates.feb', told());
    expect(story.verdict(5).detail).toContain(
      'counts 0 of the 7 items for which the output had no room',
    );
  });

  test.each([-1, 0.5, '3', null])('breaks when their number is %p', (further) => {
    const story = crowdedStory({ failed: 2 }, further as number);
    story.notify('updates.feb', told());
    expect(story.verdict(5).detail).toContain('belongs to a run whose furtherItems is');
  });
});

describe('a further notification of a run', () => {
  const own = '  web: failed\n  db: updated';
  const output = {
    items: [
      { id: 'web', outcome: 'failed' },
      { id: 'db', outcome: 'updated' },
    ],
  };

  test.each(['failed', 'blocked', 'postponed', 'interrupted', 'unfinished'])(
    'may tell at once of an item that ended %s',
    (outcome) => {
      const story = createStory();
      story.run('feb', { output: { items: [{ id: 'web', outcome }] } });
      story.notify('updates.feb', own);
      story.notify('updates.feb.first-failure', '  web: KB1');
      expect(story.verdict(5).held).toBe(true);
    },
  );

  test.each([
    ['an item that needs no attention', '  db: updated'],
    ['an item that the run does not have', '  mail: failed'],
    ['no item', 'something failed'],
  ])('may not tell of %s', (_, text) => {
    const story = createStory();
    story.run('feb', { output });
    story.notify('updates.feb', own);
    story.notify('updates.feb.first-failure', text);
    expect(story.verdict(5).detail).toContain(
      'run updates.feb has the further notification updates.feb.first-failure',
    );
  });

  test('may ask for the approval of an item that the run has not begun, and of no other', () => {
    const asked = (startedAt: string, text = 'To approve: start it\n  Groups: web') => {
      const story = createStory();
      story.run('feb', { output: { items: [{ id: 'web', outcome: 'updated', startedAt }] } });
      story.notify('updates.feb', '  web: updated');
      story.notify('updates.feb.approval-1', text);
      return story.verdict(5).held;
    };
    expect(asked('2099-01-01T00:00:00Z')).toBe(true);
    expect(asked('2000-01-01T00:00:00Z')).toBe(false);
    expect(asked('2099-01-01T00:00:00Z', 'Groups: web')).toBe(false);
  });

  test('may warn of an item before the run changes anything, and not later', () => {
    const warned = (times: readonly ['warn' | 'change', 'warn' | 'change']) => {
      const story = createStory();
      const execution = story.run('feb', { output });
      for (const what of times) {
        if (what === 'warn') story.notify('updates.feb.head-room', '  db: may not fit');
        else story.call('appstream:CreateUpdatedImage', {}, { execution, mutates: true });
      }
      story.notify('updates.feb', own);
      return story.verdict(5).held;
    };
    expect(warned(['warn', 'change'])).toBe(true);
    expect(warned(['change', 'warn'])).toBe(false);
  });

  test('is no substitute for its own', () => {
    const story = createStory();
    story.run('feb', { output });
    story.notify('updates.feb.first-failure', '  web: KB1');
    expect(story.verdict(5).detail).toContain('ended SUCCEEDED without a notification');
  });

  test('of a killed run names an item that has its line in the own one', () => {
    const story = createStory();
    story.run('feb', { status: 'ABORTED' });
    story.notify('updates.feb', 'run ended early\n  web (3 h): KB1');
    story.notify('updates.feb.first-failure', '  web (3 h): KB1');
    expect(story.verdict(5).held).toBe(true);
    story.notify('updates.feb.second', '  mail (3 h): KB1');
    expect(story.verdict(5).detail).toContain('the further notification updates.feb.second');
  });

  test('of a run that goes on names an item at least', () => {
    const story = createStory();
    story.run('feb', { status: 'RUNNING' });
    story.notify('updates.feb.first-failure', '  web (3 h): KB1');
    expect(story.verdict(5).held).toBe(true);
    story.notify('updates.feb.hello', 'all is well');
    expect(story.verdict(5).held).toBe(false);
  });

  test('may name an item for which an output full of failures has no room', () => {
    const story = crowdedStory({ failed: 2 }, 7);
    story.notify('updates.feb', '  and 9 more failed');
    story.notify('updates.feb.first-failure', '  failed-8: KB1');
    expect(story.verdict(5).held).toBe(true);
    const other = crowdedStory({ failed: 2, updated: 1 }, 7);
    other.notify('updates.feb', '  and 2 more failed\n  and 8 more updated');
    other.notify('updates.feb.first-failure', '  failed-8: KB1');
    expect(other.verdict(5).held).toBe(false);
  });

  test('about a delivery that failed says which', () => {
    const story = silentStory();
    story.call('ses:SendEmail', {}, { error: FAILED });
    story.notify('updates.feb', 'web: updated');
    story.notify('updates.feb.undelivered', 'updates.feb did not reach: email failed', ['email']);
    expect(story.verdict(5).held).toBe(true);
    story.notify('updates.feb.second', 'another one failed', ['sns']);
    expect(story.verdict(5).detail).toContain('the further notification updates.feb.second');
  });

  test('changes its words as little as the own one', () => {
    const story = createStory();
    story.run('feb', { output });
    story.notify('updates.feb', own);
    story.notify('updates.feb.first-failure', '  web: KB1', ['sns']);
    story.notify('updates.feb.first-failure', '  web: KB2', ['sns']);
    expect(story.verdict(5).detail).toContain(
      'notification updates.feb.first-failure says different things by sns',
    );
  });
});
