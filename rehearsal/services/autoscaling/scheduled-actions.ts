import { Cron } from 'croner';
import type { Activity, Json, Operation, Scope } from '../service';
import { AwsError } from '../service';
import { groupAccess } from './access';
import { resize } from './capacity';
import { checkMembers, groupNamed, invalid, nextId, secondsOf, withDates } from './names';
import { pageOf } from './page';
import {
  isSuspended,
  type AutoScalingState,
  type GroupRecord,
  type ScheduledAction,
} from './state';

const PUT_MEMBERS = [
  'AutoScalingGroupName',
  'ScheduledActionName',
  'StartTime',
  'EndTime',
  'Recurrence',
  'TimeZone',
  'MinSize',
  'MaxSize',
  'DesiredCapacity',
];

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html */
export const putScheduledUpdateGroupAction: Operation<AutoScalingState> = {
  mutates: true,
  authorize: (input, state, scope) => [
    groupAccess('PutScheduledUpdateGroupAction', input, state, scope, {
      ...(input.MinSize !== undefined && { 'autoscaling:minsize': String(input.MinSize) }),
      ...(input.MaxSize !== undefined && { 'autoscaling:maxsize': String(input.MaxSize) }),
    }),
  ],
  handle: (input, state, call) => {
    checkMembers(input, PUT_MEMBERS, 'PutScheduledUpdateGroupAction');
    const record = groupNamed(state, input.AutoScalingGroupName);
    checkAction(input, record, call.now);
    const { ScheduledActionName: name } = input;
    const existing = record.scheduledActions.find((one) => nameOf(one) === name);
    const id = existing === undefined ? nextId(state, call.now) : undefined;
    const action = {
      ScheduledActionARN: existing?.action.ScheduledActionARN ?? arnOf(id!, input, call.scope),
      ...existing?.action,
      ...Object.fromEntries(
        PUT_MEMBERS.filter((member) => input[member] !== undefined).map((member) => [
          member,
          /Time$/.test(member) ? new Date(input[member]).toISOString() : input[member],
        ]),
      ),
    };
    const nextAt = nextTime(action, call.now - 1);
    if (nextAt === undefined) throw invalid('The scheduled action would never start.');
    // https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
    if (record.scheduledActions.some((one) => nameOf(one) !== name && one.nextAt === nextAt)) {
      throw new AwsError(
        'AlreadyExistsFault',
        'Scheduled action with this scheduled start time already exists',
      );
    }
    record.scheduledActions = [
      ...record.scheduledActions.filter((one) => nameOf(one) !== name),
      { action, nextAt },
    ];
    record.touched = true;
    call.uses('scheduled-actions');
    return {};
  },
};

/** @throws {AwsError} ValidationError, LimitExceededFault */
function checkAction(input: Json, { scheduledActions }: GroupRecord, now: number): void {
  const { StartTime, EndTime, Recurrence, TimeZone, MinSize, MaxSize, DesiredCapacity } = input;
  if ([MinSize, MaxSize, DesiredCapacity].every((size) => size === undefined)) {
    throw invalid('At least one of MinSize, MaxSize, or DesiredCapacity must be specified.');
  }
  if (MinSize > MaxSize || DesiredCapacity > MaxSize || DesiredCapacity < MinSize) {
    throw invalid('Min size, desired capacity and max size must be in ascending order.');
  }
  if (StartTime === undefined && Recurrence === undefined) {
    throw invalid('Start time or recurrence must be specified.');
  }
  if (StartTime !== undefined && Number(new Date(StartTime)) <= now) {
    throw invalid('Given start time is in the past');
  }
  if (EndTime !== undefined && Number(new Date(EndTime)) <= Number(new Date(StartTime ?? now))) {
    throw invalid('Given end time is before the start time');
  }
  if (Recurrence !== undefined) parse(Recurrence, TimeZone);
  const name = input.ScheduledActionName;
  const isNew = !scheduledActions.some((one) => nameOf(one) === name);
  // https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html
  if (isNew && scheduledActions.length >= 125) {
    throw new AwsError(
      'LimitExceededFault',
      'Scheduled action limit of 125 for the Auto Scaling group has been reached',
    );
  }
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScheduledActions.html */
export const describeScheduledActions: Operation<AutoScalingState> = {
  mutates: false,
  authorize: () => [{ action: 'autoscaling:DescribeScheduledActions', resource: '*' }],
  handle: (input, state) => {
    checkMembers(
      input,
      [
        'AutoScalingGroupName',
        'ScheduledActionNames',
        'StartTime',
        'EndTime',
        'MaxRecords',
        'NextToken',
      ],
      'DescribeScheduledActions',
    );
    const { AutoScalingGroupName: group, ScheduledActionNames: names = [] } = input;
    const records = group === undefined ? Object.values(state.groups) : [groupNamed(state, group)];
    const { StartTime = 0, EndTime = 8.64e15 } = input;
    const found = records
      .flatMap(({ scheduledActions }) => scheduledActions)
      .filter((one) =>
        names.length === 0
          ? one.nextAt >= Number(new Date(StartTime)) && one.nextAt <= Number(new Date(EndTime))
          : names.includes(nameOf(one)),
      );
    const { entries, token } = pageOf('scheduled actions', found, input);
    return {
      ScheduledUpdateGroupActions: entries.map((one) => withDates(actionShown(one))),
      ...token,
    };
  },
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteScheduledAction.html */
export const deleteScheduledAction: Operation<AutoScalingState> = {
  mutates: true,
  authorize: (input, state, scope) => [groupAccess('DeleteScheduledAction', input, state, scope)],
  handle: (input, state) => {
    const known = ['AutoScalingGroupName', 'ScheduledActionName'];
    checkMembers(input, known, 'DeleteScheduledAction');
    const record = groupNamed(state, input.AutoScalingGroupName);
    const { ScheduledActionName: name } = input;
    const rest = record.scheduledActions.filter((one) => nameOf(one) !== name);
    if (rest.length === record.scheduledActions.length) {
      throw invalid('Scheduled action name not found');
    }
    record.scheduledActions = rest;
    record.touched = true;
    return {};
  },
};

/** Does what is scheduled by now. One-time actions are gone afterwards. @returns whether there was any */
export function fireScheduledActions(record: GroupRecord, { now }: Activity): boolean {
  const due = record.scheduledActions.filter(({ nextAt }) => nextAt <= now);
  for (const { action } of due) {
    if (!isSuspended(record, 'ScheduledActions')) fire(record, action, now);
  }
  if (due.length === 0) return false;
  record.scheduledActions = record.scheduledActions.flatMap((one) => {
    if (one.nextAt > now) return [one];
    const nextAt = nextTime(one.action, now);
    return nextAt === undefined ? [] : [{ ...one, nextAt }];
  });
  return true;
}

/** The desired capacity stays within the bounds, whatever the action says. */
function fire(record: GroupRecord, { MinSize, MaxSize, DesiredCapacity }: Json, now: number): void {
  const { group } = record;
  const min = MinSize ?? Math.min(group.MinSize, MaxSize ?? Infinity);
  const max = MaxSize ?? Math.max(group.MaxSize, min);
  const desired = Math.min(Math.max(DesiredCapacity ?? group.DesiredCapacity, min), max);
  resize(record, { min, max, desired }, 'a scheduled action', secondsOf(now));
}

/** @returns a scheduled action of an estate, as `DescribeScheduledActions` shows it */
export function scheduledAction(given: Json, now: number): ScheduledAction[] {
  // `Time` is the old name of `StartTime`.
  const action = { ...given };
  delete action.Time;
  const nextAt = nextTime(action, now);
  return nextAt === undefined ? [] : [{ action, nextAt }];
}

/** With the time at which it is due next, as AWS shows it. */
export function actionShown({ action, nextAt }: ScheduledAction): Json {
  const StartTime = new Date(nextAt).toISOString();
  return { ...action, StartTime, Time: StartTime };
}

/** When an action starts next after a time, epoch milliseconds. */
function nextTime({ StartTime, EndTime, Recurrence, TimeZone }: Json, after: number) {
  const start = StartTime === undefined ? undefined : Date.parse(StartTime);
  const end = EndTime === undefined ? Infinity : Date.parse(EndTime);
  const next =
    start !== undefined && start > after
      ? start
      : Recurrence === undefined
        ? undefined
        : parse(Recurrence, TimeZone).nextRun(new Date(after))?.getTime();
  return next === undefined || next > end ? undefined : next;
}

/** @throws {AwsError} ValidationError */
function parse(recurrence: string, timezone = 'Etc/UTC'): Cron {
  const fields = recurrence.trim().split(/\s+/);
  if (fields.length !== 5) throw invalid(`Given recurrence string:${recurrence} is invalid`);
  try {
    return new Cron(recurrence, { timezone, paused: true });
  } catch {
    throw invalid(`Given recurrence string:${recurrence} is invalid`);
  }
}

function nameOf({ action }: ScheduledAction): string {
  return action.ScheduledActionName;
}

function arnOf(id: string, input: Json, { partition, region, account }: Scope): string {
  const { AutoScalingGroupName: group, ScheduledActionName: name } = input;
  return `arn:${partition}:autoscaling:${region}:${account}:scheduledUpdateGroupAction:${id}:autoScalingGroupName/${group}:scheduledActionName/${name}`;
}
