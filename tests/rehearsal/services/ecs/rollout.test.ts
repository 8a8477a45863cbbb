import { EmulatedAccount } from '../../../../rehearsal/emulator/account';
import { readEstate } from '../../../../rehearsal/estate';
import type { Json } from '../../../../rehearsal/services/service';

const OLD = 'ami-00000000000000001';
const NEW = 'ami-00000000000000002';
const BAD = 'ami-00000000000000bad';
const IMAGES = [OLD, NEW, BAD];
const HOUR = 3600;

interface Options {
  readonly managedDraining?: boolean;
  readonly managedTerminationProtection?: boolean;
}

/** Four instances, two services and a daemon, all as the reader of estates fills it in. */
function accountOf(options: Options = {}): EmulatedAccount {
  const { managedDraining = true, managedTerminationProtection = false } = options;
  return new EmulatedAccount(
    readEstate({
      account: '111122223333',
      region: 'eu-west-1',
      capturedAt: '2026-02-01T12:00:00Z',
      ec2: {
        images: IMAGES.map((ImageId) => ({ ImageId, Architecture: 'x86_64' })),
        launchTemplates: [
          {
            LaunchTemplateName: 'nodes',
            LaunchTemplateId: 'lt-00000000000000001',
            Versions: IMAGES.map((ImageId, index) => ({
              VersionNumber: index + 1,
              LaunchTemplateData: { ImageId, InstanceType: 'm5.large' },
            })),
          },
        ],
      },
      autoscaling: {
        groups: [
          {
            AutoScalingGroupName: 'nodes',
            MinSize: 4,
            MaxSize: 12,
            DesiredCapacity: 4,
            AvailabilityZones: ['eu-west-1a', 'eu-west-1b'],
            DefaultInstanceWarmup: 60,
            NewInstancesProtectedFromScaleIn: managedTerminationProtection,
            LaunchTemplate: { LaunchTemplateName: 'nodes', Version: '1' },
          },
        ],
      },
      ecs: {
        clusters: [{ clusterName: 'shop', capacityProviders: ['nodes'] }],
        capacityProviders: [
          {
            name: 'nodes',
            autoScalingGroupProvider: {
              autoScalingGroupArn: 'nodes',
              managedScaling: { status: 'ENABLED' },
              managedDraining: managedDraining ? 'ENABLED' : 'DISABLED',
              managedTerminationProtection: managedTerminationProtection ? 'ENABLED' : 'DISABLED',
            },
          },
        ],
        taskDefinitions: [
          { family: 'web', cpu: '256', memory: '512' },
          { family: 'logs', cpu: '64', memory: '64' },
        ],
        services: [
          { serviceName: 'web', clusterArn: 'shop', taskDefinition: 'web:1', desiredCount: 8 },
          {
            serviceName: 'api',
            clusterArn: 'shop',
            taskDefinition: 'web:1',
            desiredCount: 3,
            deploymentConfiguration: { minimumHealthyPercent: 66, maximumPercent: 100 },
          },
          {
            serviceName: 'logs',
            clusterArn: 'shop',
            taskDefinition: 'logs:1',
            schedulingStrategy: 'DAEMON',
          },
        ],
      },
      outcomes: [{ service: 'ec2', image: BAD, on: 'launch', result: 'UNHEALTHY' }],
    }),
    [],
  );
}

/** The answer of a call. Throws the error that AWS would answer. */
function call(account: EmulatedAccount, service: string, operation: string, input: Json): Json {
  const answer = account.answer({ service, operation, input, accessKeyId: 'user' });
  if ('output' in answer) return answer.output;
  throw 'error' in answer ? answer.error : new Error('no answer');
}

function startRefresh(account: EmulatedAccount, image: string, preferences: Json): void {
  const Version = String(IMAGES.indexOf(image) + 1);
  call(account, 'autoscaling', 'StartInstanceRefresh', {
    AutoScalingGroupName: 'nodes',
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: 'nodes', Version } },
    Preferences: preferences,
  });
}

/** Lets time pass until the refresh has ended. @returns the refresh */
function endOfRefresh(account: EmulatedAccount, hours = 12): Json {
  for (let seconds = 0; seconds < hours * HOUR; seconds += 10) {
    const [refresh] = call(account, 'autoscaling', 'DescribeInstanceRefreshes', {
      AutoScalingGroupName: 'nodes',
    }).InstanceRefreshes;
    if (refresh.EndTime !== undefined) return refresh;
    account.advance(10);
  }
  throw new Error('the refresh never ended');
}

function nodes(account: EmulatedAccount): Json[] {
  const { containerInstanceArns: arns } = call(account, 'ecs', 'ListContainerInstances', {
    cluster: 'shop',
  });
  return call(account, 'ecs', 'DescribeContainerInstances', {
    cluster: 'shop',
    containerInstances: arns,
  }).containerInstances;
}

function drainAll(account: EmulatedAccount): void {
  call(account, 'ecs', 'UpdateContainerInstancesState', {
    cluster: 'shop',
    containerInstances: nodes(account).map(({ containerInstanceArn }) => containerInstanceArn),
    status: 'DRAINING',
  });
}

function imagesOf(account: EmulatedAccount): string[] {
  return nodes(account).map(
    ({ attributes }) => attributes.find(({ name }: Json) => name === 'ecs.ami-id').value,
  );
}

/** The fewest tasks of a service that ever ran. */
function lowest(account: EmulatedAccount, service: string): number {
  const values = account.trace.metrics
    .filter(
      ({ name, dimensions }) => name === 'RunningTaskCount' && dimensions.ServiceName === service,
    )
    .map(({ value }) => value);
  return Math.min(...values);
}

/** Tasks of a service that were started after the beginning: how often its tasks moved. */
function moves(account: EmulatedAccount, serviceName: string): number {
  const started = ['RUNNING', 'STOPPED'].flatMap(
    (desiredStatus) =>
      call(account, 'ecs', 'ListTasks', { cluster: 'shop', serviceName, desiredStatus }).taskArns,
  );
  return started.length;
}

describe('an instance refresh under a cluster', () => {
  it('with managed draining moves every task, and no service ever falls below its minimum', () => {
    const account = accountOf();
    account.advance(60);
    startRefresh(account, NEW, { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 });
    expect(endOfRefresh(account)).toMatchObject({ Status: 'Successful', PercentageComplete: 100 });
    account.advance(HOUR);
    expect(imagesOf(account)).toEqual([NEW, NEW, NEW, NEW]);
    expect(lowest(account, 'web')).toBe(8);
    expect(lowest(account, 'api')).toBe(2);
    expect(nodes(account).map(({ status }) => status)).toEqual([
      'ACTIVE',
      'ACTIVE',
      'ACTIVE',
      'ACTIVE',
    ]);
  });

  it('without it takes tasks away with their instances', () => {
    const account = accountOf({ managedDraining: false });
    account.advance(60);
    startRefresh(account, NEW, { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 });
    expect(endOfRefresh(account).Status).toBe('Successful');
    account.advance(HOUR);
    expect(lowest(account, 'web')).toBeLessThan(8);
    expect(
      call(account, 'ecs', 'DescribeServices', { cluster: 'shop', services: ['web'] }).services[0]
        .runningCount,
    ).toBe(8);
  });

  it('moves tasks again and again from old instance to old instance, unless all are drained first', () => {
    const refresh = (preferences: Json, prepare: (account: EmulatedAccount) => void) => {
      const account = accountOf();
      account.advance(60);
      startRefresh(account, NEW, preferences);
      prepare(account);
      expect(endOfRefresh(account).Status).toBe('Successful');
      expect(imagesOf(account)).toEqual([NEW, NEW, NEW, NEW]);
      expect(lowest(account, 'web')).toBe(8);
      return moves(account, 'web');
    };
    // One after the other, each drained before its successor is there, as by default.
    expect(refresh({ MinHealthyPercentage: 75 }, () => undefined)).toBeGreaterThan(8 + 8);
    const together = { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 };
    expect(refresh(together, drainAll)).toBe(8 + 8);
  });

  it('with managed termination protection and ScaleInProtectedInstances of Wait fails after an hour', () => {
    const account = accountOf({ managedTerminationProtection: true });
    account.advance(60);
    startRefresh(account, NEW, { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 });
    expect(endOfRefresh(account)).toMatchObject({ Status: 'Failed' });
    expect(imagesOf(account)).toContain(OLD);
    expect(lowest(account, 'web')).toBe(8);
  });

  it('with managed termination protection and ScaleInProtectedInstances of Refresh goes through', () => {
    const account = accountOf({ managedTerminationProtection: true });
    account.advance(60);
    startRefresh(account, NEW, {
      MinHealthyPercentage: 100,
      MaxHealthyPercentage: 150,
      ScaleInProtectedInstances: 'Refresh',
    });
    expect(endOfRefresh(account).Status).toBe('Successful');
    account.advance(2 * HOUR);
    expect(imagesOf(account)).toEqual([NEW, NEW, NEW, NEW]);
    expect(lowest(account, 'web')).toBe(8);
    const [group] = call(account, 'autoscaling', 'DescribeAutoScalingGroups', {
      AutoScalingGroupNames: ['nodes'],
    }).AutoScalingGroups;
    expect(group.Instances.every(({ ProtectedFromScaleIn }: Json) => ProtectedFromScaleIn)).toBe(
      true,
    );
  });

  it('to an image that fails its status checks rolls back, and no task ever runs on it', () => {
    const account = accountOf();
    account.advance(60);
    startRefresh(account, BAD, {
      MinHealthyPercentage: 100,
      MaxHealthyPercentage: 150,
      AutoRollback: true,
    });
    expect(endOfRefresh(account, 48).Status).toBe('RollbackSuccessful');
    account.advance(2 * HOUR);
    expect(imagesOf(account)).toEqual([OLD, OLD, OLD, OLD]);
    expect(lowest(account, 'web')).toBe(8);
    expect(lowest(account, 'api')).toBe(3);
  });

  it('has its hook on the group where managed draining is on, and on no other', () => {
    const hooks = (managedDraining: boolean): string[] =>
      call(accountOf({ managedDraining }), 'autoscaling', 'DescribeLifecycleHooks', {
        AutoScalingGroupName: 'nodes',
      }).LifecycleHooks.map(({ LifecycleHookName }: Json) => LifecycleHookName);
    expect(hooks(true)).toEqual(['ecs-managed-draining-termination-hook']);
    expect(hooks(false)).toEqual([]);
  });

  it('happens in the same way every time', () => {
    const story = () => {
      const account = accountOf();
      startRefresh(account, NEW, { MinHealthyPercentage: 50 });
      account.advance(6 * HOUR);
      return JSON.stringify([account.trace, account.toEstate()]);
    };
    expect(story()).toBe(story());
  });
});
