import { group, rolloutStory, spec, version, type RolloutStory } from './rollout-story';

describe('invariant 6 on rollouts', () => {
  test('breaks when a group is refreshed that is there already', () => {
    const story = rolloutStory();
    story.refresh('web', 2);
    expect(story.verdict(6).detail).toMatch(
      /broken: group web was moved by StartInstanceRefresh at \S+, where all its instances were already$/,
    );
  });

  test.each<[string, (story: RolloutStory) => void]>([
    [
      'an instance is not there yet, as told',
      (story) => {
        story.groupAfter('web').Instances[0].LaunchTemplate = spec(1);
        story.look();
      },
    ],
    ['the group has no instance', (story) => (story.before.autoscaling.groups[0].Instances = [])],
    [
      'an instance was not there at the start',
      (story) => (story.before.autoscaling.groups[0].Instances[1].LaunchTemplate = spec(1)),
    ],
    [
      'the group is configured otherwise',
      (story) => (story.before.autoscaling.groups[0].LaunchTemplate = spec(1)),
    ],
    [
      'an instance of a type with a template of its own is not there',
      (story) => {
        const [web] = story.before.autoscaling.groups;
        web.MixedInstancesPolicy = {
          LaunchTemplate: {
            LaunchTemplateSpecification: spec(2),
            Overrides: [{ InstanceType: 'm7g.large', LaunchTemplateSpecification: spec(1) }],
          },
        };
        delete web.LaunchTemplate;
        web.Instances[0].InstanceType = 'm7g.large';
        story.call('autoscaling:StartInstanceRefresh', {
          AutoScalingGroupName: 'web',
          DesiredConfiguration: { MixedInstancesPolicy: web.MixedInstancesPolicy },
        });
      },
    ],
  ])('holds for a refresh when %s', (_, change) => {
    const story = rolloutStory();
    change(story);
    if (!story.calls.some(({ operation }) => operation === 'StartInstanceRefresh')) {
      story.refresh('web', 2);
    }
    expect(story.verdict(6)).toMatchObject({
      held: true,
      detail: expect.stringContaining('1 group moved by 1 call'),
    });
  });

  test('holds when a person refreshes a group that is there', () => {
    const story = rolloutStory();
    story.refresh('web', 2, { caller: 'user' });
    expect(story.verdict(6).held).toBe(true);
  });

  test.each(['ec2:CreateLaunchTemplateVersion', 'ecs:UpdateContainerInstancesState'])(
    'breaks when a run with nothing to do calls %s',
    (name) => {
      const story = rolloutStory();
      const output = { items: [{ id: 'web', outcome: 'skipped' }] };
      story.call(name, {}, { execution: story.run('idle', { output }) });
      expect(story.verdict(6).detail).toContain(`reports nothing done, but called ${name}`);
    },
  );
});

describe('invariant 7 on AMIs', () => {
  test('breaks when the default version goes back', () => {
    const story = rolloutStory();
    story.setDefault(1, { caller: 'user' });
    expect(story.verdict(7).held).toBe(true);
    story.setDefault(2);
    expect(story.verdict(7)).toMatchObject({
      held: true,
      detail: '1 pointer to a newer version written',
    });
    story.setDefault(1);
    expect(story.verdict(7).detail).toMatch(
      /broken: the default version of web-template went back from ami-2 to the older ami-1 at \S+$/,
    );
  });

  test('does not take a refresh of what the group launches for a move', () => {
    const story = rolloutStory();
    const [web] = story.before.autoscaling.groups;
    const old = { InstanceRefreshId: 'old', Status: 'Successful', EndTime: '2026-01-01T00:00:00Z' };
    // Somebody has reconfigured it since.
    web.InstanceRefreshes = [{ ...old, DesiredConfiguration: { LaunchTemplate: spec(2) } }];
    web.LaunchTemplate = spec(1);
    story.refresh('web', 1);
    expect(story.verdict(7)).toMatchObject({ held: true, detail: expect.stringMatching(/^0 /) });
  });

  test('knows the image of an override', () => {
    const story = rolloutStory();
    const mixed = (ImageId: string) => ({
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: spec(2),
          Overrides: [{ InstanceType: 'm7g.large', ImageId }],
        },
      },
    });
    const move = (image: string) =>
      story.call('autoscaling:StartInstanceRefresh', {
        AutoScalingGroupName: 'web',
        DesiredConfiguration: mixed(image),
      });
    move('ami-3');
    expect(story.verdict(7).held).toBe(true);
    move('ami-1');
    expect(story.verdict(7).detail).toContain('group web for m7g.large went back from ami-2 to');
  });

  test('breaks when a refresh, or a new configuration, takes a group back', () => {
    const refreshed = rolloutStory();
    refreshed.refresh('web', 1);
    expect(refreshed.verdict(7).detail).toContain(
      'group web went back from ami-2 to the older ami-1 at ',
    );
    const updated = rolloutStory();
    const input = { AutoScalingGroupName: 'web', LaunchTemplate: spec(1) };
    updated.call('autoscaling:UpdateAutoScalingGroup', input);
    expect(updated.verdict(7).held).toBe(false);
  });

  test('breaks when one type of a mixed group goes back', () => {
    const story = rolloutStory();
    const mixed = (number: number) => ({
      LaunchTemplate: {
        LaunchTemplateSpecification: spec(2),
        Overrides: [{ InstanceType: 'm7g.large', LaunchTemplateSpecification: spec(number) }],
      },
    });
    story.call('autoscaling:StartInstanceRefresh', {
      AutoScalingGroupName: 'web',
      DesiredConfiguration: { MixedInstancesPolicy: mixed(1) },
    });
    expect(story.verdict(7).detail).toContain('group web for m7g.large went back from ami-2');
  });

  test('breaks when an AMI is rolled out that nobody knows', () => {
    const story = rolloutStory();
    story.create(3, 'ami-9');
    story.refresh('web', 3);
    expect(story.verdict(7).detail).toContain('group web was set to ami-9 at ');
    const ImageId = 'ami-9';
    story.before.events = [
      { at: '2026-02-01T00:00:00Z', type: 'ec2.imagePublished', image: { ImageId } },
    ];
    expect(story.verdict(7).held).toBe(true);
    story.before.events = [];
    const CreationDate = '2026-02-01T00:00:00Z';
    story.after.ec2.images.push({ ImageId, CreationDate });
    expect(story.verdict(7).held).toBe(true);
    story.after.ec2.images.pop();
    const output = { Images: [{ ImageId, CreationDate }] };
    story.call('ec2:DescribeImages', {}, { output });
    expect(story.verdict(7).held).toBe(true);
    story.calls.pop();
    expect(story.verdict(7).held).toBe(false);
  });

  test('holds where a rollout that nothing confirmed goes back to what was there', () => {
    const story = rolloutStory();
    const to = (number: number) => ({ AutoScalingGroupName: 'web', LaunchTemplate: spec(number) });
    story.create(3, 'ami-3');
    story.call('autoscaling:UpdateAutoScalingGroup', to(3));
    story.call('autoscaling:UpdateAutoScalingGroup', to(2));
    expect(story.verdict(7).held).toBe(true);
  });

  test.each<[string, (story: RolloutStory) => void]>([
    [
      'a refresh succeeded',
      (story) => (story.refresh('web', 3), story.end('web', 3, 'Successful')),
    ],
    ['the version became the default', (story) => story.setDefault(3)],
  ])('breaks where it goes back although %s', (_, confirm) => {
    const story = rolloutStory();
    const to = (number: number) => ({ AutoScalingGroupName: 'web', LaunchTemplate: spec(number) });
    story.create(3, 'ami-3');
    story.call('autoscaling:UpdateAutoScalingGroup', to(3));
    confirm(story);
    story.call('autoscaling:UpdateAutoScalingGroup', to(2));
    expect(story.verdict(7).detail).toContain('group web went back from ami-3 to the older ami-2');
  });

  test('leaves templates alone that take their AMI from a parameter', () => {
    const story = rolloutStory();
    story.before.ec2.launchTemplates[0].Versions[0] = version(1, 'resolve:ssm:/golden');
    story.refresh('web', 1);
    expect(story.verdict(7)).toMatchObject({ held: true, detail: expect.stringMatching(/^0 /) });
  });

  test('holds for whatever people do', () => {
    const story = rolloutStory();
    story.refresh('web', 1, { caller: 'user' });
    story.call('ssm:PutParameter', {}, { caller: 'user' });
    expect(story.verdict(7).held).toBe(true);
  });
});

test('a group keeps its name in messages, whatever it is', () => {
  const story = rolloutStory();
  const odd = { ...group('web', 2), AutoScalingGroupName: 'my group (a)' };
  story.before.autoscaling.groups.push(odd);
  story.refresh('my group (a)', 1);
  expect(story.verdict(7).detail).toContain('group my group (a) went back');
});
