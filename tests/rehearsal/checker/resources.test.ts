import { createStory, goodStory, image } from './story';

describe('invariant 3', () => {
  const withBuilder = (State: string) => {
    const story = goodStory();
    story.after.appstream.imageBuilders = [{ Name: 'tmp-1', State }];
    return story;
  };

  test('breaks when a new image builder is left', () => {
    expect(withBuilder('RUNNING').verdict(3)).toMatchObject({
      held: false,
      detail: expect.stringContaining('image builder tmp-1 is left and nobody was told'),
    });
  });

  test('holds when a notification names what is left, whole', () => {
    const story = withBuilder('RUNNING');
    story.notify('updates.feb', 'tmp-10 could not be deleted');
    expect(story.verdict(3).held).toBe(false);
    story.notify('updates.feb', 'tmp-1 could not be deleted');
    expect(story.verdict(3)).toMatchObject({
      held: true,
      detail: '1 temporary resource left at the end, 1 of them named in a notification',
    });
  });

  test("holds for AppStream's own builder of an image in flight, one for each", () => {
    const story = withBuilder('UPDATING');
    expect(story.verdict(3).held).toBe(false);
    story.after.appstream.images.push(image('cad-2', { State: 'CREATING' }));
    expect(story.verdict(3).held).toBe(true);
    story.after.appstream.imageBuilders.push({ Name: 'tmp-2', State: 'PENDING_QUALIFICATION' });
    expect(story.verdict(3).detail).toMatch(/broken: image builder tmp-2 is left/);
  });

  test('holds for builders that were there before, and for those that are being deleted', () => {
    const story = withBuilder('RUNNING');
    story.before.appstream.imageBuilders = [{ Name: 'tmp-1', State: 'STOPPED' }];
    expect(story.verdict(3).held).toBe(true);
    expect(withBuilder('DELETING').verdict(3).held).toBe(true);
  });
});

describe('invariant 4', () => {
  test.each<[string, object]>([
    ['UpdateAutoScalingGroup', { AutoScalingGroupName: 'web', MinSize: 0 }],
    ['UpdateAutoScalingGroup', { AutoScalingGroupName: 'web', MaxSize: 4 }],
    ['UpdateAutoScalingGroup', { AutoScalingGroupName: 'web', DesiredCapacity: 2 }],
    ['SetDesiredCapacity', { AutoScalingGroupName: 'web', DesiredCapacity: 2 }],
    ['PutScheduledUpdateGroupAction', { AutoScalingGroupName: 'web', MinSize: 1 }],
    ['BatchDeleteScheduledAction', { AutoScalingGroupName: 'web' }],
    ['AttachInstances', { AutoScalingGroupName: 'web' }],
    ['DetachInstances', { AutoScalingGroupName: 'web', ShouldDecrementDesiredCapacity: true }],
  ])('breaks when %s writes a capacity: %j', (operation, input) => {
    const story = createStory();
    story.call(`autoscaling:${operation}`, input, { resource: 'group web' });
    expect(story.verdict(4)).toMatchObject({
      held: false,
      detail: expect.stringContaining(
        `broken: function:update wrote the capacity of group web by ${operation} at 2026-02-01`,
      ),
    });
  });

  test('holds for changes that leave the capacity alone, for refused ones and for people', () => {
    const story = createStory();
    const input = { AutoScalingGroupName: 'web', DesiredCapacity: 2 };
    story.call('autoscaling:UpdateAutoScalingGroup', { AutoScalingGroupName: 'web', Cooldown: 1 });
    story.call('autoscaling:StartInstanceRefresh', { AutoScalingGroupName: 'web' });
    story.call('autoscaling:DetachInstances', { ShouldDecrementDesiredCapacity: false });
    story.call('autoscaling:SetDesiredCapacity', input, { error: { code: 'X', message: '' } });
    story.call('autoscaling:SetDesiredCapacity', input, { caller: 'user' });
    expect(story.verdict(4)).toMatchObject({
      held: true,
      detail: '3 changes of Auto Scaling groups, 0 of them of a capacity',
    });
  });

  test.each(['MinSize', 'MaxSize', 'DesiredCapacity'])(
    'breaks when %s differs at the end, whoever wrote it',
    (capacity) => {
      const group = { AutoScalingGroupName: 'web', MinSize: 1, MaxSize: 4, DesiredCapacity: 2 };
      const story = createStory({ autoscaling: { groups: [group] } });
      expect(story.verdict(4).held).toBe(true);
      story.after.autoscaling.groups[0][capacity] = 3;
      expect(story.verdict(4).detail).toMatch(
        new RegExp(`broken: ${capacity} of web went from \\d to 3$`),
      );
    },
  );

  test.each<[string, (story: ReturnType<typeof createStory>) => void]>([
    [
      'a person',
      (story) =>
        story.call(
          'autoscaling:SetDesiredCapacity',
          { AutoScalingGroupName: 'web', DesiredCapacity: 3 },
          { caller: 'user' },
        ),
    ],
    [
      'an event of the estate',
      (story) =>
        (story.before.events = [{ type: 'autoscaling.desiredCapacityChanged', group: 'web' }]),
    ],
    [
      'a schedule of the group',
      (story) =>
        (story.before.autoscaling.groups[0].ScheduledActions = [{ Recurrence: '0 8 * * *' }]),
    ],
  ])('holds when %s scaled the group, as long as its bounds are as they were', (_, scale) => {
    const group = { AutoScalingGroupName: 'web', MinSize: 1, MaxSize: 4, DesiredCapacity: 2 };
    const story = createStory({
      autoscaling: { groups: [group, { ...group, AutoScalingGroupName: 'db' }] },
    });
    story.after.autoscaling.groups[0].DesiredCapacity = 3;
    expect(story.verdict(4).held).toBe(false);
    scale(story);
    expect(story.verdict(4).held).toBe(true);
    story.after.autoscaling.groups[1].DesiredCapacity = 3;
    expect(story.verdict(4).detail).toMatch(/broken: DesiredCapacity of db went from 2 to 3$/);
    story.after.autoscaling.groups[1].DesiredCapacity = 2;
    story.after.autoscaling.groups[0].MinSize = 0;
    expect(story.verdict(4).detail).toMatch(/broken: MinSize of web went from 1 to 0$/);
  });
});

describe('invariant 8', () => {
  const denial = { code: 'AccessDeniedException', message: 'not authorized' };
  const role = 'arn:aws:iam::111122223333:role/updates';

  test('breaks when the evaluator or the trace shows a denial, and names it once', () => {
    const story = goodStory();
    story.call('appstream:DeleteImage', {}, { error: denial, resource: 'image/web' });
    const detail =
      '6 calls, 1 denied; 0 grants unused in this run (judged by the sweep); ' +
      `broken: ${role} may not appstream:DeleteImage on image/web`;
    expect(story.verdict(8)).toMatchObject({ held: false, detail });
    const entry = {
      principal: role,
      action: 'appstream:DeleteImage',
      resource: 'image/web',
      reason: '',
    };
    story.iam.denied.push(entry);
    expect(story.verdict(8)).toMatchObject({ held: false, detail });
    story.calls.pop();
    expect(story.verdict(8).held).toBe(false);
  });

  test('holds when the denial was injected, but not for a genuine one of the same call', () => {
    const story = goodStory();
    story.call('sns:Publish', {}, { error: denial, fault: 'accessDenied' });
    story.iam.denied.push({ principal: role, action: 'sns:Publish', resource: '*', reason: '' });
    expect(story.verdict(8).held).toBe(true);
    story.call('sns:Publish', {}, { error: denial });
    expect(story.verdict(8).held).toBe(false);
  });

  test('breaks when the fault of the denied call was another one', () => {
    const story = goodStory();
    const throttled = { code: 'ThrottlingException', message: '' };
    story.call('sns:Publish', {}, { error: throttled, fault: 'throttle' });
    story.iam.denied.push({ principal: role, action: 'sns:Publish', resource: '*', reason: '' });
    expect(story.verdict(8).held).toBe(false);
  });

  test.each(['AccessDenied', 'UnauthorizedOperation', 'AuthorizationError'])(
    'knows a denial by the code %s',
    (code) => {
      const story = createStory();
      story.call('ec2:RunInstances', {}, { error: { code, message: '' } });
      expect(story.verdict(8).held).toBe(false);
    },
  );

  test('holds with unused grants, and counts them', () => {
    const story = goodStory();
    story.iam.unused.push({ role, sid: 'Tag', action: 'appstream:UntagResource' });
    expect(story.verdict(8)).toMatchObject({
      held: true,
      detail: expect.stringMatching(/; 1 grant unused in this run \(judged by the sweep\)$/),
    });
  });
});
