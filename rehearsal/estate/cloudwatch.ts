import type { Json } from '../services/service';
import type { Estate } from './types';

/** What AWS would show of the rest. */
export function cloudWatchWithDefaults({
  account,
  region,
  capturedAt,
  cloudwatch,
}: Json): Estate['cloudwatch'] {
  return {
    alarms: (cloudwatch?.alarms ?? []).map((alarm: Json) => ({
      AlarmArn: `arn:aws:cloudwatch:${region}:${account}:alarm:${alarm.AlarmName}`,
      StateValue: 'OK',
      StateReason: 'Unchecked: Initial alarm creation',
      StateUpdatedTimestamp: capturedAt,
      ActionsEnabled: true,
      OKActions: [],
      AlarmActions: [],
      InsufficientDataActions: [],
      ...alarm,
    })),
  };
}
