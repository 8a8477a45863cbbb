import { badRollout, rolloutStory, spec, version, type RolloutStory } from './rollout-story';

describe('invariant 2 on launch template versions', () => {
  test('holds for a version that was made and never offered, without a look', () => {
    const story = rolloutStory();
    story.create(3, 'ami-3');
    story.remove(3);
    expect(story.verdict(2)).toMatchObject({ held: true, detail: '1 deletion took effect' });
  });

  test('judges what was deleted, not what was asked for', () => {
    const story = rolloutStory();
    story.look();
    const output = { SuccessfullyDeletedLaunchTemplateVersions: [] };
    const input = { LaunchTemplateId: 'lt-1', Versions: ['2'] };
    story.call('ec2:DeleteLaunchTemplateVersions', input, { output });
    expect(story.verdict(2)).toMatchObject({ held: true, detail: '1 deletion took effect' });
  });

  test('knows a template by its name as well', () => {
    const story = rolloutStory();
    story.before.autoscaling.groups[0].LaunchTemplate = {
      LaunchTemplateName: 'web-template',
      Version: '1',
    };
    story.look();
    story.remove(1);
    expect(story.verdict(2).detail).toContain('deleted while group web launches it');
  });

  test.each<[string, (story: RolloutStory) => void, string]>([
    ['a group launches', (story) => story.look(), 'group web launches it; '],
    ['is the default', (story) => story.look(), 'it is the default version'],
    [
      'a group launches as the default, whatever its number',
      (story) => {
        story.before.autoscaling.groups[0].LaunchTemplate.Version = '$Default';
        story.look();
      },
      'group web launches it',
    ],
    [
      'a group launches as the latest',
      (story) => {
        story.before.autoscaling.groups[0].LaunchTemplate.Version = '$Latest';
        story.look();
      },
      'group web launches it',
    ],
    [
      'a mixed group launches',
      (story) => {
        const [web] = story.before.autoscaling.groups;
        delete web.LaunchTemplate;
        web.MixedInstancesPolicy = { LaunchTemplate: { LaunchTemplateSpecification: spec(2) } };
        story.look();
      },
      'group web launches it',
    ],
    [
      'a mixed group launches with one type',
      (story) => {
        const [web, db] = story.before.autoscaling.groups;
        db.LaunchTemplate = spec(1);
        delete web.LaunchTemplate;
        web.MixedInstancesPolicy = {
          LaunchTemplate: {
            LaunchTemplateSpecification: spec(1),
            Overrides: [{ InstanceType: 'm7g.large', LaunchTemplateSpecification: spec(2) }],
          },
        };
        story.look();
      },
      'group web launches it',
    ],
    [
      'a group went on from',
      (story) => {
        story.create(3, 'ami-3');
        story.refresh('web', 3);
        story.end('web', 3, 'Successful');
        story.setDefault(3);
        story.look();
      },
      'group web ran it before and may have to go back to it',
    ],
    [
      'a group had gone on from before the start',
      (story) => {
        story.before.ec2.launchTemplates[0].Versions.push(version(3, 'ami-3'));
        for (const one of story.before.autoscaling.groups) {
          one.LaunchTemplate = spec(3);
          one.Instances = [];
        }
        const done = (number: number, EndTime: string) => ({
          InstanceRefreshId: `to-${number}`,
          Status: 'Successful',
          EndTime,
          DesiredConfiguration: { LaunchTemplate: spec(number) },
        });
        story.before.autoscaling.groups[0].InstanceRefreshes = [
          done(3, '2026-01-03T00:00:00Z'),
          done(1, '2026-01-01T00:00:00Z'),
          done(2, '2026-01-02T00:00:00Z'),
        ];
        story.setDefault(3, { caller: 'user' });
        story.look();
      },
      'group web ran it before and may have to go back to it',
    ],
    [
      'an instance refresh installs',
      (story) => {
        for (const one of story.before.autoscaling.groups) one.LaunchTemplate = spec(1);
        story.refresh('db', 2);
        story.look();
      },
      'an instance refresh of group db installs it',
    ],
    [
      'an instance refresh installs that was under way at the start',
      (story) => {
        const desired = { LaunchTemplate: spec(2) };
        const refresh = { InstanceRefreshId: 'r', Status: 'InProgress' };
        for (const one of story.before.autoscaling.groups) one.LaunchTemplate = spec(1);
        story.before.autoscaling.groups[1].InstanceRefreshes = [
          { ...refresh, DesiredConfiguration: desired },
        ];
        story.look();
      },
      'an instance refresh of group db installs it',
    ],
    [
      'instances of a group run, as told',
      (story) => {
        for (const one of story.before.autoscaling.groups) one.LaunchTemplate = spec(1);
        story.setDefault(1, { caller: 'user' });
        story.look();
      },
      'instances of group db run it',
    ],
    [
      'an instance of no group still runs at the end',
      (story) => {
        for (const one of story.before.autoscaling.groups) one.LaunchTemplate = spec(1);
        for (const one of story.before.autoscaling.groups) one.Instances = [];
        for (const one of story.after.autoscaling.groups) one.Instances = [];
        story.setDefault(1, { caller: 'user' });
        story.look();
        story.after.ec2.instances = [
          {
            InstanceId: 'i-alone',
            Tags: [
              { Key: 'aws:ec2launchtemplate:id', Value: 'lt-1' },
              { Key: 'aws:ec2launchtemplate:version', Value: '2' },
            ],
          },
        ];
      },
      'instance i-alone still runs it at the end',
    ],
  ])('breaks for a version that %s', (_, prepare, use) => {
    const story = rolloutStory();
    prepare(story);
    expect(story.verdict(2).held).toBe(true);
    story.remove(2);
    expect(story.verdict(2).held).toBe(false);
    expect(`${story.verdict(2).detail}; `).toContain(
      `web-template version 2 was deleted while ${use}`.replace(/(; )?$/, '; '),
    );
  });

  test('holds for a version that a refresh was to install, once it has ended', () => {
    expect(badRollout().verdict(2).held).toBe(true);
    const early = badRollout();
    early.groupAfter('web').InstanceRefreshes[0].EndTime = '2026-02-02T00:00:00Z';
    expect(early.verdict(2).detail).toContain('an instance refresh of group web installs it');
  });

  test.each([
    ['DescribeAutoScalingGroups', 'DescribeAutoScalingGroups'],
    ['DescribeInstanceRefreshes', 'DescribeInstanceRefreshes'],
  ])('breaks when %s was not asked', (operation, missing) => {
    const story = rolloutStory();
    story.look();
    story.remove(1);
    expect(story.verdict(2).held).toBe(true);
    const at = story.calls.findIndex((call) => call.operation === operation);
    story.calls[at] = { ...story.calls[at]!, error: { code: 'RequestTimeout', message: '' } };
    expect(story.verdict(2).detail).toMatch(
      new RegExp(`version 1 was deleted without ${missing} immediately before$`),
    );
  });

  test('breaks when it was looked only afterwards', () => {
    const story = rolloutStory();
    story.remove(1);
    story.look();
    expect(story.verdict(2).held).toBe(false);
  });

  test('asks for a look for each version that was ever offered to a group', () => {
    const mixed = rolloutStory();
    mixed.create(3, 'ami-3');
    mixed.remove(1, 3);
    expect(mixed.verdict(2).detail).toMatch(/broken: web-template version 1 was deleted without/);
    expect(mixed.verdict(2).detail).not.toContain('version 3');
    const configured = rolloutStory();
    const to = (number: number) => ({
      AutoScalingGroupName: 'web',
      LaunchTemplate: spec(number),
    });
    configured.create(3, 'ami-3');
    configured.call('autoscaling:UpdateAutoScalingGroup', to(3));
    configured.call('autoscaling:UpdateAutoScalingGroup', to(2));
    configured.remove(3);
    expect(configured.verdict(2).detail).toContain('version 3 was deleted without Describe');
  });

  test('lets a version go that a group was tried with and taken back from', () => {
    const story = rolloutStory();
    const to = (number: number) => ({ AutoScalingGroupName: 'web', LaunchTemplate: spec(number) });
    story.create(3, 'ami-3');
    story.call('autoscaling:UpdateAutoScalingGroup', to(3));
    story.call('autoscaling:UpdateAutoScalingGroup', to(2));
    story.look();
    story.remove(3);
    expect(story.verdict(2).held).toBe(true);
    // What it ran before that is still what it may have to go back to.
    story.create(4, 'ami-4');
    story.call('autoscaling:UpdateAutoScalingGroup', to(4));
    story.look();
    story.remove(2);
    expect(story.verdict(2).detail).toContain('group web ran it before and may have to go back');
  });

  test('knows what the latest version is once the latest is deleted', () => {
    const story = rolloutStory();
    story.before.autoscaling.groups[1].LaunchTemplate.Version = '$Latest';
    story.setDefault(1, { caller: 'user' });
    story.create(3, 'ami-3', { caller: 'user' });
    story.look();
    story.remove(3);
    expect(story.verdict(2).detail).toContain('version 3 was deleted while group db launches it');
    story.remove(2);
    expect(story.verdict(2).detail).toContain('version 2 was deleted while group web launches it');
    expect(story.verdict(2).detail).toContain('version 2 was deleted while group db launches it');
  });

  test('lets instances on their way out go', () => {
    const story = rolloutStory();
    const tags = { id: 'lt-1', version: '1' };
    story.look();
    story.remove(1);
    const instance = (Name: string) => ({
      InstanceId: 'i-alone',
      State: { Name },
      Tags: Object.entries(tags).map(([key, Value]) => ({
        Key: `aws:ec2launchtemplate:${key}`,
        Value,
      })),
    });
    for (const [state, held] of [
      ['running', false],
      ['shutting-down', true],
      ['terminated', true],
    ] as const) {
      story.after.ec2.instances = [instance(state)];
      expect([state, story.verdict(2).held]).toEqual([state, held]);
    }
  });

  test('breaks when another run looked, or this one long ago', () => {
    const other = rolloutStory();
    other.look();
    other.calls.forEach((call, index) => (other.calls[index] = { ...call, execution: 'other' }));
    other.remove(1);
    expect(other.verdict(2).held).toBe(false);
    const late = rolloutStory();
    late.look();
    for (let minute = 0; minute < 6; minute++) late.call('sns:ListTopics', {});
    late.remove(1);
    expect(late.verdict(2).held).toBe(false);
  });

  test.each(['DeleteScheduledAction', 'BatchDeleteScheduledAction'])(
    'breaks when %s deletes what the automation had not made',
    (operation) => {
      const story = rolloutStory();
      const input = { AutoScalingGroupName: 'web', ScheduledActionName: 'grow' };
      const action = operation.startsWith('Batch')
        ? { AutoScalingGroupName: 'web', ScheduledActionNames: ['grow'] }
        : input;
      const put = { ...input, StartTime: '2026-02-01T13:00:00Z', DesiredCapacity: 4 };
      story.call('autoscaling:PutScheduledUpdateGroupAction', put, { caller: 'user' });
      story.call(`autoscaling:${operation}`, action);
      expect(story.verdict(2).detail).toContain(
        'scheduled action grow of group web was deleted, which the automation had not made',
      );
      const early = rolloutStory();
      early.call(`autoscaling:${operation}`, action);
      early.call('autoscaling:PutScheduledUpdateGroupAction', put);
      expect(early.verdict(2).held).toBe(false);
      const ofAnother = rolloutStory();
      const other = { ...put, AutoScalingGroupName: 'db' };
      ofAnother.call('autoscaling:PutScheduledUpdateGroupAction', other);
      ofAnother.call(`autoscaling:${operation}`, action);
      expect(ofAnother.verdict(2).held).toBe(false);
      const own = rolloutStory();
      own.call('autoscaling:PutScheduledUpdateGroupAction', put);
      own.call(`autoscaling:${operation}`, action);
      expect(own.verdict(2)).toMatchObject({ held: true, detail: '1 deletion took effect' });
    },
  );
});
