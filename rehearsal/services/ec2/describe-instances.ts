import { AwsError, type Call, type Json } from '../service';
import { filtered, type FilterTable } from './filters';
import { instanceState, noInstances } from './instances';
import { operation } from './operation';
import { pageOf } from './pages';
import type { Ec2State, InstanceRecord, InstanceState } from './state';
import { withDates } from './times';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html */
const CODES: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
};

const HOUR = 3_600_000;

const FILTERS: FilterTable<Json> = {
  architecture: ({ Architecture }) => Architecture,
  'availability-zone': ({ Placement }) => Placement?.AvailabilityZone,
  'iam-instance-profile.arn': ({ IamInstanceProfile }) => IamInstanceProfile?.Arn,
  'image-id': ({ ImageId }) => ImageId,
  'instance-id': ({ InstanceId }) => InstanceId,
  'instance-state-code': ({ State }) => State.Code,
  'instance-state-name': ({ State }) => State.Name,
  'instance-type': ({ InstanceType }) => InstanceType,
  'key-name': ({ KeyName }) => KeyName,
  'launch-time': ({ LaunchTime }) => LaunchTime,
  'subnet-id': ({ SubnetId }) => SubnetId,
  tenancy: ({ Placement }) => Placement?.Tenancy,
  'vpc-id': ({ VpcId }) => VpcId,
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
export const describeInstances = operation({
  name: 'DescribeInstances',
  obeys: ['InstanceIds', 'Filters', 'MaxResults', 'NextToken'],
  mutates: false,
  handle: (input, state, call) => {
    const found = chooseInstances(input, state, call).map((record) => instanceAt(record, call.now));
    const all = filtered('DescribeInstances', found, input.Filters, FILTERS, ({ Tags }) => Tags);
    call.uses('pages');
    const { entries, token } = pageOf('instances', all, input, { smallest: 5, largest: 1000 });
    return {
      Reservations: entries.map((instance) => ({
        ReservationId: `r-${instance.InstanceId.slice('i-'.length)}`,
        OwnerId: call.scope.account,
        Groups: [],
        Instances: [withDates(instance)],
      })),
      ...token,
    };
  },
});

/** The instance as it is described by then, with times in ISO 8601. */
export function instanceAt(record: InstanceRecord, now: number): Json {
  const Name = instanceState(record, now);
  return { ...record.instance, State: { Code: CODES[Name], Name } };
}

/** Whether a terminated instance is no longer shown: "usually less than one hour" after its end. */
export function isForgotten({ terminatedAt }: InstanceRecord, now: number): boolean {
  return terminatedAt !== undefined && now >= terminatedAt + HOUR;
}

/** The instances that a request names, of all that are shown still. */
export function chooseInstances(
  { InstanceIds = [], MaxResults }: Json,
  { instances }: Ec2State,
  { now, uses }: Call,
): readonly InstanceRecord[] {
  uses('terminated-shown');
  if (InstanceIds.length === 0) {
    return Object.values(instances).filter((record) => !isForgotten(record, now));
  }
  if (MaxResults !== undefined) {
    const message = 'The parameter instancesSet cannot be used with the parameter maxResults';
    throw new AwsError('InvalidParameterCombination', message);
  }
  const ids = [...new Set<string>(InstanceIds)];
  for (const id of ids) {
    if (!/^i-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) {
      throw new AwsError('InvalidInstanceID.Malformed', `Invalid id: "${id}"`);
    }
  }
  const missing = ids.filter(
    (id) => !Object.hasOwn(instances, id) || isForgotten(instances[id]!, now),
  );
  if (missing.length > 0) throw noInstances(missing);
  return ids.map((id) => instances[id]!);
}
