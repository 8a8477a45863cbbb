import { createHandler as createArrange } from '../../../functions/ami/arrange-group';
import { createHandler as createAwait } from '../../../functions/ami/await-instances';
import {
  createHandler as createBegin,
  type BeginEvent,
} from '../../../functions/ami/begin-scaling';
import { createHandler as createChangeCapacity } from '../../../functions/ami/change-capacity';
import { createHandler as createEnsureVersion } from '../../../functions/ami/ensure-version';
import { readScaling, type ScalingStep } from '../../../functions/ami/scaling';
import type { ScaleEvent, ScaleResult } from '../../../functions/ami/scaling-steps';
import { acquireLease } from '../../../functions/foundation/ledger';
import type { Json } from '../../../rehearsal/services/service';
import { namedError } from '../../support/emulated-clients';
import {
  BAD,
  claimGroup,
  EXECUTION,
  fleetOf,
  group,
  groupSettings,
  NEW,
  NEWER,
  OLD,
  settingsOf,
  surveyGroups,
  templateId,
} from './support';

const args = { strategy: 'scheduledActions', scaleOutMinutes: 30 } as const;
const settings = groupSettings(args);
const CHANGES = [
  'UpdateAutoScalingGroup',
  'PutScheduledUpdateGroupAction',
  'DeleteScheduledAction',
  'SetInstanceProtection',
];

/** A group, with a version for the AMI that nothing uses yet, as the workflow calls the functions. */
async function prepare(members: Json = {}, image = NEW, given: Json = {}) {
  const fleet = fleetOf({ groups: [group('web', { MaxSize: 4, ...members })], ...given });
  const { account, ledger, dependencies } = fleet;
  const { autoscaling, ec2, now } = account;
  await acquireLease(ledger, 'web', EXECUTION, async () => false, now());
  let base: BeginEvent['base'];
  const version = async (attempt: number) => {
    const event = { execution: EXECUTION, group: 'web', ami: image, attempt, settings };
    ({ base } = await createEnsureVersion(dependencies)(event));
  };
  await version(1);
  // Tests may answer in AWS's place.
  const clients = { autoscaling: { ...spread(autoscaling) }, ec2: { ...spread(ec2) } };
  const all = { ...dependencies, ...clients, finishHours: 48 };
  const arrange = createArrange(all);
  const change = createChangeCapacity(all);
  const steps: Record<ScalingStep, typeof arrange> = {
    configure: arrange,
    add: change,
    await: createAwait(all),
    protect: arrange,
    remove: change,
    settle: arrange,
  };
  const startedAt = now().toISOString();
  /** From the beginning to where something is to be waited for, as a run does that finds what is there. */
  const step = async (event: Partial<ScaleEvent & BeginEvent> = {}) => {
    const { attempt = 1, ...others } = event;
    let result = await createBegin(all)({ group: 'web', ami: image, attempt, base });
    while (result.decision === 'wait' && result.waitSeconds === 0) {
      result = await steps[result.step]({ group: 'web', settings, startedAt, ...others });
    }
    return result;
  };
  const wait = ({ waitSeconds }: ScaleResult) => account.advance(waitSeconds / 3600);
  /** Calls until it is over, or until something is so. */
  const drive = async (
    until?: (scaling: Json, result: ScaleResult) => unknown,
  ): Promise<ScaleResult> => {
    for (let call = 0; call < 500; call += 1) {
      const result = await step();
      const scaling = await readScaling(ledger, 'web');
      if (until?.(scaling, result) === true) return result;
      if (result.decision !== 'wait') {
        if (until === undefined) return result;
        throw new Error(`It is over before: ${result.reason}`);
      }
      wait(result);
    }
    throw new Error('It does not end.');
  };
  const state = async () => {
    const { DesiredCapacity, Instances, LaunchTemplate } = await fleet.group();
    account.advance(1);
    const actions = await autoscaling.describeScheduledActions({ AutoScalingGroupName: 'web' });
    return {
      desired: DesiredCapacity,
      images: await fleet.images(),
      version: LaunchTemplate.Version,
      protected: Instances.filter((one: Json) => one.ProtectedFromScaleIn).length,
      planned: actions.ScheduledUpdateGroupActions.length,
    };
  };
  const scale = (DesiredCapacity: number) =>
    autoscaling.updateAutoScalingGroup({ AutoScalingGroupName: 'web', DesiredCapacity });
  return { fleet, account, ledger, clients, steps, step, drive, wait, state, scale, version };
}

/** The client of an emulated service, with the methods that the function calls as members. */
function spread(client: Json): Json {
  const methods = [
    ...CHANGES,
    'DescribeAutoScalingGroups',
    'DescribeInstanceRefreshes',
    'DescribeInstances',
    'DescribeInstanceStatus',
    'DescribeLaunchTemplateVersions',
    'DescribeScalingActivities',
    'DescribeScheduledActions',
  ].map((name) => name.charAt(0).toLowerCase() + name.slice(1));
  return Object.fromEntries(methods.map((method) => [method, client[method]]));
}

const moved = { desired: 2, images: [NEW, NEW], version: '2', protected: 0, planned: 0 };
const untouched = { desired: 2, images: [OLD, OLD], version: '1', protected: 0, planned: 0 };
const inStep = (step: string) => (scaling: Json) => scaling?.step === step;
const isPlanned = (scaling: Json) => scaling?.action?.placed === true;

describe('moving a group by scheduled actions', () => {
  it.each([
    [NEW, { decision: 'succeeded', reason: '', id: '' }, moved],
    [BAD, { decision: 'failed', id: 'scheduled actions' }, untouched],
  ])('ends, and says the same whenever it is asked again: %s', async (image, result, expected) => {
    const { account, drive, state, step } = await prepare({}, image);
    const end = await drive();
    expect(end).toMatchObject(result);
    expect(await state()).toEqual(expected);
    account.calls.length = 0;
    expect(await step()).toEqual(end);
    expect(account.calls).toEqual(['GetItem']);
  });

  it.each([NEW, BAD])(
    'makes one change a call at most, and writes it down first: %s',
    async (image) => {
      const { account, step, wait } = await prepare({}, image);
      const changes: string[] = [];
      for (let result = await step(); result.decision === 'wait'; result = await step()) {
        const made = account.calls.filter((operation) => CHANGES.includes(operation));
        expect(made.length).toBeLessThanOrEqual(1);
        const [change] = made;
        // What is no longer protected was written down when it was.
        const isLifted = change === 'SetInstanceProtection' && changes.includes(change);
        if (change !== undefined && !isLifted) {
          expect(account.calls[account.calls.indexOf(change) - 1]).toMatch(/UpdateItem|Describe/);
          expect(account.calls.slice(0, account.calls.indexOf(change))).toContain('UpdateItem');
        }
        changes.push(...made);
        account.calls.length = 0;
        wait(result);
      }
      expect(changes).toHaveLength(image === NEW ? 5 : 6);
    },
  );

  it.each([NEW, BAD])(
    'goes on from wherever it was cut off, an answer lost or never asked for: %s',
    async (image) => {
      const undisturbed = await prepare({}, image);
      undisturbed.account.calls.length = 0;
      await undisturbed.drive();
      const calls = [...undisturbed.account.calls];
      const expected = await undisturbed.state();
      const seen = new Map<string, number>();
      const changes = (operation: string | undefined) =>
        operation === 'UpdateItem' || CHANGES.includes(operation ?? '');
      let cuts = 0;
      for (const [index, operation] of calls.entries()) {
        const before = seen.get(operation) ?? 0;
        seen.set(operation, before + 1);
        // Before and after each change or note: between them nothing happens that could be cut off.
        if (!changes(operation) && !changes(calls[index - 1])) continue;
        cuts += 1;
        const { account, drive, state } = await prepare({}, image);
        account.failNext(operation, namedError('Crash'), before);
        await expect(drive()).rejects.toThrow('Crash');
        // The next run comes a day later.
        if (cuts % 2 === 0) account.advance(24);
        const { decision } = await drive();
        expect([operation, before, decision, await state()]).toEqual([
          operation,
          before,
          image === NEW ? 'succeeded' : 'failed',
          expected,
        ]);
      }
      expect(cuts).toBeGreaterThan(25);
    },
    120_000,
  );

  it('tells its end again where the answer to the last step was lost', async () => {
    const { account, drive, fleet, steps } = await prepare();
    const end = await drive();
    const startedAt = account.now().toISOString();
    for (const step of [steps.settle, steps.await, steps.add]) {
      const result = await step({ group: 'web', settings, startedAt });
      expect(result).toEqual(
        step === steps.settle ? end : { ...end, decision: 'wait', waitSeconds: 0, step: 'settle' },
      );
    }
    expect(await readScaling(fleet.ledger, 'web')).toMatchObject({ course: 'done' });
  });

  it('begins anew with the next attempt', async () => {
    const { drive, ledger, step, version } = await prepare({}, BAD);
    await drive();
    await version(2);
    expect(await step({ attempt: 2 })).toMatchObject({ decision: 'wait' });
    expect(await readScaling(ledger, 'web')).toMatchObject({ attempt: 2, course: 'forward' });
  });

  it('protects and asks for hundreds of instances in as large parts as AWS takes', async () => {
    const { account, drive, state } = await prepare({ DesiredCapacity: 101, MaxSize: 202 });
    expect(await drive()).toMatchObject({ decision: 'succeeded' });
    expect(new Set((await state()).images)).toEqual(new Set([NEW]));
    const count = (name: string) => account.calls.filter((one) => one === name).length;
    expect(count('SetInstanceProtection')).toBe(2 * 3);
    expect(count('DescribeInstanceStatus') % 2).toBe(0);
  });

  it('is over at once where nothing is to go', async () => {
    const { account, drive, fleet } = await prepare({ DesiredCapacity: 0 });
    expect(await drive()).toMatchObject({ decision: 'succeeded' });
    expect((await fleet.group()).LaunchTemplate.Version).toBe('2');
    expect(account.calls).not.toContain('PutScheduledUpdateGroupAction');
  });

  it('leaves it to the next run after too many hours', async () => {
    const { step } = await prepare();
    expect(await step({ startedAt: '2026-01-30T12:00:00Z' })).toMatchObject({
      decision: 'unfinished',
      reason: expect.stringMatching(/ after 48 hours; the next run follows it up$/),
    });
  });
});

describe('new instances', () => {
  it('count when they have passed the checks of EC2 and their warmup', async () => {
    for (const [members, given, seconds] of [
      [{ HealthCheckGracePeriod: 600, DefaultInstanceWarmup: undefined }, {}, 600],
      [{ HealthCheckGracePeriod: 600, DefaultInstanceWarmup: 300 }, {}, 300],
      [{ HealthCheckGracePeriod: 600 }, { instanceWarmupSeconds: 200 }, 200],
    ] as const) {
      const { account, clients, step, wait } = await prepare(members);
      const looks: string[] = [];
      const ready: number[] = [];
      const describe = clients.ec2.describeInstanceStatus;
      clients.ec2.describeInstanceStatus = async (input: Json) => {
        const answer = await describe(input);
        looks.push(...answer.InstanceStatuses.map((one: Json) => one.InstanceStatus.Status));
        if (answer.InstanceStatuses.every((one: Json) => one.InstanceStatus.Status === 'ok')) {
          ready.push(account.now().getTime());
        }
        return answer;
      };
      const event = { settings: { ...settings, ...given } };
      for (
        let call = 0;
        call < 200 && !account.calls.includes('SetInstanceProtection');
        call += 1
      ) {
        wait(await step(event));
      }
      expect(looks).toContain('initializing');
      const waited = ((ready.at(-1) ?? 0) - (ready[0] ?? 0)) / 1000;
      expect(waited).toBeGreaterThanOrEqual(seconds);
      expect(waited).toBeLessThan(seconds + 60);
    }
  });

  it('begin their warmup again when one of them was not ready', async () => {
    const { clients, drive, ledger, step, account, wait } = await prepare({
      DefaultInstanceWarmup: 300,
    });
    await drive((scaling) => scaling?.ready !== null && scaling?.step === 'await');
    const first = (await readScaling(ledger, 'web'))?.ready?.since;
    const describe = clients.ec2.describeInstanceStatus;
    clients.ec2.describeInstanceStatus = async (input: Json) => {
      const { InstanceStatuses } = await describe(input);
      return { InstanceStatuses: InstanceStatuses.slice(1) };
    };
    account.advance(0.05);
    await step();
    expect((await readScaling(ledger, 'web'))?.ready).toBeNull();
    clients.ec2.describeInstanceStatus = describe;
    wait(await step());
    const again = (await readScaling(ledger, 'web'))?.ready?.since ?? '';
    expect(Date.parse(again)).toBeGreaterThan(Date.parse(first ?? ''));
  });

  it('that cannot be launched at all are given up with the reason of AWS', async () => {
    const outcomes = [
      { service: 'ec2', image: NEW, on: 'launch', result: 'FAILED', message: 'No capacity here.' },
    ];
    const { drive, state } = await prepare({}, NEW, { outcomes });
    const { decision, reason } = await drive();
    expect([decision, await state()]).toEqual(['failed', untouched]);
    expect(reason).toMatch(
      /^only 0 of 2 new instances .* after 30 minutes\. AWS says: .*No capacity here\./,
    );
  });
});

describe('what others do meanwhile', () => {
  it('is not undone by a scheduled action that is still to come', async () => {
    const { drive, ledger, scale, state } = await prepare({ MaxSize: 8 });
    await drive(isPlanned);
    await scale(3);
    await drive((scaling) => isPlanned(scaling) && scaling.action.desired === 3);
    expect((await readScaling(ledger, 'web'))?.action).toMatchObject({ desired: 3, goal: 5 });
    await drive((scaling) => scaling?.step === 'remove' && isPlanned(scaling));
    await scale(7);
    await drive();
    expect(await state()).toMatchObject({ desired: 5, images: Array(5).fill(NEW) });
  });

  it('counts as taking back what we added where they scale in, and never goes below what was there', async () => {
    for (const [theirs, ours] of [
      [3, 2],
      [2, 2],
      [1, 1],
    ] as const) {
      const { drive, scale, state } = await prepare();
      await drive(inStep('await'));
      await scale(theirs);
      expect((await drive()).decision).toBe('succeeded');
      expect(await state()).toEqual({ ...moved, desired: ours, images: Array(ours).fill(NEW) });
    }
  });

  it('may have a scheduled action of its own at the same time', async () => {
    const { account, drive, state } = await prepare();
    const put = account.autoscaling.putScheduledUpdateGroupAction;
    await put({
      AutoScalingGroupName: 'web',
      ScheduledActionName: 'theirs',
      // A second for the change of the configuration, a minute until ours is due.
      StartTime: new Date(account.now().getTime() + 61_000),
      DesiredCapacity: 2,
    });
    expect(await drive()).toMatchObject({ decision: 'succeeded' });
    expect(await state()).toEqual(moved);
  });

  it('may take all the room: ours is deleted, and nothing is blamed on the AMI', async () => {
    const { account, drive, scale, state } = await prepare();
    await drive(isPlanned);
    await scale(4);
    expect(await drive()).toMatchObject({
      decision: 'failed',
      reason: expect.stringMatching(
        // Those that came when they scaled it out.
        /^its maximum size 4 has no room for 6 instances any more; i-\w+, i-\w+ still run ami-\w+$/,
      ),
      id: '',
    });
    expect(account.calls).toContain('DeleteScheduledAction');
    expect(await state()).toMatchObject({ desired: 4, version: '1', protected: 0, planned: 0 });
  });

  it('may be another configuration, which stays', async () => {
    const { account, drive, state } = await prepare();
    await drive(inStep('await'));
    await account.ec2.createLaunchTemplateVersion({
      LaunchTemplateId: templateId('web'),
      SourceVersion: '1',
      LaunchTemplateData: { InstanceType: 'm6i.xlarge' },
    });
    await account.autoscaling.updateAutoScalingGroup({
      AutoScalingGroupName: 'web',
      LaunchTemplate: { LaunchTemplateId: templateId('web'), Version: '3' },
    });
    expect(await drive()).toMatchObject({
      decision: 'failed',
      reason: 'somebody else has changed its configuration meanwhile',
      id: '',
    });
    expect(await state()).toEqual({ ...untouched, version: '3' });
  });

  it('may protect an old instance, which is waited for, and keeps its protection until they lift it', async () => {
    const { account, drive, fleet, state } = await prepare();
    await drive(inStep('await'));
    const { Instances } = await fleet.group();
    const { InstanceId } = Instances[0];
    const protect = (ProtectedFromScaleIn: boolean) =>
      account.autoscaling.setInstanceProtection({
        AutoScalingGroupName: 'web',
        InstanceIds: [InstanceId],
        ProtectedFromScaleIn,
      });
    await protect(true);
    await drive(inStep('settle'));
    account.advance(5);
    expect(
      await drive((_scaling, { reason }) => reason === '1 instances are still to go'),
    ).toBeDefined();
    const kept = (await fleet.group()).Instances.find((one: Json) => one.InstanceId === InstanceId);
    expect(kept).toMatchObject({ LifecycleState: 'InService', ProtectedFromScaleIn: true });
    await protect(false);
    expect(await drive()).toMatchObject({ decision: 'succeeded' });
    expect(await state()).toEqual(moved);
  });

  it('may protect a new instance, whose protection is theirs to lift', async () => {
    const { account, drive, fleet, state } = await prepare({ DefaultInstanceWarmup: 300 });
    await drive((scaling) => scaling?.step === 'await' && scaling.ready !== null);
    const isNew = ({ LaunchTemplate }: Json) => LaunchTemplate.Version === '2';
    const { InstanceId } = (await fleet.group()).Instances.find(isNew);
    await account.autoscaling.setInstanceProtection({
      AutoScalingGroupName: 'web',
      InstanceIds: [InstanceId],
      ProtectedFromScaleIn: true,
    });
    expect(await drive()).toMatchObject({ decision: 'succeeded' });
    expect(await state()).toEqual({ ...moved, protected: 1 });
  });

  it('may be an instance refresh: nothing is begun, and what was begun waits', async () => {
    const { account, drive, step } = await prepare();
    const start = () => account.autoscaling.startInstanceRefresh({ AutoScalingGroupName: 'web' });
    const { InstanceRefreshId } = await start();
    account.calls.length = 0;
    expect(await step()).toMatchObject({
      decision: 'failed',
      reason: `the instance refresh ${InstanceRefreshId} is Pending`,
      id: '',
    });
    expect(account.calls).not.toContain('UpdateItem');
    account.advance(3);
    await drive(inStep('await'));
    await start();
    expect(await step()).toMatchObject({ decision: 'wait', waitSeconds: 60 });
    account.advance(3);
    expect((await drive()).decision).toBe('succeeded');
  });
});

describe('answers of AWS that come late', () => {
  it('do not plan a change twice: one that is gone may still take two minutes to show', async () => {
    const { account, clients, drive, ledger, step } = await prepare();
    await drive(isPlanned);
    const { at = '' } = (await readScaling(ledger, 'web'))?.action ?? {};
    const describe = clients.autoscaling.describeAutoScalingGroups;
    const old = await describe({ AutoScalingGroupNames: ['web'] });
    account.advance(70 / 3600);
    clients.autoscaling.describeAutoScalingGroups = async () => old;
    account.calls.length = 0;
    for (let seconds = 0; seconds < 100; seconds += 20) {
      expect(await step()).toMatchObject({ decision: 'wait', waitSeconds: 5 });
      account.advance(20 / 3600);
    }
    expect(account.calls.filter((operation) => CHANGES.includes(operation))).toEqual([]);
    expect(account.now().getTime() - Date.parse(at)).toBeGreaterThan(100_000);
    // It was never carried out, then: scheduled actions were suspended.
    account.advance(30 / 3600);
    await step();
    expect(account.calls).toContain('PutScheduledUpdateGroupAction');
  });

  it('do not start a second round', async () => {
    const { account, clients, drive, state, step } = await prepare();
    await drive((scaling) => scaling?.step === 'remove' && isPlanned(scaling));
    const describe = clients.autoscaling.describeAutoScalingGroups;
    const old = await describe({ AutoScalingGroupNames: ['web'] });
    await drive(inStep('settle'));
    clients.autoscaling.describeAutoScalingGroups = async () => old;
    account.advance(60 / 3600);
    expect(await step()).toMatchObject({ decision: 'wait' });
    clients.autoscaling.describeAutoScalingGroups = describe;
    expect(await drive()).toMatchObject({ decision: 'succeeded' });
    expect(await state()).toEqual(moved);
    const puts = account.calls.filter((one) => one === 'PutScheduledUpdateGroupAction');
    expect(puts).toHaveLength(2);
  });
});

describe('a group that cannot be moved so', () => {
  const suspended = (ProcessName: string) => ({ SuspendedProcesses: [{ ProcessName }] });
  it.each<[Json, string]>([
    [{ MaxSize: 3 }, 'its maximum size 3 has no room for 4 instances'],
    [{ WarmPoolConfiguration: { MinSize: 1 } }, 'it has a warm pool: '],
    [suspended('Launch'), 'its process Launch is suspended'],
    [suspended('ScheduledActions'), 'its process ScheduledActions is suspended'],
    [
      { TerminationPolicies: ['NewestInstance', 'Default'] },
      'its first termination policy is NewestInstance: ',
    ],
    [{ NewInstancesProtectedFromScaleIn: true }, 'it protects new instances from scale-in: '],
  ])('%j: is refused before anything has changed', async (members, reason) => {
    const { account, step } = await prepare(members);
    account.calls.length = 0;
    const result = await step();
    expect(result).toMatchObject({ decision: 'failed', id: '' });
    expect(result.reason.startsWith(`refused: ${reason}`)).toBe(true);
    expect(account.calls.filter((one) => !one.startsWith('Describe'))).toEqual(['GetItem']);
  });

  it('is one whose configuration somebody has changed since the version was made', async () => {
    const { account, step } = await prepare();
    await account.autoscaling.updateAutoScalingGroup({
      AutoScalingGroupName: 'web',
      LaunchTemplate: { LaunchTemplateId: templateId('web'), Version: '$Latest' },
    });
    account.calls.length = 0;
    expect(await step()).toMatchObject({
      decision: 'failed',
      reason: 'somebody else has changed its configuration meanwhile',
    });
    expect(account.calls.filter((one) => !one.startsWith('Describe'))).toEqual(['GetItem']);
  });

  it.each(['ProtectedFromScaleIn', 'LifecycleState'])(
    'refuses one whose instances would never go, by %s',
    async (member) => {
      const { clients, fleet, step } = await prepare();
      const { Instances, ...rest } = await fleet.group();
      const value = member === 'LifecycleState' ? 'Standby' : true;
      clients.autoscaling.describeAutoScalingGroups = async () => ({
        AutoScalingGroups: [
          { ...rest, Instances: [{ ...Instances[0], [member]: value }, Instances[1]] },
        ],
      });
      expect((await step()).reason).toMatch(/^refused: i-\w+ is (protected|in Standby).*never go$/);
    },
  );

  it.each([['Default'], ['OldestLaunchTemplate'], ['OldestInstance']])(
    'but takes one whose old instances go first, by %s',
    async (policy) => {
      const { drive, state } = await prepare({ TerminationPolicies: [policy] });
      expect(await drive()).toMatchObject({ decision: 'succeeded' });
      expect(await state()).toEqual(moved);
    },
  );
});

describe('who comes after a crash', () => {
  const claim = (fleet: Json, event: Json = {}) =>
    claimGroup(fleet.dependencies, { settings, ...event });

  it('goes on with what is under way, also for an AMI of another run', async () => {
    const { drive, fleet } = await prepare();
    await drive(inStep('await'));
    for (const event of [{}, { ami: NEWER }, { ami: '', mode: 'reconcile' }]) {
      expect(await claim(fleet, event)).toMatchObject({ decision: 'scale', ami: NEW, attempt: 1 });
    }
  });

  it('goes on before the last of it is done, though all run the AMI', async () => {
    const { drive, fleet } = await prepare();
    await drive((_scaling, { reason }) => /no longer protected/.test(reason));
    expect(await claim(fleet)).toMatchObject({ decision: 'scale' });
    await drive();
    expect(await claim(fleet)).toMatchObject({ decision: 'commit' });
  });

  it('tells how it ended where nobody did', async () => {
    const { drive, fleet } = await prepare({}, BAD);
    const { reason } = await drive();
    expect(await claim(fleet, { ami: BAD })).toMatchObject({
      decision: 'undo',
      reason,
      refreshId: 'scheduled actions',
    });
  });

  it('does not take the end of an earlier attempt for that of the present one', async () => {
    const { drive, fleet, version } = await prepare({}, BAD);
    await drive();
    await version(2);
    expect(await claim(fleet, { ami: BAD })).toMatchObject({ decision: 'prepare', attempt: 2 });
  });

  it('takes a group in its middle, which would not be taken at the beginning', async () => {
    const { drive, fleet } = await prepare();
    const survey = async (mode = 'rollout') => {
      const answer = await fleet.account.ec2.describeImages({ ImageIds: [NEW] });
      const [{ ImageId, Name, ...image }] = answer.Images;
      return surveyGroups(fleet.dependencies, {
        mode,
        image: {
          id: ImageId,
          name: Name,
          createdAt: image.CreationDate,
          architecture: image.Architecture,
          virtualization: image.VirtualizationType,
          rootDeviceType: image.RootDeviceType,
          rootDeviceName: image.RootDeviceName,
          owner: image.OwnerId,
          state: image.State,
        },
        waves: [{ groups: ['web'], soakMinutes: 0, alarms: [], approval: false }],
        force: false,
        notify: false,
        tooYoung: '',
        reason: '',
        settings: settingsOf({ web: args }),
      } as never);
    };
    await drive(inStep('await'));
    expect((await survey()).next).toBe('waves');
    expect((await survey('plan')).next).toBe('report');
  });
});

describe('the settings of a group', () => {
  it('are those of its strategy', () => {
    expect(settings).toMatchObject({ strategy: 'scheduledActions', scaleOutMinutes: 30 });
    expect(groupSettings()).toMatchObject({ strategy: 'instanceRefresh', scaleOutMinutes: 60 });
  });
});
