import { createHandler, type EnsureVersionEvent } from '../../../functions/ami/ensure-version';
import {
  acquireLease,
  listUnfinished,
  readWorkItem,
  settleWorkItem,
} from '../../../functions/foundation/ledger';
import type { Json } from '../../../rehearsal/services/service';
import {
  EXECUTION,
  fleetOf,
  group,
  groupSettings,
  mixedPolicy,
  NEW,
  NEWER,
  OLD,
  START,
  template,
  templateId,
} from './support';

async function prepare(estate: object = {}, dependencies: Json = {}) {
  const fleet = fleetOf(estate);
  const handler = createHandler({ ...fleet.dependencies, ...dependencies });
  await acquireLease(fleet.ledger, 'web', EXECUTION, async () => false, fleet.account.now());
  const ensure = (event: Partial<EnsureVersionEvent> = {}) =>
    handler({
      execution: EXECUTION,
      group: 'web',
      ami: NEW,
      attempt: 1,
      settings: groupSettings(),
      ...event,
    });
  return { fleet, ensure };
}

const data = (version: Json) => version.LaunchTemplateData;

describe('the launch template version of a rollout', () => {
  it('is made from the version that the group runs, not from the newest, and changes nothing else', async () => {
    const { fleet, ensure } = await prepare({
      templates: [template('web', [{ KeyName: 'runs' }, { KeyName: 'somebody tries this' }])],
    });
    const before = await fleet.group();
    expect(await ensure()).toMatchObject({
      desiredConfiguration: {
        LaunchTemplate: { LaunchTemplateId: templateId('web'), Version: '3' },
      },
      versions: 'web version 3',
    });
    const [, , made] = await fleet.versions();
    expect(made).toMatchObject({
      VersionNumber: 3,
      VersionDescription: `Evergreen: ${NEW} on version 1, attempt 1, for web`,
    });
    expect(data(made)).toEqual({ ImageId: NEW, InstanceType: 'm6i.large', KeyName: 'runs' });
    expect(await fleet.standing()).toBe(1);
    expect(await fleet.group()).toEqual(before);
  });

  it('asks AWS for a refresh that it can roll back, with the settings of the group', async () => {
    const { ensure } = await prepare();
    expect((await ensure()).preferences).toEqual({
      MinHealthyPercentage: 100,
      MaxHealthyPercentage: 110,
      SkipMatching: true,
      AutoRollback: true,
      ScaleInProtectedInstances: 'Wait',
      StandbyInstances: 'Wait',
    });
    const settings = groupSettings({
      minHealthyPercentage: 50,
      maxHealthyPercentage: 150,
      instanceWarmupSeconds: 0,
      checkpointPercentages: [10, 100],
      checkpointDelayMinutes: 7,
      bakeMinutes: 3,
      alarms: ['web-errors'],
      protectedInstances: 'refresh',
      standbyInstances: 'terminate',
    });
    expect((await ensure({ settings })).preferences).toEqual({
      MinHealthyPercentage: 50,
      MaxHealthyPercentage: 150,
      InstanceWarmup: 0,
      CheckpointPercentages: [10, 100],
      CheckpointDelay: 420,
      BakeTime: 180,
      AlarmSpecification: { Alarms: ['web-errors'] },
      SkipMatching: true,
      AutoRollback: true,
      ScaleInProtectedInstances: 'Refresh',
      StandbyInstances: 'Terminate',
    });
    const ignoring = groupSettings({ protectedInstances: 'ignore', standbyInstances: 'ignore' });
    expect((await ensure({ settings: ignoring })).preferences).toMatchObject({
      ScaleInProtectedInstances: 'Ignore',
      StandbyInstances: 'Ignore',
    });
  });

  it('is made once, however often it is asked for', async () => {
    const { fleet, ensure } = await prepare();
    const first = await ensure();
    fleet.account.advance(1);
    expect(await ensure()).toEqual(first);
    expect(await fleet.versions()).toHaveLength(2);
    expect(fleet.account.calls.filter((call) => /^CreateLaunch/.test(call))).toHaveLength(1);
  });

  it('is found again when the answer to its making was lost', async () => {
    const { fleet, ensure } = await prepare();
    fleet.account.loseNext('CreateLaunchTemplateVersion', new Error('socket hang up'));
    await expect(ensure()).rejects.toThrow('socket hang up');
    expect((await ensure()).versions).toBe('web version 2');
    expect(await fleet.versions()).toHaveLength(2);
  });

  it('is made once also where EC2 does not show it yet, by its client token', async () => {
    const { ensure, fleet } = await prepare();
    const { ec2 } = fleet.account;
    const blind = createHandler({
      ...fleet.dependencies,
      ec2: {
        createLaunchTemplateVersion: ec2.createLaunchTemplateVersion,
        describeImages: ec2.describeImages,
        describeInstances: ec2.describeInstances,
        describeLaunchTemplateVersions: async (input: Json) =>
          input.Filters === undefined
            ? ec2.describeLaunchTemplateVersions(input)
            : { LaunchTemplateVersions: [] },
      },
    } as never);
    const first = await ensure();
    const settings = groupSettings();
    const event = { execution: EXECUTION, group: 'web', ami: NEW, attempt: 1, settings };
    expect(await blind(event)).toEqual(first);
    expect(await fleet.versions()).toHaveLength(2);
  });

  it('is another one for each attempt, and each AMI', async () => {
    const { ensure } = await prepare();
    const versions: string[] = [];
    for (const event of [{}, { attempt: 2 }, { ami: NEWER }, { attempt: 2 }]) {
      versions.push((await ensure(event)).versions);
    }
    expect(versions).toEqual([2, 3, 4, 3].map((number) => `web version ${number}`));
  });

  it('keeps the snapshots of data volumes, which AWS would drop, but not that of the root device', async () => {
    const root = { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20, VolumeType: 'gp3' } };
    const volume = { DeviceName: '/dev/sdf', Ebs: { SnapshotId: 'snap-0e41b7a9c2d385f06' } };
    const { fleet, ensure } = await prepare({
      templates: [
        template('web', [
          {
            BlockDeviceMappings: [
              { ...root, Ebs: { ...root.Ebs, SnapshotId: 'snap-00000000000000001' } },
              volume,
            ],
          },
        ]),
      ],
    });
    await ensure();
    expect(data((await fleet.versions())[1]).BlockDeviceMappings).toEqual([root, volume]);
  });

  it('inherits volumes without snapshots as they are', async () => {
    const BlockDeviceMappings = [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20 } }];
    const { fleet, ensure } = await prepare({
      templates: [template('web', [{ BlockDeviceMappings }])],
    });
    await ensure();
    expect(data((await fleet.versions())[1])).toMatchObject({ ImageId: NEW, BlockDeviceMappings });
  });

  it('comes for overrides with a launch template of their own as well, and the policy stays otherwise', async () => {
    const { fleet, ensure } = await prepare({
      groups: [group('web', { MixedInstancesPolicy: mixedPolicy('web', 'memory') })],
      templates: [template('web'), template('memory', [{ InstanceType: 'r6i.large' }])],
    });
    const { MixedInstancesPolicy } = await fleet.group();
    const { desiredConfiguration, versions } = await ensure();
    expect(versions).toBe('web version 2, memory version 2');
    const specification = (name: string) => ({ LaunchTemplateId: templateId(name), Version: '2' });
    expect(desiredConfiguration).toEqual({
      MixedInstancesPolicy: {
        ...MixedInstancesPolicy,
        LaunchTemplate: {
          LaunchTemplateSpecification: specification('web'),
          Overrides: [
            { InstanceType: 'm6i.large' },
            { InstanceType: 'r6i.large', LaunchTemplateSpecification: specification('memory') },
          ],
        },
      },
    });
    const memory = (await fleet.versions('memory'))[1];
    expect(data(memory)).toEqual({ ImageId: NEW, InstanceType: 'r6i.large' });
  });

  it('is not made of a version that has the AMI already', async () => {
    const { fleet, ensure } = await prepare({
      groups: [group('web', { MixedInstancesPolicy: mixedPolicy('web', 'memory') })],
      templates: [template('web', [{ ImageId: NEW }]), template('memory')],
    });
    expect((await ensure()).versions).toBe('web version 1, memory version 2');
    expect(await fleet.versions()).toHaveLength(1);
  });

  it('goes to the override whose template it is of', async () => {
    const policy = mixedPolicy('web', 'memory');
    const { Overrides } = policy.LaunchTemplate;
    const own = { LaunchTemplateName: 'disk', Version: '1' };
    Overrides.push({ InstanceType: 'i3.large', LaunchTemplateSpecification: own });
    const { ensure } = await prepare({
      groups: [group('web', { MixedInstancesPolicy: policy })],
      templates: [template('web'), template('memory'), template('disk')],
    });
    const { LaunchTemplate } = (await ensure()).desiredConfiguration.MixedInstancesPolicy as Json;
    expect(
      LaunchTemplate.Overrides.map(
        (one: Json) => one.LaunchTemplateSpecification?.LaunchTemplateId,
      ),
    ).toEqual([undefined, templateId('memory'), templateId('disk')]);
  });

  it('is one for two overrides that share a template', async () => {
    const policy = mixedPolicy('web', 'memory');
    const { Overrides } = policy.LaunchTemplate;
    Overrides.push({ ...Overrides[1], InstanceType: 'r6i.xlarge' });
    const { fleet, ensure } = await prepare({
      groups: [group('web', { MixedInstancesPolicy: policy })],
      templates: [template('web'), template('memory')],
    });
    expect((await ensure()).versions).toBe('web version 2, memory version 2');
    expect(await fleet.versions('memory')).toHaveLength(2);
  });

  it('is written down as an intent first, and made only under the lease', async () => {
    const { fleet, ensure } = await prepare();
    fleet.account.failNext('CreateLaunchTemplateVersion', new Error('throttled'));
    await expect(ensure()).rejects.toThrow('throttled');
    expect(await readWorkItem(fleet.ledger, 'web')).toMatchObject({
      target: NEW,
      attempt: 1,
      intendedAt: START,
    });
    await expect(ensure({ execution: 'another', ami: NEWER })).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
    });
    expect((await fleet.versions()).map((version) => data(version).ImageId)).toEqual([OLD]);
  });

  it('opens an AMI again that was settled before, so that a crash does not lose the next attempt', async () => {
    const { fleet, ensure } = await prepare();
    await ensure();
    const at = fleet.account.now().toISOString();
    const settlement = { outcome: 'failed', reason: '', at, settledTarget: NEW };
    await settleWorkItem(fleet.ledger, 'web', EXECUTION, settlement);
    expect(await listUnfinished(fleet.ledger)).toEqual([]);
    await acquireLease(fleet.ledger, 'web', EXECUTION, async () => false, fleet.account.now());
    await ensure({ attempt: 2 });
    expect(await listUnfinished(fleet.ledger)).toMatchObject([
      { item: 'web', work: { target: NEW, attempt: 2 } },
    ]);
  });

  it('is not one whose description somebody copied from ours', async () => {
    const { fleet, ensure } = await prepare();
    await ensure();
    const { VersionDescription } = (await fleet.versions()).at(-1)!;
    await fleet.account.ec2.createLaunchTemplateVersion({
      LaunchTemplateName: 'web',
      SourceVersion: '2',
      VersionDescription,
      LaunchTemplateData: { KeyName: 'theirs' },
    });
    expect((await ensure()).versions).toBe('web version 2');
    expect(await fleet.versions()).toHaveLength(3);
  });

  it('is refused for a group that is not there', async () => {
    const { ensure } = await prepare();
    await expect(ensure({ group: 'gone' })).rejects.toMatchObject({
      name: 'NoSuchGroup',
      message: 'There is no group gone.',
    });
  });

  it('is told from that of a group with a longer or a very long name', async () => {
    const long = 'g'.repeat(255);
    const names = ['web', 'web-2', long, `h${long.slice(1)}`];
    const { fleet } = await prepare({
      groups: names.map((name) =>
        group(name, { LaunchTemplate: { LaunchTemplateName: 'web', Version: '1' } }),
      ),
    });
    for (const name of [...names, ...names]) {
      await acquireLease(fleet.ledger, name, EXECUTION, async () => false, fleet.account.now());
      await createHandler(fleet.dependencies)({
        execution: EXECUTION,
        group: name,
        ami: NEW,
        attempt: 1,
        settings: groupSettings(),
      });
    }
    expect(await fleet.versions()).toHaveLength(4 + 1);
    expect(fleet.account.calls.filter((call) => /^CreateLaunch/.test(call))).toHaveLength(4);
    for (const { VersionDescription = '' } of await fleet.versions()) {
      expect(VersionDescription.length).toBeLessThanOrEqual(255);
    }
  });
});
