import { checkInvariants } from '../../../rehearsal/checker';
import { lowestCapacity } from '../../../rehearsal/checker/capacity';
import { EmulatedAccount } from '../../../rehearsal/emulator/account';
import { readEstate } from '../../../rehearsal/estate';
import type { InvariantResult } from '../../../rehearsal/result';
import { capacityResults, refreshResults } from '../../../rehearsal/rollouts';
import type { Json } from '../../../rehearsal/services/service';
import { finalState } from '../../../rehearsal/sweep/final-state';

const [OLD, NEW, BAD] = ['1', '2', 'bad'].map((end) => `ami-${end.padStart(17, '0')}`);
const TEMPLATE = 'lt-00000000000000001';

const ESTATE = readEstate({
  account: '111122223333',
  region: 'eu-west-1',
  capturedAt: '2026-02-01T12:00:00Z',
  ec2: {
    images: [OLD, NEW, BAD].map((ImageId, index) => ({
      ImageId,
      Architecture: 'x86_64',
      CreationDate: `2026-01-0${index + 1}T00:00:00.000Z`,
    })),
    launchTemplates: [
      {
        LaunchTemplateName: 'web',
        LaunchTemplateId: TEMPLATE,
        Versions: [
          { VersionNumber: 1, LaunchTemplateData: { ImageId: OLD, InstanceType: 'm5.large' } },
        ],
      },
    ],
  },
  autoscaling: {
    groups: [
      {
        AutoScalingGroupName: 'web',
        MinSize: 1,
        MaxSize: 8,
        DesiredCapacity: 4,
        AvailabilityZones: ['eu-west-1a', 'eu-west-1b'],
        DefaultInstanceWarmup: 60,
        LaunchTemplate: { LaunchTemplateName: 'web', Version: '1' },
      },
    ],
  },
  outcomes: [{ service: 'ec2', image: BAD, on: 'launch', result: 'UNHEALTHY' }],
});

/** An account of which everything is judged that a function did in it, in the run `rollout.x`. */
class Rehearsed {
  private readonly account = new EmulatedAccount(ESTATE, []);
  private readonly texts: { readonly at: string; readonly text: string }[] = [];

  constructor() {
    this.pass(0);
  }

  call(service: string, operation: string, input: Json): Json {
    const answer = this.account.answer({ service, operation, input, accessKeyId: 'test' });
    if ('output' in answer) return answer.output;
    throw new Error(JSON.stringify(answer));
  }

  pass(hours: number): void {
    this.account.advance(hours * 3600);
  }

  /** Makes a version with an AMI, and starts to install it. @returns its number */
  start(image: string): number {
    const made = this.call('ec2', 'CreateLaunchTemplateVersion', {
      LaunchTemplateId: TEMPLATE,
      SourceVersion: '1',
      LaunchTemplateData: { ImageId: image },
    });
    const number: number = made.LaunchTemplateVersion.VersionNumber;
    this.refresh(number);
    return number;
  }

  refresh(number: number): void {
    this.call('autoscaling', 'StartInstanceRefresh', {
      AutoScalingGroupName: 'web',
      DesiredConfiguration: {
        LaunchTemplate: { LaunchTemplateId: TEMPLATE, Version: String(number) },
      },
      Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 150, AutoRollback: true },
    });
  }

  /** Looks at the group and its refreshes. @returns the latest refresh */
  look(): Json {
    this.call('autoscaling', 'DescribeAutoScalingGroups', {});
    return this.call('autoscaling', 'DescribeInstanceRefreshes', { AutoScalingGroupName: 'web' })
      .InstanceRefreshes[0];
  }

  setDefault(number: number): void {
    const input = { LaunchTemplateId: TEMPLATE, DefaultVersion: String(number) };
    this.call('ec2', 'ModifyLaunchTemplate', input);
  }

  remove(number: number): void {
    const input = { LaunchTemplateId: TEMPLATE, Versions: [String(number)] };
    this.call('ec2', 'DeleteLaunchTemplateVersions', input);
  }

  tell(text: string): void {
    this.texts.push({ at: new Date(this.account.now).toISOString(), text });
  }

  get course() {
    const { trace } = this.account;
    const execution = 'arn:aws:states:eu-west-1:111122223333:execution:rollout:x';
    const run = {
      workflow: 'rollout',
      id: execution,
      trigger: 'schedule',
      startedAt: ESTATE.capturedAt,
      endedAt: new Date(this.account.now).toISOString(),
      status: 'SUCCEEDED' as const,
      input: {},
      output: { items: [{ id: 'web', outcome: 'updated' }] },
      transitions: 1,
      historyEvents: 1,
    };
    const calls = trace.calls.map((call) => ({ ...call, caller: 'function:rollout', execution }));
    return {
      before: ESTATE as Json,
      trace: { ...trace, calls, executions: [run] },
      after: this.account.toEstate(),
    };
  }

  /** The invariants that are broken. */
  broken(): InvariantResult[] {
    const notifications = this.texts.map(({ at, text }) => ({
      id: 'rollout.x',
      at,
      channel: 'sns',
      to: 'team',
      subject: 'Rollout',
      text,
    }));
    const iam = { denied: [], unused: [] };
    return checkInvariants({ ...this.course, iam, notifications }).filter(({ held }) => !held);
  }
}

const idsOf = (broken: readonly InvariantResult[]) => broken.map(({ id }) => id);

/** Moves the group to the new AMI, as one should. */
function moved(): Rehearsed {
  const world = new Rehearsed();
  const number = world.start(NEW!);
  world.pass(2);
  expect(world.look().Status).toBe('Successful');
  world.setDefault(number);
  world.tell(`  web: runs ${NEW}`);
  return world;
}

describe('what the emulated services answer is judged as what AWS answers', () => {
  test('a rollout that works', () => {
    const world = moved();
    expect(world.broken()).toEqual([]);
    const [refresh] = refreshResults(world.course, {
      from: ESTATE.capturedAt,
      to: '2026-03-01T00:00:00.000Z',
    });
    expect(refresh).toMatchObject({
      group: 'web',
      status: 'Successful',
      images: [NEW],
      lowest: { running: 4, desired: 4 },
    });
    const [capacity] = capacityResults(world.course.trace);
    expect(Math.max(...capacity!.points.map(({ running }) => running))).toBe(6);
    const { trace } = world.course;
    expect(lowestCapacity(trace, 'web', ESTATE.capturedAt, refresh!.endedAt!, 100)).toMatchObject({
      inService: 4,
      floor: 4,
    });
  });

  test('a rollout that is rolled back', () => {
    const world = new Rehearsed();
    const number = world.start(BAD!);
    world.pass(6);
    const { Status, StatusReason } = world.look();
    expect(Status).toBe('RollbackSuccessful');
    world.tell('  web: failed');
    expect(idsOf(world.broken())).toEqual(['1', '3']);
    world.tell(`  web: ${StatusReason}`);
    expect(idsOf(world.broken())).toContain('3');
    world.remove(number);
    expect(idsOf(world.broken())).not.toContain('3');
    expect(idsOf(world.broken())).not.toContain('2');
  });

  test('success that nobody is told of', () => {
    const world = new Rehearsed();
    world.start(NEW!);
    world.tell('  web: under way');
    world.pass(2);
    expect(world.broken()).toMatchObject([{ id: '1' }]);
    expect(world.broken()[0]!.detail).toContain('was Successful and no notification says so');
  });

  test('a default version that moves too soon', () => {
    const world = new Rehearsed();
    const number = world.start(NEW!);
    world.setDefault(number);
    world.pass(2);
    world.tell(`  web: runs ${NEW}`);
    expect(world.broken()).toMatchObject([
      { id: '1', detail: expect.stringContaining('web version 2 became the default') },
    ]);
  });

  test('the previous good version deleted', () => {
    const world = moved();
    world.look();
    world.remove(1);
    expect(world.broken()).toMatchObject([
      {
        id: '2',
        detail: expect.stringContaining('web version 1 was deleted while group web ran it'),
      },
    ]);
  });

  test('a version deleted while a refresh installs it', () => {
    const world = new Rehearsed();
    const number = world.start(NEW!);
    world.look();
    world.remove(number);
    expect(world.broken().find(({ id }) => id === '2')!.detail).toContain(
      'web version 2 was deleted while an instance refresh of group web installs it',
    );
  });

  test('a capacity that is written', () => {
    const world = moved();
    world.call('autoscaling', 'UpdateAutoScalingGroup', {
      AutoScalingGroupName: 'web',
      DesiredCapacity: 5,
    });
    const [broken] = world.broken();
    expect(broken).toMatchObject({ id: '4' });
    expect(broken!.detail).toContain('DesiredCapacity of web went from 4 to 5');
  });

  test('a capacity that scheduled actions change for a time', () => {
    const world = moved();
    const schedule = (hour: number, DesiredCapacity: number) =>
      world.call('autoscaling', 'PutScheduledUpdateGroupAction', {
        AutoScalingGroupName: 'web',
        ScheduledActionName: `to-${DesiredCapacity}`,
        StartTime: new Date(`2026-02-01T${hour}:00:00Z`),
        DesiredCapacity,
      });
    schedule(15, 8);
    schedule(16, 4);
    expect(world.broken()).toMatchObject([
      { id: '3', detail: expect.stringContaining('scheduled action to-8 is left') },
    ]);
    world.pass(1.5);
    expect(idsOf(world.broken())).toEqual(['3', '4']);
    world.pass(2);
    expect(world.broken()).toEqual([]);
  });

  test('a group that is refreshed again, and one that goes back', () => {
    const again = moved();
    again.look();
    again.refresh(2);
    again.pass(2);
    again.tell(`  web: runs ${NEW}`);
    expect(idsOf(again.broken())).toContain('6');
    const back = moved();
    back.refresh(1);
    back.pass(2);
    back.tell(`  web: runs ${OLD}`);
    expect(back.broken().find(({ id }) => id === '7')!.detail).toContain(
      `group web went back from ${NEW} to the older ${OLD}`,
    );
  });

  test('another end of the estate', () => {
    const [one, other] = [moved(), moved()];
    expect(finalState(ESTATE, other.course.after)).toBe(finalState(ESTATE, one.course.after));
    other.setDefault(1);
    expect(finalState(ESTATE, other.course.after)).not.toBe(finalState(ESTATE, one.course.after));
  });
});
