import type { Json, Operation, Scope, View } from '../service';
import { failuresOf } from './clusters';
import {
  accessTo,
  checkList,
  clusterArn,
  included,
  invalid,
  knownCluster,
  memberArn,
  refuseMembers,
  tagContext,
  withDates,
} from './names';
import { pageOf } from './page';
import { liveTasks, REMEMBERED, type EcsState } from './state';
import { describedContainerInstance } from './views';

const STATUSES = ['ACTIVE', 'DRAINING', 'REGISTERING', 'DEREGISTERING', 'REGISTRATION_FAILED'];

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListContainerInstances.html */
export const listContainerInstances: Operation<EcsState> = {
  mutates: false,
  authorize: (input, state, scope) => {
    const cluster = clusterArn(input.cluster, scope);
    const context = tagContext(state.clusters[cluster]?.tags);
    return [{ action: 'ecs:ListContainerInstances', resource: cluster, context }];
  },
  handle: (input, state, { scope }) => {
    refuseMembers('ListContainerInstances', input, ['filter']);
    const cluster = knownCluster(state, input, scope);
    if (input.status !== undefined && !STATUSES.includes(input.status)) {
      throw invalid(`status must be one of ${STATUSES.join(', ')}`);
    }
    const found = Object.entries(state.containerInstances)
      .filter(([, record]) => record.cluster === cluster && record.status !== 'INACTIVE')
      .filter(([, { status }]) => input.status === undefined || status === input.status)
      .map(([arn]) => arn);
    const { entries, token } = pageOf('containerInstances', found, input, 100, 100);
    return { containerInstanceArns: entries, ...token };
  },
};

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeContainerInstances.html */
export const describeContainerInstances: Operation<EcsState> = {
  mutates: false,
  authorize: (input, state, scope) => accesses('DescribeContainerInstances', input, state, scope),
  handle: (input, state, call) => {
    const { scope, uses } = call;
    const include = included('DescribeContainerInstances', input, ['TAGS']);
    checkList('instanceIds', input.containerInstances, 100);
    const cluster = knownCluster(state, input, scope);
    const { known, missing } = named(input, state, cluster, call);
    uses('inactive');
    return {
      containerInstances: shown(state, known, include.includes('TAGS')),
      failures: failuresOf(missing),
    };
  },
};

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerInstancesState.html */
export const updateContainerInstancesState: Operation<EcsState> = {
  mutates: true,
  authorize: (input, state, scope) =>
    accesses('UpdateContainerInstancesState', input, state, scope),
  handle: (input, state, call) => {
    const { scope, uses } = call;
    checkList('instanceIds', input.containerInstances, 10);
    const cluster = knownCluster(state, input, scope);
    if (input.status !== 'ACTIVE' && input.status !== 'DRAINING') {
      throw invalid(`Container instance status should be one of [ACTIVE,DRAINING]`);
    }
    const { known, missing } = named(input, state, cluster, call);
    const isGone = (arn: string) => state.containerInstances[arn]!.status === 'INACTIVE';
    const changeable = known.filter((arn) => !isGone(arn));
    uses('update-state');
    for (const arn of changeable) {
      const record = state.containerInstances[arn]!;
      if (record.status === input.status) continue;
      record.status = input.status;
      record.version += 1;
      state.unsettled = true;
    }
    return {
      containerInstances: shown(state, changeable, false),
      failures: [...failuresOf(missing), ...failuresOf(known.filter(isGone), 'INACTIVE')],
    };
  },
};

function accesses(action: string, input: Json, state: EcsState, scope: Scope) {
  const cluster = clusterArn(input.cluster, scope);
  const arns = (input.containerInstances ?? []).map((name: string) =>
    memberArn('container-instance', name, cluster, scope),
  );
  const tagsOf = (arn: string) => state.containerInstances[arn]?.containerInstance.tags;
  return accessTo(action, arns, input, scope, tagsOf);
}

/** What a request names, by what is in the cluster and what is not. */
function named(input: Json, state: EcsState, cluster: string, { now, scope }: View) {
  const arns: string[] = input.containerInstances.map((name: string) =>
    memberArn('container-instance', name, cluster, scope),
  );
  const unique = [...new Set(arns)];
  const isThere = (arn: string) => {
    const record = state.containerInstances[arn];
    return record?.cluster === cluster && now < (record.inactiveSince ?? now) + REMEMBERED;
  };
  return { known: unique.filter(isThere), missing: unique.filter((arn) => !isThere(arn)) };
}

function shown(state: EcsState, arns: readonly string[], withTags: boolean): Json[] {
  const live = liveTasks(state);
  return arns.map((arn) => {
    const { tags = [], ...instance } = describedContainerInstance(state, arn, live.get(arn) ?? []);
    return withDates({ ...instance, tags: withTags ? tags : [] });
  });
}
