import type { AccessRequest, Json, Operation } from '../service';
import { arnOf, clusterArn, included, knownCluster, tagContext, withDates } from './names';
import { pageOf } from './page';
import { isWanted, type EcsState } from './state';

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeClusters.html */
export const describeClusters: Operation<EcsState> = {
  mutates: false,
  authorize: ({ clusters = ['default'] }, state, scope) =>
    clusters.map((cluster: string): AccessRequest => {
      const resource = clusterArn(cluster, scope);
      const context = tagContext(state.clusters[resource]?.tags);
      return { action: 'ecs:DescribeClusters', resource, context };
    }),
  handle: (input, state, { scope }) => {
    const include = included('DescribeClusters', input, Object.keys(PARTS));
    const arns: string[] = (input.clusters ?? ['default']).map((cluster: string) =>
      clusterArn(cluster, scope),
    );
    return withDates({
      clusters: arns
        .filter((arn) => Object.hasOwn(state.clusters, arn))
        .map((arn) => described(state, arn, include)),
      failures: failuresOf(arns.filter((arn) => !Object.hasOwn(state.clusters, arn))),
    });
  },
};

/** What is shown only where the request asks for it. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  ATTACHMENTS: ['attachments', 'attachmentsStatus'],
  CONFIGURATIONS: ['configuration'],
  SETTINGS: ['settings'],
  TAGS: ['tags'],
};

function described(state: EcsState, arn: string, include: readonly string[]): Json {
  const hidden = Object.entries(PARTS)
    .filter(([part]) => !include.includes(part))
    .flatMap(([, names]) => names);
  const cluster = Object.entries(state.clusters[arn]).filter(([name]) => !hidden.includes(name));
  const tasks = Object.values(state.tasks).filter((task) => task.cluster === arn && isWanted(task));
  return {
    status: 'ACTIVE',
    ...Object.fromEntries(cluster),
    registeredContainerInstancesCount: Object.values(state.containerInstances).filter(
      (instance) => instance.cluster === arn && instance.status !== 'INACTIVE',
    ).length,
    runningTasksCount: tasks.filter(({ status }) => status === 'RUNNING').length,
    pendingTasksCount: tasks.filter(({ status }) => status === 'PENDING').length,
    activeServicesCount: Object.values(state.services).filter((one) => one.cluster === arn).length,
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeCapacityProviders.html */
export const describeCapacityProviders: Operation<EcsState> = {
  mutates: false,
  authorize: ({ capacityProviders }, state, scope) => {
    const names: string[] = capacityProviders ?? ['*'];
    return names.map((name): AccessRequest => {
      const resource = name.startsWith('arn:') ? name : arnOf(scope, 'capacity-provider', name);
      const context = tagContext(state.capacityProviders[lastName(name)]?.tags);
      return { action: 'ecs:DescribeCapacityProviders', resource, context };
    });
  },
  handle: (input, state, { scope }) => {
    const include = included('DescribeCapacityProviders', input, ['TAGS']);
    const ofCluster: readonly string[] | undefined =
      input.cluster === undefined
        ? undefined
        : (state.clusters[knownCluster(state, input, scope)].capacityProviders ?? []);
    const asked: readonly string[] = input.capacityProviders?.map(lastName) ?? [
      ...Object.keys(state.capacityProviders),
      ...AWS_PROVIDERS,
    ];
    const names = asked.filter((name) => ofCluster === undefined || ofCluster.includes(name));
    const page = pageOf('capacityProviders', names, input, 10, 10);
    const known = page.entries.filter((name) => providerOf(state, name) !== undefined);
    return {
      capacityProviders: known.map((name) => {
        const { tags = [], ...provider } = providerOf(state, name);
        return { status: 'ACTIVE', ...provider, tags: include.includes('TAGS') ? tags : [] };
      }),
      failures: failuresOf(
        page.entries
          .filter((name) => !known.includes(name))
          .map((name) => arnOf(scope, 'capacity-provider', name)),
      ),
      ...page.token,
    };
  },
};

/** Every account has them. */
const AWS_PROVIDERS = ['FARGATE', 'FARGATE_SPOT'];

function providerOf({ capacityProviders }: EcsState, name: string): Json {
  return capacityProviders[name] ?? (AWS_PROVIDERS.includes(name) ? { name } : undefined);
}

function lastName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html */
export function failuresOf(arns: readonly string[], reason = 'MISSING'): Json[] {
  return arns.map((arn) => ({ arn, reason }));
}
