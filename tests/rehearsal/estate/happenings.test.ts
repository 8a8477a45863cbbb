import { AMI, EC2, GROUP, NEWER_AMI, problemsOf, readTwice } from './support';

const at = '2026-01-29T18:00:00Z';
const base = {
  ec2: EC2,
  autoscaling: { groups: [GROUP] },
  ssm: { parameters: [{ Name: '/golden', Value: AMI }] },
  cloudwatch: { alarms: [{ AlarmName: 'errors' }] },
};
const NEW = 'ami-0cccccccccccccccc';

test('events and outcomes may be about what is there, and about images that are yet to be published', () => {
  const { events, outcomes } = readTwice({
    ...base,
    outcomes: [
      { service: 'ec2', image: NEW, on: 'launch', result: 'UNHEALTHY', message: 'no network' },
      { service: 'ec2', image: AMI, on: 'launch', result: 'FAILED' },
    ],
    events: [
      { at, type: 'ec2.imagePublished', image: { ImageId: NEW, OwnerId: '591542846629' } },
      { at, type: 'ec2.imageStateChanged', image: NEW, state: 'disabled' },
      { at, type: 'ec2.imageStateChanged', image: AMI, deprecationTime: '2026-03-01T00:00:00Z' },
      { at, type: 'ssm.parameterChanged', name: '/golden', value: NEW },
      { at, type: 'cloudwatch.alarmStateChanged', alarm: 'errors', state: 'ALARM' },
      { at, type: 'autoscaling.desiredCapacityChanged', group: 'web', desired: 5 },
    ],
  });
  expect(outcomes).toHaveLength(2);
  expect(events[0]).toMatchObject({
    image: {
      ImageId: NEW,
      Public: true,
      State: 'available',
      Architecture: 'x86_64',
      CreationDate: '2026-01-29T18:00:00.000Z',
    },
  });
});

test('an image whose publication is past is there already', () => {
  const past = { at: '2026-01-19T00:00:00Z', type: 'ec2.imagePublished', image: { ImageId: AMI } };
  expect(readTwice({ ...base, events: [past] }).events).toHaveLength(1);
});

test.each([
  [
    { type: 'ec2.imagePublished', image: { ImageId: NEWER_AMI } },
    [`events[0].image.ImageId is "${NEWER_AMI}", which is there already`],
  ],
  [
    { type: 'ec2.imagePublished', image: { ImageId: NEW, Stat: 'available' } },
    [expect.stringMatching(/^events\[0\]\.image\.Stat is unknown; did you mean "State"\?/)],
  ],
  [
    { type: 'ec2.imageStateChanged', image: NEW },
    [`events[0].image is "${NEW}", which ec2.images lacks`],
  ],
  [
    { type: 'ssm.parameterChanged', name: 'golden', value: AMI },
    ['events[0].name is "golden", which ssm.parameters lacks'],
  ],
  [
    { type: 'cloudwatch.alarmStateChanged', alarm: 'erors', state: 'ALARM' },
    ['events[0].alarm is "erors", which cloudwatch.alarms lacks'],
  ],
  [
    { type: 'cloudwatch.alarmStateChanged', alarm: 'errors', state: 'ALARMED' },
    ['events[0].state is "ALARMED"; did you mean "ALARM"?; allowed: OK, ALARM, INSUFFICIENT_DATA'],
  ],
  [
    { type: 'autoscaling.desiredCapacityChanged', group: 'wbe', desired: 5 },
    ['events[0].group is "wbe", which autoscaling.groups lacks'],
  ],
  [
    { type: 'autoscaling.desiredCapacityChanged', group: 'web', capacity: 5 },
    [
      'events[0].desired is missing',
      'events[0].capacity is unknown; allowed: at, type, group, desired',
    ],
  ],
])('the event %j is refused, naming the key', (event, problems) => {
  expect(problemsOf({ ...base, events: [{ at, ...event }] })).toEqual(problems);
});

test.each([
  [
    { service: 'ec2', image: NEW, on: 'launch', result: 'UNHEALTHY' },
    [`outcomes[0].image is "${NEW}", which ec2.images lacks`],
  ],
  [
    { service: 'ec2', image: AMI, on: 'launch', result: 'AVAILABLE', attempt: 1 },
    [
      'outcomes[0].attempt is unknown; allowed: service, image, on, result, message',
      'outcomes[0].result is "AVAILABLE"; allowed: UNHEALTHY, FAILED',
    ],
  ],
  [
    { service: 'appstream', image: 'a', on: 'launch', result: 'FAILED' },
    ['outcomes[0].on is "launch"; allowed: update'],
  ],
])('the outcome %j is refused, naming the key', (outcome, problems) => {
  expect(problemsOf({ ...base, outcomes: [outcome] })).toEqual(problems);
});
