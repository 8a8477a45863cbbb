import type { Json, Operation } from '../service';
import { failuresOf } from './clusters';
import {
  accessTo,
  checkList,
  clusterArn,
  included,
  knownCluster,
  memberArn,
  refuseMembers,
  withDates,
} from './names';
import { pageOf } from './page';
import type { EcsState } from './state';
import { describedService } from './views';

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServices.html */
export const listServices: Operation<EcsState> = {
  mutates: false,
  authorize: (input, _state, scope) => accessTo('ListServices', ['*'], input, scope),
  handle: (input, state, { scope }) => {
    refuseMembers('ListServices', input, ['resourceManagementType']);
    const cluster = knownCluster(state, input, scope);
    const fits = (wanted: string | undefined, found: string) =>
      wanted === undefined || wanted === found;
    const found = Object.entries(state.services)
      .filter(([, record]) => record.cluster === cluster)
      .filter(([, { service }]) => fits(input.launchType, service.launchType))
      .filter(([, { service }]) =>
        fits(input.schedulingStrategy, service.schedulingStrategy ?? 'REPLICA'),
      )
      .map(([arn]) => arn);
    const { entries, token } = pageOf('services', found, input, 10, 100);
    return { serviceArns: entries, ...token };
  },
};

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html */
export const describeServices: Operation<EcsState> = {
  mutates: false,
  authorize: (input, state, scope) => {
    const cluster = clusterArn(input.cluster, scope);
    const arns = (input.services ?? []).map((name: string) =>
      memberArn('service', name, cluster, scope),
    );
    const tagsOf = (arn: string) => state.services[arn]?.service.tags;
    return accessTo('DescribeServices', arns, input, scope, tagsOf);
  },
  handle: (input, state, { scope }) => {
    const include = included('DescribeServices', input, ['TAGS']);
    checkList('services', input.services, 10);
    const cluster = knownCluster(state, input, scope);
    const arns: string[] = input.services.map((name: string) =>
      memberArn('service', name, cluster, scope),
    );
    const isThere = (arn: string) => state.services[arn]?.cluster === cluster;
    return {
      services: arns.filter(isThere).map((arn) => {
        const { tags, ...service } = describedService(state, arn);
        const shown: Json = {
          status: 'ACTIVE',
          schedulingStrategy: 'REPLICA',
          ...service,
          ...(include.includes('TAGS') && { tags: tags ?? [] }),
        };
        return withDates(shown);
      }),
      failures: failuresOf(arns.filter((arn) => !isThere(arn))),
    };
  },
};
