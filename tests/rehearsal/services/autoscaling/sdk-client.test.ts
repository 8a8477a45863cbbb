import {
  AutoScalingClient,
  DescribeScheduledActionsCommand,
  InstanceRefreshInProgressFault,
  paginateDescribeAutoScalingGroups,
  paginateDescribeInstanceRefreshes,
  PutScheduledUpdateGroupActionCommand,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { autoscaling } from '../../../../rehearsal/services/autoscaling';
import type { Json } from '../../../../rehearsal/services/service';
import { startWireServer, type WireServer } from '../../../../rehearsal/wire/server';
import { BETTER, deploy, GROUP, groupOf, World } from './support';

let world: World;
let server: WireServer;
let client: AutoScalingClient;
const defects: string[] = [];

beforeEach(async () => {
  const alarm = { AlarmName: 'errors', StateValue: 'OK' };
  world = new World(
    [groupOf(3, { Tags: [{ Key: 'Stage', Value: 'live', PropagateAtLaunch: true }] })],
    { cloudwatch: { alarms: [alarm] } },
  );
  server = await startWireServer({
    services: [autoscaling],
    onCall: async (call) => world.account.answer(call),
    now: () => world.account.now,
    onDefect: (error, place) => defects.push(`${place}: ${error.message}`),
  });
  client = new AutoScalingClient({
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});

afterEach(async () => {
  client.destroy();
  await server.close();
  expect(defects).toEqual([]);
});

it('a group arrives whole, its time as a date', async () => {
  const pages = paginateDescribeAutoScalingGroups({ client }, { AutoScalingGroupNames: [GROUP] });
  for await (const { AutoScalingGroups } of pages) {
    expect(JSON.parse(JSON.stringify(AutoScalingGroups))).toEqual([
      JSON.parse(JSON.stringify(world.group())),
    ]);
    expect(AutoScalingGroups?.[0]?.CreatedTime).toBeInstanceOf(Date);
  }
});

it('a refresh is started with every preference and shown as it is, a second one refused', async () => {
  const input = {
    AutoScalingGroupName: GROUP,
    DesiredConfiguration: deploy(BETTER),
    Preferences: {
      MinHealthyPercentage: 100,
      MaxHealthyPercentage: 150,
      InstanceWarmup: 30,
      CheckpointPercentages: [50, 100],
      CheckpointDelay: 60,
      SkipMatching: true,
      AutoRollback: true,
      ScaleInProtectedInstances: 'Refresh' as const,
      StandbyInstances: 'Ignore' as const,
      AlarmSpecification: { Alarms: ['errors'] },
      BakeTime: 60,
    },
  };
  const { InstanceRefreshId } = await client.send(new StartInstanceRefreshCommand(input));
  await expect(client.send(new StartInstanceRefreshCommand(input))).rejects.toBeInstanceOf(
    InstanceRefreshInProgressFault,
  );
  const shown: Json[] = [];
  const pages = () =>
    paginateDescribeInstanceRefreshes({ client }, { AutoScalingGroupName: GROUP });
  for await (const { InstanceRefreshes } of pages()) shown.push(...(InstanceRefreshes ?? []));
  world.until(['Successful']);
  for await (const { InstanceRefreshes } of pages()) shown.push(...(InstanceRefreshes ?? []));
  expect(shown).toMatchObject([
    { InstanceRefreshId, Status: 'Pending', Preferences: input.Preferences },
    {
      Status: 'Successful',
      StartTime: new Date('2026-02-01T12:00:00.000Z'),
      EndTime: expect.any(Date),
      PercentageComplete: 100,
      InstancesToUpdate: 0,
      ProgressDetails: { LivePoolProgress: { PercentageComplete: 100, InstancesToUpdate: 0 } },
      DesiredConfiguration: {
        LaunchTemplate: { ...deploy(BETTER).LaunchTemplate, LaunchTemplateName: 'web' },
      },
    },
  ]);
});

it('a scheduled action keeps its times, and what AWS refuses carries its code', async () => {
  const named = { AutoScalingGroupName: GROUP, ScheduledActionName: 'more' };
  const StartTime = new Date('2026-02-02T00:00:00.000Z');
  await client.send(
    new PutScheduledUpdateGroupActionCommand({ ...named, StartTime, DesiredCapacity: 4 }),
  );
  const { ScheduledUpdateGroupActions } = await client.send(
    new DescribeScheduledActionsCommand({ AutoScalingGroupName: GROUP }),
  );
  expect(ScheduledUpdateGroupActions).toMatchObject([{ ...named, StartTime, Time: StartTime }]);
  const tooMany = { AutoScalingGroupName: GROUP, DesiredCapacity: 1000 };
  await expect(client.send(new UpdateAutoScalingGroupCommand(tooMany))).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'Desired capacity:1000 must be between the specified min size:0 and max size:10',
  });
});
