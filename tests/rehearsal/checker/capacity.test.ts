import {
  fewestTasks,
  floorOf,
  groupCapacities,
  lowestCapacity,
  serviceTasks,
} from '../../../rehearsal/checker/capacity';
import type { TracedMetric } from '../../../rehearsal/engine/trace';

const at = (minute: number) => `2026-02-01T12:${String(minute).padStart(2, '0')}:00.000Z`;

function metric(minute: number, name: string, value: number, group = 'web'): TracedMetric {
  const dimensions = { AutoScalingGroupName: group };
  return { at: at(minute), namespace: 'AWS/AutoScaling', name, dimensions, value };
}

const inService = (minute: number, value: number, group?: string) =>
  metric(minute, 'GroupInServiceInstances', value, group);
const desired = (minute: number, value: number) => metric(minute, 'GroupDesiredCapacity', value);

function tasks(minute: number, value: number, service = 'api'): TracedMetric {
  const dimensions = { ClusterName: 'apps', ServiceName: service };
  return { at: at(minute), namespace: 'AWS/ECS', name: 'RunningTaskCount', dimensions, value };
}

const metrics = [
  inService(0, 4),
  desired(0, 4),
  inService(0, 1, 'other'),
  inService(5, 3),
  // Both at once: it never had three of six.
  inService(10, 4),
  desired(10, 6),
  inService(10, 6),
  inService(20, 5),
  metric(20, 'GroupPendingInstances', 1),
  { ...desired(25, 99), namespace: 'Custom' },
  inService(30, 6),
];

test('the capacity of each group is known at every moment, the last of an instant counting', () => {
  expect(Object.fromEntries(groupCapacities({ metrics }))).toEqual({
    web: [
      { at: at(0), inService: 4, desired: 4 },
      { at: at(5), inService: 3, desired: 4 },
      { at: at(10), inService: 6, desired: 6 },
      { at: at(20), inService: 5, desired: 6 },
      { at: at(30), inService: 6, desired: 6 },
    ],
    other: [{ at: at(0), inService: 1, desired: 0 }],
  });
});

test.each<[number, number, number, object]>([
  [0, 40, 100, { at: at(5), inService: 3, desired: 4, floor: 4 }],
  [0, 40, 80, { at: at(5), inService: 3, desired: 4, floor: 4 }],
  [0, 40, 75, { at: at(5), inService: 3, desired: 4, floor: 3 }],
  [6, 8, 100, { at: at(6), inService: 3, desired: 4, floor: 4 }],
  [10, 19, 100, { at: at(10), inService: 6, desired: 6, floor: 6 }],
  [10, 20, 50, { at: at(20), inService: 5, desired: 6, floor: 3 }],
  [35, 40, 100, { at: at(35), inService: 6, desired: 6, floor: 6 }],
])(
  'from minute %d to %d with %d %% the group is nearest to its floor: %j',
  (from, to, percentage, lowest) => {
    expect(lowestCapacity({ metrics }, 'web', at(from), at(to), percentage)).toEqual(lowest);
  },
);

test('nothing is said of groups and times of which nothing is known', () => {
  expect(lowestCapacity({ metrics }, 'db', at(0), at(9))).toBeUndefined();
  expect(lowestCapacity({ metrics: [inService(5, 1)] }, 'web', at(0), at(4))).toBeUndefined();
});

test('a part of an instance is one that must be there', () => {
  expect([floorOf(4, 90), floorOf(10, 90), floorOf(1, 0), floorOf(3, 100)]).toEqual([4, 9, 0, 3]);
});

test('the fewest tasks of a service are found, by cluster and service', () => {
  const running = {
    metrics: [tasks(0, 3), tasks(5, 2), tasks(5, 3), tasks(9, 2), tasks(9, 0, 'web')],
  };
  expect([...serviceTasks(running).keys()]).toEqual(['apps/api', 'apps/web']);
  expect(fewestTasks(running, 'apps', 'api', at(0), at(8))).toEqual({ at: at(0), running: 3 });
  expect(fewestTasks(running, 'apps', 'api', at(1), at(9))).toEqual({ at: at(9), running: 2 });
  expect(fewestTasks(running, 'apps', 'web', at(0), at(8))).toBeUndefined();
});
