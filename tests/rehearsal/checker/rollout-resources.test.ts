import { badRollout, rolloutStory, spec, version, type RolloutStory } from './rollout-story';

const CLUSTER = 'arn:aws:ecs:eu-west-1:111122223333:container-instance/apps';

describe('invariant 3 on rollouts', () => {
  test('breaks when a version is left that no group ever launched, until it is named', () => {
    const story = rolloutStory();
    story.create(3, 'ami-3');
    expect(story.verdict(3)).toMatchObject({
      held: false,
      detail: expect.stringContaining(
        'launch template version web-template version 3 is left and nobody was told',
      ),
    });
    story.notify('updates.roll', 'web-template version 31 is left');
    expect(story.verdict(3).held).toBe(false);
    story.notify('updates.roll', 'web-template version 3 could not be deleted.');
    expect(story.verdict(3)).toMatchObject({
      held: true,
      detail: '1 temporary resource left at the end, 1 of them named in a notification',
    });
  });

  test.each<[string, (story: RolloutStory) => void]>([
    ['a run of the workflow goes on', (story) => story.run('next', { status: 'RUNNING' })],
    ['it was deleted', (story) => story.remove(3)],
    ['a refresh still installs it', (story) => story.refresh('web', 3)],
    [
      'a group launched it for a time',
      (story) => {
        const to = (number: number) => ({
          AutoScalingGroupName: 'web',
          LaunchTemplate: spec(number),
        });
        story.call('autoscaling:UpdateAutoScalingGroup', to(3));
        story.call('autoscaling:UpdateAutoScalingGroup', to(2));
      },
    ],
    [
      'a group launches the latest',
      (story) => (story.before.autoscaling.groups[1].LaunchTemplate.Version = '$Latest'),
    ],
  ])('holds for a new version when %s', (_, excuse) => {
    const story = rolloutStory();
    story.create(3, 'ami-3');
    expect(story.verdict(3).held).toBe(false);
    excuse(story);
    expect(story.verdict(3).held).toBe(true);
  });

  test('holds for versions that people make, and once for a request that is repeated', () => {
    const story = rolloutStory();
    story.create(3, 'ami-3', { caller: 'user' });
    const output = { LaunchTemplateVersion: version(3, 'ami-3') };
    story.call('ec2:CreateLaunchTemplateVersion', {}, { output });
    expect(story.verdict(3).held).toBe(true);
    story.create(4, 'ami-3');
    story.call(
      'ec2:CreateLaunchTemplateVersion',
      {},
      { output: { LaunchTemplateVersion: version(4, 'ami-3') } },
    );
    expect(story.verdict(3).detail).toMatch(/^1 temporary resource left/);
  });

  test('breaks when a version is left whose refresh failed', () => {
    const story = badRollout();
    story.after.ec2.launchTemplates[0].Versions.push(version(3, 'ami-3'));
    expect(story.verdict(3).held).toBe(false);
  });

  /** A container instance that ends DRAINING. */
  function draining(before: string) {
    const story = rolloutStory();
    const instance = (status: string) => ({
      containerInstanceArn: `${CLUSTER}/c1`,
      ec2InstanceId: 'i-1',
      status,
    });
    story.before.ecs = { containerInstances: [instance(before)] };
    story.after.ecs = { containerInstances: [instance('DRAINING')] };
    const set = (status: string, change = {}) =>
      story.call(
        'ecs:UpdateContainerInstancesState',
        { cluster: 'apps', containerInstances: ['c1'], status },
        { output: { containerInstances: [instance(status)] }, ...change },
      );
    return { ...story, set };
  }

  test('breaks when a container instance is left draining, until it is named', () => {
    const story = draining('ACTIVE');
    expect(story.verdict(3).held).toBe(true);
    story.set('DRAINING');
    expect(story.verdict(3).detail).toContain(
      'draining container instance i-1 is left and nobody was told',
    );
    for (const name of ['i-1', 'c1']) {
      story.notifications.length = 0;
      story.notify('updates.roll', `${name} is still draining`);
      expect(story.verdict(3).held).toBe(true);
    }
  });

  test('holds for container instances that others drain, or that drained from the start', () => {
    const byHand = draining('ACTIVE');
    byHand.set('DRAINING');
    byHand.set('ACTIVE');
    byHand.set('DRAINING', { caller: 'user' });
    expect(byHand.verdict(3).held).toBe(true);
    const old = draining('DRAINING');
    old.set('DRAINING');
    expect(old.verdict(3).held).toBe(true);
    const active = draining('ACTIVE');
    active.set('DRAINING');
    active.after.ecs.containerInstances[0].status = 'ACTIVE';
    expect(active.verdict(3).held).toBe(true);
  });

  test('breaks when a scheduled action of its own is still to come', () => {
    const story = rolloutStory();
    story.groupAfter('web').ScheduledActions = [{ ScheduledActionName: 'shrink' }];
    expect(story.verdict(3).held).toBe(true);
    story.call('autoscaling:PutScheduledUpdateGroupAction', {
      AutoScalingGroupName: 'web',
      ScheduledActionName: 'shrink',
    });
    expect(story.verdict(3).detail).toContain('scheduled action shrink is left');
  });
});

describe('invariant 4 on scheduled actions', () => {
  const put = (change: object) => ({
    AutoScalingGroupName: 'web',
    ScheduledActionName: 'grow',
    StartTime: '2026-02-01T13:00:00Z',
    DesiredCapacity: 4,
    ...change,
  });

  test('holds when they grow the group for a time and are undone', () => {
    const story = rolloutStory();
    story.call('autoscaling:PutScheduledUpdateGroupAction', put({}));
    story.call('autoscaling:BatchPutScheduledUpdateGroupAction', {
      AutoScalingGroupName: 'web',
      ScheduledUpdateGroupActions: [put({ ScheduledActionName: 'shrink', DesiredCapacity: 2 })],
    });
    story.call('autoscaling:DeleteScheduledAction', put({}));
    expect(story.verdict(4)).toMatchObject({
      held: true,
      detail: '3 changes of Auto Scaling groups, 3 of them of a capacity',
    });
  });

  test.each<[string, object]>([
    ['below what the group had', { DesiredCapacity: 1 }],
    ['with a smaller maximum', { MaxSize: 2 }],
    ['again and again', { Recurrence: '0 8 * * *' }],
    ['at once', { StartTime: undefined }],
  ])('breaks when one acts %s', (_, change) => {
    const story = rolloutStory();
    story.call('autoscaling:PutScheduledUpdateGroupAction', put(change), { resource: 'web' });
    expect(story.verdict(4).detail).toContain(
      'function:update wrote the capacity of web by PutScheduledUpdateGroupAction at ',
    );
  });

  test('breaks when a change is not undone, once no run is left to do so', () => {
    const story = rolloutStory();
    story.call('autoscaling:PutScheduledUpdateGroupAction', put({}));
    story.groupAfter('web').DesiredCapacity = 4;
    expect(story.verdict(4).detail).toMatch(/broken: DesiredCapacity of web went from 2 to 4$/);
    story.run('next', { status: 'RUNNING' });
    expect(story.verdict(4).held).toBe(true);
  });

  test('lets a change be undone to what others have scaled the group to meanwhile', () => {
    const story = rolloutStory();
    story.call('autoscaling:PutScheduledUpdateGroupAction', put({ DesiredCapacity: 1 }));
    expect(story.verdict(4).held).toBe(false);
    story.before.events = [{ type: 'autoscaling.desiredCapacityChanged', group: 'web' }];
    expect(story.verdict(4).held).toBe(true);
  });
});
