import type { Json, Operation } from '../service';
import { checkMembers, invalid, notImplemented, withDates } from './names';
import { pageOf } from './page';
import type { AutoScalingState, GroupInstance, GroupRecord } from './state';

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html */
export const describeAutoScalingGroups: Operation<AutoScalingState> = {
  mutates: false,
  authorize: () => [{ action: 'autoscaling:DescribeAutoScalingGroups', resource: '*' }],
  handle: (input, { groups }) => {
    checkMembers(input, MEMBERS, 'DescribeAutoScalingGroups');
    const { AutoScalingGroupNames: names = [], Filters = [], MaxRecords = 50 } = input;
    if (names.length > MaxRecords) {
      throw invalid(`You can specify at most ${MaxRecords} Auto Scaling group names.`);
    }
    const found = Object.values(groups).filter(
      ({ group }) =>
        (names.length === 0 || names.includes(group.AutoScalingGroupName)) &&
        Filters.every((filter: Json) => passes(group, filter)),
    );
    const { entries, token } = pageOf('groups', found, input);
    const withInstances = input.IncludeInstances !== false;
    return {
      AutoScalingGroups: entries.map((record) =>
        withDates({
          ...record.group,
          Instances: withInstances ? record.instances.map(instanceShown) : [],
        }),
      ),
      ...token,
    };
  },
};

const MEMBERS = ['AutoScalingGroupNames', 'Filters', 'IncludeInstances', 'MaxRecords', 'NextToken'];

function passes({ Tags = [] }: Json, { Name, Values = [] }: Json): boolean {
  const tags: readonly Json[] = Tags;
  if (Name === 'tag-key') return tags.some(({ Key }) => Values.includes(Key));
  if (Name === 'tag-value') return tags.some(({ Value }) => Values.includes(Value));
  const [, key] = /^tag:(.+)$/.exec(Name) ?? [];
  if (key === undefined) throw notImplemented(`the filter ${Name}`, 'DescribeAutoScalingGroups');
  return tags.some(({ Key, Value }) => Key === key && Values.includes(Value));
}

/** As AWS shows an instance: what only the emulation knows of it is in lower case. */
export function instanceShown(instance: GroupInstance): Json {
  return Object.fromEntries(
    Object.entries(instance).filter(
      ([member, value]) => /^[A-Z]/.test(member) && value !== undefined,
    ),
  );
}

/** A group as an estate holds it, with all that belongs to it. */
export function groupShown(record: GroupRecord): Json {
  return { ...record.group, Instances: record.instances.map(instanceShown) };
}
