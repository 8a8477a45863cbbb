import { INVARIANTS } from '../../../rehearsal/checker';
import {
  badRollout,
  goodRollout,
  rolloutStory,
  spec,
  WHY,
  type RolloutStory,
} from './rollout-story';

/** Says again what was told by the run, in other words. */
function tell(story: RolloutStory, text: string): void {
  story.notifications.length = 0;
  story.notify('updates.roll', `web: ${text}`);
}

describe('a rollout', () => {
  test.each([
    [
      'that works',
      goodRollout,
      [
        '0 accepted image updates and 1 rollout: 1 committed, 0 failed and notified, 0 in the hands of a run that goes on',
        '1 deletion took effect',
        '0 temporary resources left at the end, 0 of them named in a notification',
        '1 change of Auto Scaling groups, 0 of them of a capacity',
        '0 runs of 1 with nothing to do, 0 sources updated by 0 calls, 1 group moved by 1 call',
        '2 pointers to a newer version written',
      ],
    ],
    [
      'that is rolled back',
      badRollout,
      [
        '0 accepted image updates and 1 rollout: 0 committed, 1 failed and notified, 0 in the hands of a run that goes on',
        '1 deletion took effect',
        '0 temporary resources left at the end, 0 of them named in a notification',
        '1 change of Auto Scaling groups, 0 of them of a capacity',
        '0 runs of 1 with nothing to do, 0 sources updated by 0 calls, 1 group moved by 1 call',
        '1 pointer to a newer version written',
      ],
    ],
  ])('%s holds all nine, each judged on something', (_, tellStory, details) => {
    const story = tellStory();
    const verdicts = INVARIANTS.map(({ id }) => story.verdict(Number(id)));
    expect(verdicts.filter(({ held }) => !held)).toEqual([]);
    const judged = verdicts.filter(({ id }) => ['1', '2', '3', '4', '6', '7'].includes(id));
    expect(judged.map(({ detail }) => detail)).toEqual(details);
  });
});

describe('invariant 1 on rollouts', () => {
  test('holds for a refresh under way while a run of its workflow goes on', () => {
    const story = rolloutStory();
    story.refresh('web', 2);
    expect(story.verdict(1).detail).toMatch(/is Pending at the end and no run waits for it$/);
    story.run('other', { status: 'RUNNING', workflow: 'others' });
    expect(story.verdict(1).held).toBe(false);
    story.run('next', { status: 'RUNNING' });
    expect(story.verdict(1).held).toBe(true);
  });

  test('holds after a lost answer, where the refresh is told nevertheless', () => {
    const story = goodRollout();
    const at = story.calls.findIndex(({ operation }) => operation === 'StartInstanceRefresh');
    story.calls[at] = { ...story.calls[at]!, error: { code: 'RequestTimeout', message: '' } };
    expect(story.verdict(1)).toMatchObject({
      held: true,
      detail: expect.stringContaining('1 rollout: 1 committed'),
    });
  });

  test('holds for what others start, and for what AWS refused', () => {
    const story = rolloutStory();
    story.refresh('web', 2, { caller: 'user' });
    const error = { code: 'InstanceRefreshInProgress', message: '' };
    story.refresh('web', 2, { error, effect: false });
    expect(story.verdict(1)).toMatchObject({
      held: true,
      detail: expect.stringContaining('0 rollouts'),
    });
  });

  test('holds for a failure that is quoted by the reason of its rollback', () => {
    const story = badRollout();
    const [ended] = story.groupAfter('web').InstanceRefreshes;
    ended.StatusReason = 'Rolled back.';
    expect(story.verdict(1).held).toBe(false);
    ended.RollbackDetails = { RollbackReason: WHY };
    expect(story.verdict(1).held).toBe(true);
  });

  test.each(['Failed', 'Cancelled', 'RollbackSuccessful', 'RollbackFailed'])(
    'holds for a refresh that ended %s and is told so',
    (Status) => {
      const story = badRollout();
      story.groupAfter('web').InstanceRefreshes[0].Status = Status;
      expect(story.verdict(1)).toMatchObject({
        held: true,
        detail: expect.stringContaining('1 failed and notified'),
      });
    },
  );

  test('knows how a refresh ended from what callers were told, where the group is gone', () => {
    const story = rolloutStory();
    story.refresh('web', 2);
    const told = {
      InstanceRefreshId: 'refresh-web-2',
      AutoScalingGroupName: 'web',
      Status: 'Cancelled',
      StatusReason: 'Cancelled due to user request.',
    };
    const output = { InstanceRefreshes: [told] };
    story.call('autoscaling:DescribeInstanceRefreshes', {}, { output });
    expect(story.verdict(1).detail).toContain(
      'ended Cancelled (Cancelled due to user request.) and no notification says so',
    );
    story.notify('updates.roll', 'web: Cancelled due to user request.');
    expect(story.verdict(1).held).toBe(true);
  });

  test.each<[string, () => RolloutStory, (story: RolloutStory) => void, string]>([
    [
      'when nobody is told of success',
      goodRollout,
      (story) => (story.notifications.length = 0),
      'was Successful and no notification says so',
    ],
    [
      'when another group is named',
      goodRollout,
      (story) => {
        story.notifications.length = 0;
        story.notify('updates.roll', 'web-2: moved to ami-3');
      },
      'the instance refresh of group web at 2026-02-01T12:02:00.000Z was Successful and no',
    ],
    [
      'when success was told before it came',
      goodRollout,
      (story) => (story.groupAfter('web').InstanceRefreshes[0].EndTime = '2026-02-02T00:00:00Z'),
      'was Successful and no notification says so',
    ],
    [
      'when a failure was told before it came',
      badRollout,
      (story) => (story.groupAfter('web').InstanceRefreshes[0].EndTime = '2026-02-02T00:00:00Z'),
      'and no notification says so',
    ],
    [
      "when a failure is told without AWS's reason",
      badRollout,
      (story) => tell(story, 'failed'),
      `ended RollbackSuccessful (${WHY}) and no notification says so`,
    ],
    [
      'when the end is that of a refresh that goes on',
      badRollout,
      (story) => (story.groupAfter('web').InstanceRefreshes[0].Status = 'RollbackInProgress'),
      'is RollbackInProgress at the end and no run waits for it',
    ],
    [
      'when a group was reconfigured, and nobody is told',
      rolloutStory,
      (story) => {
        const input = { AutoScalingGroupName: 'web', LaunchTemplate: spec(1) };
        story.call('autoscaling:UpdateAutoScalingGroup', input);
      },
      'group web was reconfigured at 2026-02-01T12:01:00.000Z and no notification says so',
    ],
    [
      'when a version became the default before any group launched it',
      rolloutStory,
      (story) => {
        story.create(3, 'ami-3');
        story.refresh('web', 3);
        story.setDefault(3);
        story.end('web', 3, 'Successful');
        story.notify('updates.roll', 'web: moved to ami-3');
      },
      'web-template version 3 became the default at 2026-02-01T12:03:00.000Z, when no group launched it',
    ],
  ])('breaks %s', (_, tellStory, spoil, problem) => {
    const story = tellStory();
    expect(story.verdict(1).held).toBe(true);
    spoil(story);
    const verdict = story.verdict(1);
    expect(verdict.detail).toContain(problem);
    expect(verdict.held).toBe(false);
  });

  test('holds when a person makes any version the default', () => {
    const story = rolloutStory();
    story.setDefault(1, { caller: 'user' });
    expect(story.verdict(1).held).toBe(true);
  });
});
