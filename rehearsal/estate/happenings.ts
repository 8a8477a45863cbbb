import type { Json } from '../services/service';
import { imageWithDefaults } from './ec2';
import type { Estate, EstateEvent } from './types';

/** The events with what AWS would show of the rest: of images that are published. */
export function eventsWithDefaults({ account, events }: Json): EstateEvent[] {
  return (events ?? []).map((event: Json) =>
    event.type === 'ec2.imagePublished'
      ? { ...event, image: imageWithDefaults(event.image, account, event.at) }
      : event,
  );
}

/** What outcomes and events refer to and is not there, one sentence each. */
export function happeningProblems(
  estate: Pick<
    Estate,
    'autoscaling' | 'capturedAt' | 'cloudwatch' | 'ec2' | 'events' | 'outcomes' | 'ssm'
  >,
): string[] {
  const { autoscaling, cloudwatch, ec2, events, outcomes, ssm, capturedAt } = estate;
  const images = ec2.images.map(({ ImageId }) => ImageId as string);
  const published = events.flatMap((event) =>
    event.type === 'ec2.imagePublished' ? [event.image.ImageId as string] : [],
  );
  const lack = (path: string, name: string, known: readonly string[], list: string) =>
    known.includes(name) ? [] : [`${path} is "${name}", which ${list} lacks`];
  const anyImage = [...images, ...published];
  return [
    ...outcomes.flatMap(({ service, image }, position) =>
      service === 'ec2' ? lack(`outcomes[${position}].image`, image, anyImage, 'ec2.images') : [],
    ),
    ...events.flatMap((event, position) => {
      const path = `events[${position}]`;
      switch (event.type) {
        case 'appstream.baseImageReleased':
        case 'appstream.imageUpdateStarted':
          return [];
        case 'ec2.imagePublished': {
          // What was published before the capture is there already.
          const isPast = Date.parse(event.at) <= Date.parse(capturedAt);
          const id: string = event.image.ImageId;
          const isTwice = images.includes(id) || published.filter((one) => one === id).length > 1;
          return isTwice && !isPast
            ? [`${path}.image.ImageId is "${id}", which is there already`]
            : [];
        }
        case 'ec2.imageStateChanged':
          return lack(`${path}.image`, event.image, anyImage, 'ec2.images');
        case 'ssm.parameterChanged': {
          const names = ssm.parameters.map(({ Name }) => Name as string);
          return lack(`${path}.name`, event.name, names, 'ssm.parameters');
        }
        case 'cloudwatch.alarmStateChanged': {
          const names = cloudwatch.alarms.map(({ AlarmName }) => AlarmName as string);
          return lack(`${path}.alarm`, event.alarm, names, 'cloudwatch.alarms');
        }
        case 'autoscaling.desiredCapacityChanged': {
          const names = autoscaling.groups.map((group) => group.AutoScalingGroupName as string);
          return lack(`${path}.group`, event.group, names, 'autoscaling.groups');
        }
      }
    }),
  ];
}
