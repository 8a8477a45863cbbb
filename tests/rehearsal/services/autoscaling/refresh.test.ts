import { BAD, BETTER, GOOD, GROUP, groupOf, versionOf, World, WORSE } from './support';

const DONE = ['Successful', 'Failed', 'Cancelled', 'RollbackSuccessful', 'RollbackFailed'];

describe('a refresh that succeeds', () => {
  it('deploys the desired configuration everywhere and saves it on the group at the end', () => {
    const world = new World([groupOf(4)]);
    world.start(BETTER);
    expect(world.refresh()).toMatchObject({ Status: 'Pending' });
    world.pass(60);
    expect(world.group().LaunchTemplate.Version).toBe('1');
    world.until(DONE);
    expect(world.refresh()).toMatchObject({
      Status: 'Successful',
      PercentageComplete: 100,
      InstancesToUpdate: 0,
    });
    expect(world.images()).toEqual(Array(4).fill(BETTER));
    expect(world.group().LaunchTemplate.Version).toBe(versionOf(BETTER));
    expect(world.told()).toEqual(['Started', 'Succeeded']);
  });

  it('leaves nothing under way', () => {
    const world = new World([groupOf(3)]);
    world.start(BETTER);
    world.until(DONE);
    world.pass(3600);
    const before = JSON.stringify(world.account.toEstate().autoscaling);
    const { length } = world.account.trace.events;
    world.pass(30 * 24 * 3600);
    expect(JSON.stringify(world.account.toEstate().autoscaling)).toBe(before);
    expect(world.account.trace.events).toHaveLength(length);
  });

  it.each([
    [10, { MinHealthyPercentage: 90 }, 9, 10],
    [10, { MinHealthyPercentage: 50 }, 5, 10],
    [10, { MinHealthyPercentage: 100, MaxHealthyPercentage: 110 }, 10, 11],
    [10, { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 }, 10, 20],
    [10, { MinHealthyPercentage: 80, MaxHealthyPercentage: 120 }, 8, 12],
    [10, { MinHealthyPercentage: 100, MaxHealthyPercentage: 100 }, 10, 11],
    [8, { MinHealthyPercentage: 90 }, 7, 8],
    [8, { MinHealthyPercentage: 90, MaxHealthyPercentage: 100 }, 8, 9],
    [1, {}, 0, 1],
    [1, { MinHealthyPercentage: 100, MaxHealthyPercentage: 100 }, 1, 2],
    [1, { MinHealthyPercentage: 90, MaxHealthyPercentage: 110 }, 1, 2],
    [4, { MinHealthyPercentage: 0 }, 0, 4],
  ])(
    'of %i instances with %j keeps at least %i and has at most %i in service',
    (size, preferences, least, most) => {
      const world = new World([groupOf(size)]);
      world.start(BETTER, preferences);
      world.until(DONE);
      world.pass(600);
      const values = world.metric('GroupInServiceInstances');
      expect([Math.min(...values), Math.max(...values)]).toEqual([least, most]);
      expect(world.refresh().Status).toBe('Successful');
      expect(world.images()).toEqual(Array(size).fill(BETTER));
    },
  );
});

describe('a refresh to instances that are not healthy', () => {
  it('tries for an hour, then fails and leaves the rest of the group as it was', () => {
    const world = new World([groupOf(10)]);
    world.start(BAD, { MinHealthyPercentage: 90 });
    const seconds = world.until(DONE);
    expect(world.refresh().Status).toBe('Failed');
    expect(world.refresh().StatusReason).toMatch(
      /could not continue for one hour.*i-\S+ is unhealthy/,
    );
    expect(seconds).toBeGreaterThan(3600);
    expect(seconds).toBeLessThan(3600 + 600);
    expect(world.told()).toEqual(['Started', 'Failed']);
    expect(world.group().LaunchTemplate.Version).toBe('1');
    expect(Math.min(...world.metric('GroupInServiceInstances'))).toBe(9);
    world.pass(1800);
    expect(world.images()).toEqual(Array(10).fill(GOOD));
    const causes = world
      .call('DescribeScalingActivities', { AutoScalingGroupName: GROUP })
      .Activities.map(({ Cause }: { Cause: string }) => Cause);
    expect(
      causes.filter((cause: string) => cause.includes('status checks failure')).length,
    ).toBeGreaterThan(5);
  });

  it.each([BAD, WORSE])('rolls back where that was asked for (%s)', (image) => {
    const world = new World([groupOf(10)]);
    world.start(image, { MinHealthyPercentage: 90, AutoRollback: true });
    world.until(['RollbackInProgress']);
    expect(world.refresh().RollbackDetails).toMatchObject({
      PercentageCompleteOnRollback: 0,
      InstancesToUpdateOnRollback: 10,
    });
    world.until(DONE);
    expect(world.refresh()).toMatchObject({ Status: 'RollbackSuccessful', PercentageComplete: 0 });
    expect(world.refresh().StatusReason).toMatch(
      image === BAD
        ? /is unhealthy: it fails its EC2 status checks/
        : /No capacity\. Launching EC2 instance failed/,
    );
    expect(world.told()).toEqual(['Started', 'Rollback Started', 'Rollback Succeeded']);
    expect(world.images()).toEqual(Array(10).fill(GOOD));
    expect(world.group().LaunchTemplate.Version).toBe('1');
  });
});
