import { capacityResults, refreshResults } from '../../rehearsal/rollouts';
import type { TracedMetric } from '../../rehearsal/engine/trace';
import { badRollout, goodRollout, rolloutStory, WHY } from './checker/rollout-story';

const SPAN = { from: '2026-02-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z' };

/** The minutes of a story, from noon. */
const at = (minute: number) => `2026-02-01T12:0${minute}:00.000Z`;

function published(minute: number, inService: number, group = 'web'): TracedMetric[] {
  const metric = { at: at(minute), namespace: 'AWS/AutoScaling' };
  const dimensions = { AutoScalingGroupName: group };
  return [
    { ...metric, name: 'GroupInServiceInstances', dimensions, value: inService },
    { ...metric, name: 'GroupDesiredCapacity', dimensions, value: 2 },
  ];
}

const courseOf = (
  { before, after, calls, executions }: ReturnType<typeof rolloutStory>,
  metrics: TracedMetric[] = [],
) => ({ before, after, trace: { calls, executions, events: [], metrics } });

test('a refresh is told with its times, its AMIs, its floor and its lowest capacity', () => {
  const metrics = [...published(0, 2), ...published(3, 1), ...published(9, 0)];
  expect(refreshResults(courseOf(goodRollout(), metrics), SPAN)).toEqual([
    {
      id: 'refresh-web-3',
      group: 'web',
      startedAt: at(2),
      endedAt: at(3),
      status: 'Successful',
      reason: '',
      images: ['ami-3'],
      minHealthyPercentage: 100,
      lowest: { at: at(3), running: 1, desired: 2 },
    },
  ]);
});

test("a refresh that failed is told with AWS's reason, and the AMI of a version that is gone", () => {
  const [refresh] = refreshResults(courseOf(badRollout()), SPAN);
  expect(refresh).toMatchObject({ status: 'RollbackSuccessful', reason: WHY, images: ['ami-3'] });
  expect(refresh).not.toHaveProperty('lowest');
});

test('refreshes of others are told too, those that were over before are not', () => {
  const story = rolloutStory();
  story.refresh('web', 2);
  story.groupAfter('db').InstanceRefreshes = [
    {
      InstanceRefreshId: 'theirs',
      Status: 'InProgress',
      StartTime: '2026-01-31T00:00:00Z',
      DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '1' } },
    },
    {
      InstanceRefreshId: 'over',
      Status: 'Successful',
      StartTime: '2026-01-30T00:00:00Z',
      EndTime: '2026-01-30T01:00:00Z',
    },
  ];
  const told = refreshResults(courseOf(story), SPAN);
  expect(told.map(({ id, endedAt, images }) => [id, endedAt, images])).toEqual([
    ['theirs', null, ['ami-1']],
    ['refresh-web-2', null, ['ami-2']],
  ]);
});

test('capacity is told of groups, then of services, by name', () => {
  const running = (service: string): TracedMetric => ({
    at: at(0),
    namespace: 'AWS/ECS',
    name: 'RunningTaskCount',
    dimensions: { ClusterName: 'apps', ServiceName: service },
    value: 3,
  });
  const metrics = [running('web'), running('api'), ...published(0, 2), ...published(0, 1, 'db')];
  expect(capacityResults({ metrics })).toEqual([
    { kind: 'group', name: 'db', points: [{ at: at(0), running: 1, desired: 2 }] },
    { kind: 'group', name: 'web', points: [{ at: at(0), running: 2, desired: 2 }] },
    { kind: 'service', name: 'apps/api', points: [{ at: at(0), running: 3 }] },
    { kind: 'service', name: 'apps/web', points: [{ at: at(0), running: 3 }] },
  ]);
});
