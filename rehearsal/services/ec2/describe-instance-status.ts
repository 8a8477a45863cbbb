import { AwsError } from '../service';
import { chooseInstances, instanceAt } from './describe-instances';
import { impairmentAt, instanceState, passedChecksAt } from './instances';
import { operation } from './operation';
import { pageOf } from './pages';
import type { InstanceRecord } from './state';

/**
 * Only what runs, unless all is asked for.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceStatus.html
 */
export const describeInstanceStatus = operation({
  name: 'DescribeInstanceStatus',
  obeys: ['InstanceIds', 'IncludeAllInstances', 'MaxResults', 'NextToken'],
  mutates: false,
  handle: (input, state, call) => {
    if ((input.InstanceIds ?? []).length > 100) {
      throw new AwsError('InvalidParameterValue', 'You can specify at most 100 instance IDs.');
    }
    const all = chooseInstances(input, state, call).filter(
      (record) => input.IncludeAllInstances === true || isRunning(record, call.now),
    );
    call.uses('pages');
    call.uses('status-checks');
    const { entries, token } = pageOf('statuses', all, input, { smallest: 5, largest: 1000 });
    return {
      InstanceStatuses: entries.map((record) => {
        const { InstanceId, Placement, State } = instanceAt(record, call.now);
        // The emulation knows of one failure only, that of the instance itself.
        const own = checkOf(record, call.now);
        const system = own === 'failed' ? 'passed' : own;
        return {
          InstanceId,
          AvailabilityZone: Placement.AvailabilityZone,
          InstanceState: State,
          InstanceStatus: summary(own),
          SystemStatus: summary(system),
        };
      }),
      ...token,
    };
  },
});

type Check = 'passed' | 'failed' | 'initializing' | 'not-applicable';

const SUMMARIES: Readonly<Record<Check, string>> = {
  passed: 'ok',
  failed: 'impaired',
  initializing: 'initializing',
  'not-applicable': 'not-applicable',
};

function summary(check: Check) {
  return {
    Status: SUMMARIES[check],
    Details: check === 'not-applicable' ? [] : [{ Name: 'reachability', Status: check }],
  };
}

function checkOf(record: InstanceRecord, now: number): Check {
  if (!isRunning(record, now)) return 'not-applicable';
  if (passedChecksAt(record, now)) return 'passed';
  return impairmentAt(record, now) === undefined ? 'initializing' : 'failed';
}

function isRunning(record: InstanceRecord, now: number): boolean {
  return instanceState(record, now) === 'running';
}
