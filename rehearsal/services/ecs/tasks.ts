import { AwsError, type Json, type Operation } from '../service';
import { failuresOf } from './clusters';
import {
  accessTo,
  checkList,
  clusterArn,
  included,
  invalid,
  knownCluster,
  lastPart,
  memberArn,
  refuseMembers,
  withDates,
} from './names';
import { pageOf } from './page';
import { isWanted, REMEMBERED, type EcsState } from './state';
import { describedTask } from './views';

/** What a list is narrowed down by: AWS takes one of them at a time. */
const FILTERS = ['startedBy', 'serviceName', 'family', 'containerInstance'];

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html */
export const listTasks: Operation<EcsState> = {
  mutates: false,
  // Of a whole cluster AWS asks for all resources: https://github.com/cdklabs/construct-hub/pull/1207
  authorize: (input, state, scope) => {
    const { containerInstance } = input;
    const cluster = clusterArn(input.cluster, scope);
    const resource =
      containerInstance === undefined
        ? '*'
        : memberArn('container-instance', containerInstance, cluster, scope);
    const tagsOf = (arn: string) => state.containerInstances[arn]?.containerInstance.tags;
    return accessTo('ListTasks', [resource], input, scope, tagsOf);
  },
  handle: (input, state, { now, scope, uses }) => {
    refuseMembers('ListTasks', input, ['daemonName']);
    checkFilters(input);
    const cluster = knownCluster(state, input, scope);
    const instance = named('container-instance', input.containerInstance);
    const service = named('service', input.serviceName);
    if (instance !== undefined && state.containerInstances[instance] === undefined) {
      throw invalid('The referenced container instance was not found.');
    }
    if (service !== undefined && state.services[service] === undefined) {
      throw new AwsError('ServiceNotFoundException', 'Service not found.');
    }
    uses('list-tasks');
    const desired = input.desiredStatus ?? 'RUNNING';
    const found = Object.values(state.tasks)
      .filter((record) => record.cluster === cluster)
      .filter(({ stoppedAt }) => stoppedAt === undefined || now < stoppedAt + REMEMBERED)
      .filter((record) => desired === (isWanted(record) ? 'RUNNING' : 'STOPPED'))
      .filter((record) => instance === undefined || record.containerInstance === instance)
      .filter((record) => service === undefined || record.service === service)
      .map(({ task }) => task)
      .filter((task) => [undefined, task.startedBy].includes(input.startedBy))
      .filter((task) => [undefined, familyOf(task)].includes(input.family))
      .filter((task) => [undefined, task.launchType ?? 'EC2'].includes(input.launchType))
      .map(({ taskArn }) => taskArn);
    const { entries, token } = pageOf('tasks', found, input, 100, 100);
    return { taskArns: entries, ...token };

    function named(type: string, name: string | undefined): string | undefined {
      return name === undefined ? undefined : memberArn(type, name, cluster, scope);
    }
  },
};

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html */
export const describeTasks: Operation<EcsState> = {
  mutates: false,
  authorize: (input, state, scope) => {
    const cluster = clusterArn(input.cluster, scope);
    const arns = (input.tasks ?? []).map((name: string) => memberArn('task', name, cluster, scope));
    const tagsOf = (arn: string) => state.tasks[arn]?.task.tags;
    return accessTo('DescribeTasks', arns, input, scope, tagsOf);
  },
  handle: (input, state, { now, scope }) => {
    const include = included('DescribeTasks', input, ['TAGS']);
    checkList('taskIds', input.tasks, 100);
    const cluster = knownCluster(state, input, scope);
    const arns: string[] = input.tasks.map((name: string) =>
      memberArn('task', name, cluster, scope),
    );
    const isThere = (arn: string) => {
      const record = state.tasks[arn];
      return record?.cluster === cluster && now < (record.stoppedAt ?? now) + REMEMBERED;
    };
    return {
      tasks: arns.filter(isThere).map((arn) => {
        const { tags = [], ...task } = describedTask(state.tasks[arn]!);
        return withDates({ ...task, tags: include.includes('TAGS') ? tags : [] });
      }),
      failures: failuresOf(arns.filter((arn) => !isThere(arn))),
    };
  },
};

/**
 * Worded as in https://github.com/aws/aws-sdk-go-v2/issues/1893 and https://github.com/boto/boto3/issues/874
 *
 * @throws {AwsError} InvalidParameterException
 */
function checkFilters(input: Json): void {
  const given = FILTERS.filter((filter) => input[filter] !== undefined);
  const [first] = given;
  const isAlone = given.length < 2 && !(first === 'startedBy' && input.desiredStatus !== undefined);
  if (!isAlone) throw invalid(`cannot specify ${first} with other arguments`);
}

/** `arn:…:task-definition/<family>:<revision>` */
function familyOf({ taskDefinitionArn }: Json): string {
  return lastPart(taskDefinitionArn ?? '').split(':')[0]!;
}
