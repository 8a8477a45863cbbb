import type { TracedCall } from '../../../rehearsal/engine/trace';
import type { Json } from '../../../rehearsal/services/service';
import { createStory, type Story } from './story';

export const WHY = 'The CloudWatch alarm web-5xx went into the ALARM state.';

/** `ami-1` to `ami-3`, a month between them. */
const images = [1, 2, 3].map((number) => ({
  ImageId: `ami-${number}`,
  CreationDate: `2025-1${number - 1}-01T00:00:00.000Z`,
}));

/** A version in the shape of `DescribeLaunchTemplateVersions`. */
export function version(number: number, image: string): Json {
  return {
    LaunchTemplateId: 'lt-1',
    LaunchTemplateName: 'web-template',
    VersionNumber: number,
    LaunchTemplateData: { ImageId: image },
  };
}

/** A specification of a version of the only template. */
export function spec(number: number | string): Json {
  return { LaunchTemplateId: 'lt-1', Version: String(number) };
}

/** A group of two instances on one version of the only template. */
export function group(name: string, number: number | string): Json {
  return {
    AutoScalingGroupName: name,
    MinSize: 1,
    DesiredCapacity: 2,
    MaxSize: 4,
    LaunchTemplate: spec(number),
    Instances: [1, 2].map((index) => ({
      InstanceId: `i-${name}-${number}-${index}`,
      LaunchTemplate: spec(number),
    })),
  };
}

/** A story of launch templates and groups: what a rollout does, a step each. */
export interface RolloutStory extends Story {
  /** The run `updates.roll`, which all steps belong to. */
  readonly execution: string;
  /** Makes a version of the template. */
  create(number: number, image: string, change?: Partial<TracedCall>): TracedCall;
  /** Starts a refresh, whose id is `refresh-<group>-<number>`. */
  refresh(group: string, number: number, change?: Partial<TracedCall>): TracedCall;
  /** The end of a refresh, as AWS knows it: now, unless a time is given. */
  end(group: string, number: number, status: string, change?: Json): void;
  /** Looks at groups and refreshes. */
  look(): void;
  setDefault(number: number, change?: Partial<TracedCall>): TracedCall;
  remove(...numbers: number[]): TracedCall;
  /** The group of the final estate. */
  groupAfter(name: string): Json;
}

/**
 * A template with versions 1 (`ami-1`) and 2 (`ami-2`, the default), and the groups `web` and `db` on version 2. What
 * is not told by calls must be written into the final estate.
 */
export function rolloutStory(): RolloutStory {
  const story = createStory({
    capturedAt: '2026-02-01T00:00:00Z',
    ec2: {
      images,
      launchTemplates: [
        {
          LaunchTemplateId: 'lt-1',
          LaunchTemplateName: 'web-template',
          DefaultVersionNumber: 2,
          Versions: [version(1, 'ami-1'), version(2, 'ami-2')],
        },
      ],
    },
    autoscaling: { groups: [group('web', 2), group('db', 2)] },
  });
  const execution = story.run('roll', { output: { items: [{ id: 'web', outcome: 'updated' }] } });
  const template = () => story.after.ec2.launchTemplates[0];
  const groupAfter = (name: string) =>
    story.after.autoscaling.groups.find((one: Json) => one.AutoScalingGroupName === name);
  const call: Story['call'] = (name, input, change = {}) =>
    story.call(name, input, { execution, ...change });
  return {
    ...story,
    execution,
    groupAfter,
    create(number, image, change = {}) {
      template().Versions.push(version(number, image));
      const output = { LaunchTemplateVersion: version(number, image) };
      const input = { LaunchTemplateId: 'lt-1', LaunchTemplateData: { ImageId: image } };
      return call('ec2:CreateLaunchTemplateVersion', input, { output, ...change });
    },
    refresh(name, number, change = {}) {
      const input = {
        AutoScalingGroupName: name,
        DesiredConfiguration: { LaunchTemplate: spec(number) },
        Preferences: { MinHealthyPercentage: 100 },
      };
      const output = { InstanceRefreshId: `refresh-${name}-${number}` };
      return call('autoscaling:StartInstanceRefresh', input, { output, ...change });
    },
    end(name, number, status, change = {}) {
      const now = call('autoscaling:DescribeInstanceRefreshes', {}, { output: {} }).at;
      const ended = {
        InstanceRefreshId: `refresh-${name}-${number}`,
        AutoScalingGroupName: name,
        DesiredConfiguration: { LaunchTemplate: spec(number) },
        Status: status,
        EndTime: now,
        ...change,
      };
      const its = groupAfter(name);
      its.InstanceRefreshes = [ended, ...(its.InstanceRefreshes ?? [])];
      if (status === 'Successful') Object.assign(its, group(name, number));
    },
    look() {
      const groups = ['web', 'db'].map((name) => structuredClone(groupAfter(name)));
      call('autoscaling:DescribeAutoScalingGroups', {}, { output: { AutoScalingGroups: groups } });
      call('autoscaling:DescribeInstanceRefreshes', {}, { output: { InstanceRefreshes: [] } });
    },
    setDefault(number, change = {}) {
      template().DefaultVersionNumber = number;
      const input = { LaunchTemplateId: 'lt-1', DefaultVersion: String(number) };
      return call('ec2:ModifyLaunchTemplate', input, { output: {}, ...change });
    },
    remove(...numbers) {
      template().Versions = template().Versions.filter(
        (one: Json) => !numbers.includes(one.VersionNumber),
      );
      const gone = numbers.map((number) => version(number, ''));
      return call(
        'ec2:DeleteLaunchTemplateVersions',
        { LaunchTemplateId: 'lt-1', Versions: numbers.map(String) },
        { output: { SuccessfullyDeletedLaunchTemplateVersions: gone } },
      );
    },
  };
}

/** The group `web` is moved to `ami-3` by version 3, told, made the default, and what is older than version 2 is pruned. */
export function goodRollout(): RolloutStory {
  const story = rolloutStory();
  story.create(3, 'ami-3');
  story.refresh('web', 3);
  story.end('web', 3, 'Successful');
  story.setDefault(3);
  story.look();
  story.remove(1);
  story.notify('updates.roll', 'UPDATED (1)\n  web: moved to ami-3');
  return story;
}

/** The group `web` is to be moved to `ami-3`, fails for `WHY`, is rolled back, cleaned up and told. */
export function badRollout(): RolloutStory {
  const story = rolloutStory();
  story.create(3, 'ami-3');
  story.refresh('web', 3);
  story.end('web', 3, 'RollbackSuccessful', { StatusReason: WHY });
  story.look();
  story.remove(3);
  story.notify('updates.roll', `FAILED (1)\n  web: ${WHY}`);
  return story;
}
