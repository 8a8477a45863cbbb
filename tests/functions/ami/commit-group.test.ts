import { createHandler as createCommit } from '../../../functions/ami/commit-group';
import type { GroupSettings } from '../../../functions/ami/settings';
import { createHandler as createUndo } from '../../../functions/ami/undo-group';
import type { Json } from '../../../rehearsal/services/service';
import {
  BAD,
  fleetOf,
  group,
  groupSettings,
  mixedPolicy,
  NEW,
  NEWER,
  NEWEST,
  OLD,
  template,
  templateId,
  type Fleet,
} from './support';

function prepare(estate: object = {}) {
  const fleet = fleetOf(estate);
  const commit = (ami: string, settings: GroupSettings = groupSettings(), name = 'web') =>
    createCommit(fleet.dependencies)({ group: name, ami, settings });
  const undo = (ami: string, name = 'web') => createUndo(fleet.dependencies)({ group: name, ami });
  /** Moves the group to an AMI, or tries to. */
  const roll = async (ami: string, options: { attempt?: number; group?: string } = {}) => {
    await fleet.deploy(ami, options);
    fleet.account.advance(6);
  };
  const numbers = async (name?: string) =>
    (await fleet.versions(name)).map(({ VersionNumber }: Json) => VersionNumber as number);
  return { fleet, commit, undo, roll, numbers };
}

/** A further group of the template. */
const sibling = (name: string, Version: string, members: Json = {}) =>
  group(name, { LaunchTemplate: { LaunchTemplateName: 'web', Version }, ...members });

/** A program that owns the template makes a version with the description that it found on the latest. */
async function copyDescription({ account, versions }: Fleet, data: Json = {}): Promise<void> {
  const { VersionDescription, LaunchTemplateData } = (await versions()).at(-1);
  await account.ec2.createLaunchTemplateVersion({
    LaunchTemplateName: 'web',
    VersionDescription,
    LaunchTemplateData: { ...LaunchTemplateData, InstanceType: 'm7i.large', ...data },
  });
}

/** Lets AWS refuse to delete some versions, as it does: in the answer. */
function refuseDeletion({ account }: Fleet, refusals: Readonly<Record<number, Json>>) {
  const { ec2 } = account;
  return {
    describeInstances: ec2.describeInstances,
    describeLaunchTemplateVersions: ec2.describeLaunchTemplateVersions,
    modifyLaunchTemplate: ec2.modifyLaunchTemplate,
    deleteLaunchTemplateVersions: async ({ Versions }: { readonly Versions: string[] }) => ({
      UnsuccessfullyDeletedLaunchTemplateVersions: Versions.flatMap((version) =>
        refusals[Number(version)] === undefined
          ? []
          : [{ VersionNumber: Number(version), ResponseError: refusals[Number(version)] }],
      ),
    }),
  };
}

describe('committing a rollout', () => {
  it('moves the default along where it stood on what the group ran, and keeps the version before', async () => {
    const { fleet, commit, roll, numbers } = prepare();
    await roll(NEW);
    expect(await fleet.images()).toEqual([NEW, NEW]);
    expect(await fleet.standing()).toBe(1);
    expect(await commit(NEW)).toEqual({
      reason: `runs ${NEW} (web version 2); the default of web went from version 1 to 2`,
    });
    expect(await fleet.standing()).toBe(2);
    expect(await numbers()).toEqual([1, 2]);
  });

  it('does it once: called again it finds nothing to do', async () => {
    const { fleet, commit, roll } = prepare();
    await roll(NEW);
    await commit(NEW);
    const before = fleet.account.calls.length;
    expect(await commit(NEW)).toEqual({ reason: `runs ${NEW} (web version 2)` });
    const changes = /^(Modify|Delete|Create|Update)/;
    expect(fleet.account.calls.slice(before).filter((call) => changes.test(call))).toEqual([]);
  });

  it('deletes versions of former rollouts that nothing uses, but never the one before, nor anybody else’s', async () => {
    const { fleet, commit, roll, numbers } = prepare();
    for (const ami of [NEW, NEWER]) {
      await roll(ami);
      await commit(ami);
    }
    // The first version is a person's; of our own only the second is old, and it is what the third came after.
    expect(await numbers()).toEqual([1, 2, 3]);
    await roll(NEWEST);
    expect(await commit(NEWEST)).toEqual({
      reason: `runs ${NEWEST} (web version 4); the default of web went from version 3 to 4; deleted web version 2, which nothing uses any more`,
    });
    expect(await numbers()).toEqual([1, 3, 4]);
    expect(await fleet.standing()).toBe(4);
  });

  it('deletes what earlier attempts left', async () => {
    const { commit, roll, numbers } = prepare();
    await roll(BAD);
    expect(await numbers()).toEqual([1, 2]);
    await roll(NEW);
    expect((await commit(NEW)).reason).toContain('deleted web version 2, which nothing uses');
    expect(await numbers()).toEqual([1, 3]);
  });

  it.each([
    ['the same AMI', {}],
    ['another AMI', { ImageId: OLD }],
  ])(
    'never deletes a version of the program that owns the template, which has copied a description, with %s',
    async (_what, data) => {
      const { fleet, commit, roll, numbers } = prepare();
      await roll(NEW);
      await commit(NEW);
      await copyDescription(fleet, data);
      for (const ami of [NEWER, NEWEST]) {
        await roll(ami);
        await commit(ami);
      }
      expect(await numbers()).toContain(3);
      await roll(BAD);
      await roll(OLD);
      await commit(OLD);
      expect(await numbers()).toContain(3);
      expect(await fleet.images()).toEqual([OLD, OLD]);
    },
  );

  it('leaves a default where somebody set it to what the group did not run', async () => {
    const { fleet, commit, roll } = prepare({
      templates: [template('web', [{}, { KeyName: 'somebody tries this' }])],
    });
    await fleet.account.ec2.modifyLaunchTemplate({
      LaunchTemplateName: 'web',
      DefaultVersion: '2',
    });
    await roll(NEW);
    expect(await commit(NEW)).toEqual({
      reason: `runs ${NEW} (web version 3); the default of web stays version 2, which the group did not run`,
    });
    expect(await fleet.standing()).toBe(2);
  });

  it('never deletes the default, whosoever it is', async () => {
    const { fleet, commit, roll, numbers } = prepare();
    for (const ami of [NEW, NEWER]) {
      await roll(ami);
      await commit(ami);
    }
    await fleet.account.ec2.modifyLaunchTemplate({
      LaunchTemplateName: 'web',
      DefaultVersion: '1',
    });
    await roll(NEWEST);
    await commit(NEWEST);
    // Version 1 is nobody's rollout, so the default stays there.
    expect([await fleet.standing(), await numbers()]).toEqual([1, [1, 3, 4]]);
  });

  it.each<[string, Json]>([
    ['a group', sibling('other', '2', { DesiredCapacity: 0 })],
    ['instances of a group that launches another version by now', sibling('other', '2')],
  ])('keeps a version that %s uses', async (_, other) => {
    const versions = [{}, { ImageId: NEW }];
    const { fleet, commit, roll, numbers } = prepare({
      groups: [group('web'), other],
      templates: [template('web', versions)],
    });
    // The second version is ours, as far as its description says.
    const described = await fleet.account.ec2.createLaunchTemplateVersion({
      LaunchTemplateName: 'web',
      SourceVersion: '2',
      VersionDescription: `Evergreen: ${NEW} on version 1, attempt 1, for web`,
      LaunchTemplateData: { KeyName: 'theirs' },
    });
    const { VersionNumber } = described.LaunchTemplateVersion;
    await fleet.account.autoscaling.updateAutoScalingGroup({
      AutoScalingGroupName: 'other',
      LaunchTemplate: { LaunchTemplateName: 'web', Version: String(VersionNumber) },
    });
    fleet.account.advance(1);
    await roll(NEWER);
    await commit(NEWER);
    expect(await numbers()).toEqual([1, 2, 3, 4]);
    await fleet.account.autoscaling.updateAutoScalingGroup({
      AutoScalingGroupName: 'other',
      LaunchTemplate: { LaunchTemplateName: 'web', Version: '1' },
    });
    expect((await commit(NEWER)).reason).toContain('deleted web version 3');
    expect(await numbers()).toEqual([1, 2, 4]);
  });

  it('keeps a version that an instance outside of any group was launched from', async () => {
    const { fleet, commit, roll, numbers } = prepare({ images: [] });
    await roll(BAD);
    const { ec2 } = fleet.account;
    const using = {
      ...refuseDeletion(fleet, {}),
      deleteLaunchTemplateVersions: ec2.deleteLaunchTemplateVersions,
      describeInstances: async (input: Json) =>
        input.Filters[0].Name === 'tag:aws:ec2launchtemplate:id'
          ? {
              Reservations: [
                {
                  Instances: [
                    {
                      InstanceId: 'i-1',
                      Tags: [{ Key: 'aws:ec2launchtemplate:version', Value: '2' }],
                    },
                  ],
                },
              ],
            }
          : ec2.describeInstances(input),
    };
    await roll(NEW);
    const event = { group: 'web', ami: NEW, settings: groupSettings() };
    await createCommit({ ...fleet.dependencies, ec2: using })(event);
    expect(await numbers()).toEqual([1, 2, 3]);
    await commit(NEW);
    expect(await numbers()).toEqual([1, 3]);
  });

  it('keeps a version that an instance of another group runs, whatever that group has by now', async () => {
    const { fleet, commit, roll, numbers } = prepare({
      groups: [group('web'), sibling('other', '1')],
    });
    await roll(BAD);
    const { autoscaling, ec2 } = fleet.account;
    const settled = {
      ...fleet.dependencies,
      ec2: {
        ...refuseDeletion(fleet, {}),
        deleteLaunchTemplateVersions: ec2.deleteLaunchTemplateVersions,
        // Its tags are gone.
        describeInstances: async (input: Json) =>
          input.Filters[0].Name === 'tag:aws:ec2launchtemplate:id'
            ? { Reservations: [] }
            : ec2.describeInstances(input),
      },
      autoscaling: {
        describeInstanceRefreshes: autoscaling.describeInstanceRefreshes,
        describeAutoScalingGroups: async (input: unknown) => {
          const answer = await autoscaling.describeAutoScalingGroups(input);
          const other = answer.AutoScalingGroups.find(
            ({ AutoScalingGroupName }: Json) => AutoScalingGroupName === 'other',
          );
          if (other !== undefined) other.Instances[0].LaunchTemplate.Version = '2';
          return answer;
        },
      },
    };
    await roll(NEW);
    await createCommit(settled)({ group: 'web', ami: NEW, settings: groupSettings() });
    expect(await numbers()).toEqual([1, 2, 3]);
    await commit(NEW);
    expect(await numbers()).toEqual([1, 3]);
  });

  it('keeps a version that the refresh of another group is about to use', async () => {
    const { fleet, commit, undo, roll, numbers } = prepare({
      groups: [group('web'), sibling('other', '1')],
    });
    await roll(BAD);
    await fleet.account.autoscaling.startInstanceRefresh({
      AutoScalingGroupName: 'other',
      DesiredConfiguration: {
        LaunchTemplate: { LaunchTemplateId: templateId('web'), Version: '2' },
      },
    });
    expect(await undo(BAD)).toEqual({
      done: true,
      left: 'web version 2 stays: a refresh of the group other uses it',
    });
    fleet.account.advance(6);
    await roll(NEW);
    await commit(NEW);
    expect(await numbers()).not.toContain(2);
  });

  it('says what AWS refused to delete, and why; what is gone already is no refusal', async () => {
    const { fleet, roll, commit } = prepare();
    for (const [index, ami] of [BAD, BAD, BAD].entries()) await roll(ami, { attempt: index + 1 });
    await roll(NEW);
    const refused = {
      ...fleet.dependencies,
      ec2: refuseDeletion(fleet, {
        2: { Code: 'unexpectedError', Message: 'Try again later' },
        3: { Code: 'launchTemplateVersionDoesNotExist', Message: 'gone' },
      }),
    };
    const event = { group: 'web', ami: NEW, settings: groupSettings() };
    expect((await createCommit(refused)(event)).reason).toBe(
      `runs ${NEW} (web version 5); the default of web went from version 1 to 5; ` +
        'deleted web version 3, 4, which nothing uses any more; web version 2 was not deleted: Try again later',
    );
    expect((await commit(NEW)).reason).toContain('deleted web version 2, 3, 4');
  });

  it('commits each launch template of a group', async () => {
    const { fleet, commit, roll } = prepare({
      groups: [group('web', { MixedInstancesPolicy: mixedPolicy('web', 'memory') })],
      templates: [template('web'), template('memory')],
    });
    await roll(NEW);
    expect(await commit(NEW)).toEqual({
      reason:
        `runs ${NEW} (web version 2, memory version 2); ` +
        'the default of web went from version 1 to 2; the default of memory went from version 1 to 2',
    });
    expect([await fleet.standing(), await fleet.standing('memory')]).toEqual([2, 2]);
  });

  it('leaves alone what the group did not get from a rollout', async () => {
    const { fleet, commit } = prepare({ templates: [template('web', [{ ImageId: NEW }])] });
    expect(await commit(NEW)).toEqual({ reason: `runs ${NEW} (web version 1)` });
    expect(fleet.account.calls.filter((call) => /^(Modify|Delete)/.test(call))).toEqual([]);
  });

  it('refuses a group that does not run the AMI everywhere, or is gone', async () => {
    const { fleet, commit, roll } = prepare();
    await roll(BAD);
    await expect(commit(BAD)).rejects.toMatchObject({
      name: 'NotCommittable',
      message: `The group web does not run ${BAD} everywhere.`,
    });
    await expect(commit(NEW, groupSettings(), 'gone')).rejects.toMatchObject({
      name: 'NotCommittable',
      message: 'There is no group gone.',
    });
    expect(fleet.account.calls.filter((call) => /^(Modify|Delete)/.test(call))).toEqual([]);
  });

  it('does not look at instances that are to stay on the old AMI', async () => {
    const { fleet, commit } = prepare();
    const [kept] = (await fleet.group()).Instances;
    await fleet.account.autoscaling.setInstanceProtection({
      AutoScalingGroupName: 'web',
      InstanceIds: [kept.InstanceId],
      ProtectedFromScaleIn: true,
    });
    const settings = groupSettings({ protectedInstances: 'ignore' });
    await fleet.deploy(NEW, { settings });
    fleet.account.advance(6);
    expect((await fleet.images()).sort()).toEqual([OLD, NEW]);
    await expect(commit(NEW)).rejects.toMatchObject({ name: 'NotCommittable' });
    expect((await commit(NEW, settings)).reason).toContain(`runs ${NEW}`);
  });
});

describe('undoing a rollout', () => {
  it('deletes the version that came to nothing, and leaves the group as it is', async () => {
    const { fleet, undo, roll, numbers } = prepare();
    await roll(BAD);
    const before = await fleet.group();
    expect(await undo(BAD)).toEqual({ done: true, left: '' });
    expect(await numbers()).toEqual([1]);
    expect(await fleet.group()).toEqual(before);
    expect(await undo(BAD)).toEqual({ done: true, left: '' });
  });

  it('deletes the versions of every attempt and of every template, but not those of another AMI', async () => {
    const { undo, roll, numbers } = prepare({
      groups: [group('web', { MixedInstancesPolicy: mixedPolicy('web', 'memory') })],
      templates: [template('web'), template('memory')],
    });
    await roll(NEW);
    for (const attempt of [1, 2]) await roll(BAD, { attempt });
    await undo(BAD);
    expect([await numbers(), await numbers('memory')]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it.each([
    ['the group web', 0],
    ['the instance i-[0-9a-f]+', 2],
  ])('leaves a version that %s uses, and says so', async (user, DesiredCapacity) => {
    const { undo, roll } = prepare({ groups: [group('web', { DesiredCapacity })] });
    await roll(NEW);
    const { left } = await undo(NEW);
    expect(left).toMatch(new RegExp(`^web version 2 stays: ${user} uses it$`));
  });

  it('leaves a version whose description somebody copied, and the copy, and says so', async () => {
    const { fleet, undo, roll, numbers } = prepare();
    await roll(BAD);
    await copyDescription(fleet);
    for (let times = 0; times < 2; times += 1) {
      expect((await undo(BAD)).left).toBe(
        'web version 2 stays: another version has its description',
      );
    }
    expect(await numbers()).toEqual([1, 2, 3]);
  });

  it('leaves the default, and says so', async () => {
    const { fleet, undo, roll } = prepare();
    await roll(BAD);
    await fleet.account.ec2.modifyLaunchTemplate({
      LaunchTemplateName: 'web',
      DefaultVersion: '2',
    });
    expect((await undo(BAD)).left).toBe('web version 2 stays: the default uses it');
  });

  it('leaves what the group ran before, also where going back to that AMI came to nothing', async () => {
    const { fleet, commit, undo, roll, numbers } = prepare();
    for (const ami of [NEW, NEWER]) {
      await roll(ami);
      await commit(ami);
    }
    await fleet.deploy(NEW, { attempt: 2 });
    await fleet.account.autoscaling.rollbackInstanceRefresh({ AutoScalingGroupName: 'web' });
    fleet.account.advance(6);
    expect(await numbers()).toEqual([1, 2, 3, 4]);
    expect(await undo(NEW)).toEqual({ done: true, left: '' });
    expect(await numbers()).toEqual([1, 2, 3]);
  });

  it('leaves versions that people or another group made', async () => {
    const { fleet, undo, roll, numbers } = prepare({
      groups: [group('web'), sibling('web-2', '1')],
    });
    await roll(BAD);
    await roll(BAD, { group: 'web-2' });
    await fleet.account.ec2.createLaunchTemplateVersion({
      LaunchTemplateName: 'web',
      SourceVersion: '2',
      VersionDescription: 'mine',
      LaunchTemplateData: { KeyName: 'theirs' },
    });
    await undo(BAD);
    expect(await numbers()).toEqual([1, 3, 4]);
  });

  it('has nothing to do for a group that is gone', async () => {
    expect(await prepare().undo(BAD, 'gone')).toEqual({ done: true, left: '' });
  });

  it('names what AWS refused to delete', async () => {
    const { fleet, roll } = prepare();
    await roll(BAD);
    const ec2 = refuseDeletion(fleet, { 2: { Code: 'unexpectedError' } });
    const undo = createUndo({ ...fleet.dependencies, ec2 });
    expect(await undo({ group: 'web', ami: BAD })).toEqual({
      done: true,
      left: 'web version 2 was not deleted: unexpectedError',
    });
  });
});
