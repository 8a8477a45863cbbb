import { ecs } from '../../../../rehearsal/services/ecs';
import type { Json, Scope } from '../../../../rehearsal/services/service';
import {
  ACCOUNT,
  Cluster,
  CLUSTER,
  estateOf,
  instanceArn,
  REGION,
  serviceArn,
  standalone,
  taskArn,
} from './support';

const OTHER = `arn:aws:ecs:${REGION}:${ACCOUNT}:cluster/other`;

function shop(instances = 2): Cluster {
  const estate = estateOf({
    instances,
    services: [
      { name: 'web', on: [0, 1] },
      { name: 'logs', on: [0, 1], members: { schedulingStrategy: 'DAEMON' } },
    ],
    provider: { managedDraining: 'ENABLED' },
    tasks: [standalone('report', 1)],
  });
  estate.ecs.clusters.push({ clusterArn: OTHER, clusterName: 'other', status: 'ACTIVE' });
  return new Cluster(estate);
}

const METHODS: readonly (readonly [string, Json])[] = [
  ['ListContainerInstances', {}],
  ['DescribeContainerInstances', { containerInstances: ['node0'] }],
  ['UpdateContainerInstancesState', { containerInstances: ['node0'], status: 'DRAINING' }],
  ['ListServices', {}],
  ['DescribeServices', { services: ['web'] }],
  ['ListTasks', {}],
  ['DescribeTasks', { tasks: ['report'] }],
  ['DescribeCapacityProviders', {}],
];

describe('every operation on a cluster', () => {
  it.each(METHODS)('%s refuses one that is not there', (operation, input) => {
    expect(shop().refusal(operation, { ...input, cluster: 'shpo' })).toBe(
      'ClusterNotFoundException: Cluster not found.',
    );
  });

  it.each(METHODS.slice(0, -1))(
    '%s means the cluster named default without any',
    (operation, input) => {
      expect(shop().refusal(operation, { ...input, cluster: undefined })).toMatch(
        /^ClusterNotFoundException/,
      );
    },
  );

  it.each(METHODS)('%s takes the ARN as well as the name', (operation, input) => {
    const byName = shop().call(operation, input);
    expect(shop().call(operation, { ...input, cluster: CLUSTER })).toEqual(byName);
  });
});

describe('what is in another cluster', () => {
  it('is not listed, and missing where it is named', () => {
    const cluster = shop();
    const other = { cluster: 'other' };
    expect(cluster.call('ListContainerInstances', other).containerInstanceArns).toEqual([]);
    expect(cluster.call('ListServices', other).serviceArns).toEqual([]);
    expect(cluster.call('ListTasks', other).taskArns).toEqual([]);
    expect(
      cluster.call('DescribeContainerInstances', {
        ...other,
        containerInstances: [instanceArn(0)],
      }),
    ).toEqual({
      containerInstances: [],
      failures: [{ arn: instanceArn(0), reason: 'MISSING' }],
    });
    expect(cluster.call('DescribeServices', { ...other, services: ['web'] })).toEqual({
      services: [],
      failures: [{ arn: serviceArn('web').replace('shop', 'other'), reason: 'MISSING' }],
    });
    expect(cluster.call('DescribeTasks', { ...other, tasks: [taskArn('report')] })).toEqual({
      tasks: [],
      failures: [{ arn: taskArn('report'), reason: 'MISSING' }],
    });
  });
});

describe('DescribeClusters', () => {
  it('counts, and tells which are not there', () => {
    expect(shop().call('DescribeClusters', { clusters: ['shop', 'shpo'] })).toMatchObject({
      clusters: [
        {
          clusterArn: CLUSTER,
          capacityProviders: ['nodes'],
          registeredContainerInstancesCount: 2,
          runningTasksCount: 5,
          pendingTasksCount: 0,
          activeServicesCount: 2,
        },
      ],
      failures: [{ arn: `arn:aws:ecs:${REGION}:${ACCOUNT}:cluster/shpo`, reason: 'MISSING' }],
    });
  });

  it('shows tags where they are asked for, and refuses to compute statistics', () => {
    const estate = estateOf({ instances: 0 });
    estate.ecs.clusters[0].tags = [{ key: 'Owner', value: 'me' }];
    const cluster = new Cluster(estate);
    const described = (include: string[]) =>
      cluster.call('DescribeClusters', { clusters: ['shop'], include }).clusters[0];
    expect(described([]).tags).toBeUndefined();
    expect(described(['TAGS']).tags).toEqual([{ key: 'Owner', value: 'me' }]);
    expect(cluster.refusal('DescribeClusters', { include: ['STATISTICS'] })).toMatch(
      /^NotImplemented: .*STATISTICS/,
    );
  });
});

describe('DescribeCapacityProviders', () => {
  const names = (answer: Json) => answer.capacityProviders.map(({ name }: Json) => name);

  it("shows those of a cluster, by name, or all with AWS's own", () => {
    const cluster = shop();
    expect(names(cluster.call('DescribeCapacityProviders'))).toEqual(['nodes']);
    expect(names(cluster.call('DescribeCapacityProviders', { cluster: undefined }))).toEqual([
      'nodes',
      'FARGATE',
      'FARGATE_SPOT',
    ]);
    const named = { cluster: undefined, capacityProviders: ['nodes', 'nodse'] };
    expect(cluster.call('DescribeCapacityProviders', named)).toMatchObject({
      capacityProviders: [{ autoScalingGroupProvider: { managedDraining: 'ENABLED' } }],
      failures: [{ reason: 'MISSING' }],
    });
  });
});

describe('ListContainerInstances', () => {
  it('has pages of 100 at most', () => {
    const cluster = shop(101);
    const first = cluster.call('ListContainerInstances');
    expect(first.containerInstanceArns).toHaveLength(100);
    const { nextToken } = first;
    const second = cluster.call('ListContainerInstances', { nextToken });
    expect(second).toEqual({ containerInstanceArns: [instanceArn(100)] });
    for (const input of [{ maxResults: 101 }, { maxResults: 0 }, { nextToken: 'x' }]) {
      expect(cluster.refusal('ListContainerInstances', input)).toMatch(/^InvalidParameter/);
    }
    const short = cluster.call('ListContainerInstances', { maxResults: 1 });
    expect(cluster.refusal('ListTasks', { nextToken: short.nextToken })).toMatch(
      /^InvalidParameter/,
    );
  });

  it('filters by status, and not by expressions', () => {
    const cluster = shop();
    cluster.drain(1);
    const listed = (status?: string) =>
      cluster.call('ListContainerInstances', { status }).containerInstanceArns;
    expect(listed()).toEqual([instanceArn(0), instanceArn(1)]);
    expect(listed('DRAINING')).toEqual([instanceArn(1)]);
    expect(listed('ACTIVE')).toEqual([instanceArn(0)]);
    expect(cluster.refusal('ListContainerInstances', { status: 'INACTIVE' })).toMatch(
      /^InvalidParameter/,
    );
    expect(cluster.refusal('ListContainerInstances', { filter: 'agentConnected == true' })).toMatch(
      /^NotImplemented: .*filter/,
    );
  });
});

describe('UpdateContainerInstancesState', () => {
  const update = (count: number, status = 'DRAINING') => ({
    containerInstances: Array.from({ length: count }, (_, node) => instanceArn(node)),
    status,
  });

  it('takes ten container instances at a time and not one more', () => {
    const cluster = shop(11);
    expect(cluster.refusal('UpdateContainerInstancesState', update(11))).toBe(
      'InvalidParameterException: instanceIds can have at most 10 items.',
    );
    expect(cluster.refusal('UpdateContainerInstancesState', update(0))).toMatch(/cannot be empty/);
    const { containerInstances } = cluster.call('UpdateContainerInstancesState', update(10));
    expect(containerInstances.map(({ status }: Json) => status)).toEqual(
      Array.from({ length: 10 }, () => 'DRAINING'),
    );
    expect(cluster.node(10).status).toBe('ACTIVE');
  });

  it('sets those that are there, and names the others', () => {
    const cluster = shop();
    expect(
      cluster.call('UpdateContainerInstancesState', {
        containerInstances: ['node0', 'node7', 'node0'],
        status: 'DRAINING',
      }),
    ).toMatchObject({
      containerInstances: [{ containerInstanceArn: instanceArn(0), status: 'DRAINING' }],
      failures: [{ arn: instanceArn(7), reason: 'MISSING' }],
    });
  });

  it('knows no other status than ACTIVE and DRAINING', () => {
    expect(shop().refusal('UpdateContainerInstancesState', update(1, 'INACTIVE'))).toMatch(
      /^InvalidParameterException: .*ACTIVE,DRAINING/,
    );
  });

  it('changes nothing, and starts nothing, where all are so already', () => {
    const cluster = shop();
    cluster.pass(60);
    cluster.activate(0, 1);
    expect(cluster.isSettled).toBe(true);
    expect(cluster.node(0).version).toBe(1);
  });
});

describe('the lists that a request may name', () => {
  it.each([
    ['DescribeContainerInstances', 'containerInstances', 100],
    ['DescribeTasks', 'tasks', 100],
    ['DescribeServices', 'services', 10],
  ])('%s: %s, at most %i', (operation, member, most) => {
    const names = Array.from({ length: most + 1 }, (_, index) => `one${index}`);
    const cluster = shop();
    expect(cluster.refusal(operation, { [member]: names })).toMatch(
      new RegExp(`^InvalidParameterException: .* at most ${most} items`),
    );
    expect(cluster.refusal(operation, { [member]: [] })).toMatch(/^InvalidParameterException/);
    expect(cluster.call(operation, { [member]: names.slice(1) }).failures).toHaveLength(most);
  });
});

describe('ListServices', () => {
  it('has ten on a page unless asked for otherwise, and filters by what they are', () => {
    const services = Array.from({ length: 11 }, (_, index) => ({
      name: `web${index}`,
      desired: 0,
    }));
    const cluster = new Cluster(estateOf({ instances: 0, services }));
    expect(cluster.call('ListServices').serviceArns).toHaveLength(10);
    expect(cluster.call('ListServices', { maxResults: 100 }).serviceArns).toHaveLength(11);
    const daemons = { schedulingStrategy: 'DAEMON' };
    expect(shop().call('ListServices', daemons).serviceArns).toEqual([serviceArn('logs')]);
    expect(shop().call('ListServices', { launchType: 'FARGATE' }).serviceArns).toEqual([]);
  });
});

describe('ListTasks', () => {
  const listed = (input: Json) =>
    shop()
      .call('ListTasks', input)
      .taskArns.map((arn: string) => arn.split('/').at(-1));

  it('lists by instance, service, family, starter, or all', () => {
    expect(listed({})).toEqual(['web0', 'web1', 'logs0', 'logs1', 'report']);
    expect(listed({ containerInstance: 'node1' })).toEqual(['web1', 'logs1', 'report']);
    expect(listed({ serviceName: 'web' })).toEqual(['web0', 'web1']);
    expect(listed({ serviceName: serviceArn('web') })).toEqual(['web0', 'web1']);
    expect(listed({ family: 'report' })).toEqual(['report']);
    expect(listed({ startedBy: 'events-rule/nightly' })).toEqual(['report']);
    expect(listed({ containerInstance: 'node1', launchType: 'FARGATE' })).toEqual([]);
    expect(listed({ desiredStatus: 'STOPPED' })).toEqual([]);
    expect(listed({ desiredStatus: 'PENDING' })).toEqual([]);
  });

  it.each([
    [{ startedBy: 'me', desiredStatus: 'RUNNING' }, 'startedBy'],
    [{ startedBy: 'me', serviceName: 'web' }, 'startedBy'],
    [{ serviceName: 'web', containerInstance: 'node1' }, 'serviceName'],
    [{ serviceName: 'web', family: 'web' }, 'serviceName'],
  ])('takes one filter at a time: not %j', (input, first) => {
    expect(shop().refusal('ListTasks', input)).toBe(
      `InvalidParameterException: cannot specify ${first} with other arguments`,
    );
  });

  it('refuses a service and an instance that are not there', () => {
    expect(shop().refusal('ListTasks', { serviceName: 'wbe' })).toMatch(/^ServiceNotFound/);
    expect(shop().refusal('ListTasks', { containerInstance: 'node7' })).toMatch(/^InvalidParam/);
  });

  it('leaves out a task that is being stopped, though it is there still', () => {
    const cluster = shop();
    cluster.pass(1);
    cluster.drain(0);
    cluster.pass(600);
    const [stopped] = cluster.tasksOf('web', 'STOPPED');
    expect(stopped).toMatchObject({
      taskArn: taskArn('web0'),
      desiredStatus: 'STOPPED',
      stopCode: 'ServiceSchedulerInitiated',
    });
    expect(cluster.call('ListTasks', { serviceName: 'web' }).taskArns).not.toContain(
      taskArn('web0'),
    );
  });
});

describe('DescribeTasks', () => {
  it('shows where a task runs, what started it, and what it is part of', () => {
    expect(shop().call('DescribeTasks', { tasks: ['report'] }).tasks).toMatchObject([
      {
        clusterArn: CLUSTER,
        containerInstanceArn: instanceArn(1),
        group: 'family:report',
        startedBy: 'events-rule/nightly',
        lastStatus: 'RUNNING',
        desiredStatus: 'RUNNING',
      },
    ]);
  });
});

describe('what a call asks of IAM', () => {
  const estate = estateOf({ instances: 1, services: [{ name: 'web', on: [0] }] });
  estate.ecs.clusters[0].tags = [{ key: 'Stage', value: 'prod' }];
  estate.ecs.containerInstances[0].tags = [{ key: 'Owner', value: 'me' }];
  const scope: Scope = {
    account: ACCOUNT,
    region: REGION,
    partition: 'aws',
    estate,
    resources: [],
  };
  const asked = (operation: string, input: Json) =>
    ecs.operations[operation]?.authorize(
      { cluster: 'shop', ...input },
      ecs.createState(scope),
      scope,
      {
        now: 0,
        scope,
        peer: (id) => {
          throw new Error(`IAM asks for ${id}`);
        },
      },
    );
  const inCluster = { 'ecs:cluster': CLUSTER };

  it('names every container instance, its tags, and the cluster', () => {
    const owned = { 'aws:resourcetag/owner': 'me', 'ecs:resourcetag/owner': 'me' };
    for (const action of ['UpdateContainerInstancesState', 'DescribeContainerInstances']) {
      expect(asked(action, { containerInstances: ['node0', instanceArn(1)] })).toEqual([
        { action: `ecs:${action}`, resource: instanceArn(0), context: { ...inCluster, ...owned } },
        { action: `ecs:${action}`, resource: instanceArn(1), context: inCluster },
      ]);
    }
  });

  it('names services and tasks', () => {
    expect(asked('DescribeServices', { services: ['web'] })).toEqual([
      { action: 'ecs:DescribeServices', resource: serviceArn('web'), context: inCluster },
    ]);
    expect(asked('DescribeTasks', { tasks: ['web0'] })).toEqual([
      { action: 'ecs:DescribeTasks', resource: taskArn('web0'), context: inCluster },
    ]);
  });

  it('names the cluster itself, with its tags, and no condition on it', () => {
    const access = {
      resource: CLUSTER,
      context: { 'aws:resourcetag/stage': 'prod', 'ecs:resourcetag/stage': 'prod' },
    };
    expect(asked('ListContainerInstances', {})).toEqual([
      { action: 'ecs:ListContainerInstances', ...access },
    ]);
    expect(asked('DescribeClusters', { clusters: ['shop'] })).toEqual([
      { action: 'ecs:DescribeClusters', ...access },
    ]);
  });

  it('is everything where AWS has nothing narrower, with the cluster as a condition', () => {
    for (const action of ['ListServices', 'ListTasks']) {
      expect(asked(action, {})).toEqual([
        { action: `ecs:${action}`, resource: '*', context: inCluster },
      ]);
    }
    expect(asked('ListTasks', { containerInstance: 'node0' })).toMatchObject([
      { action: 'ecs:ListTasks', resource: instanceArn(0) },
    ]);
  });
});

describe('an estate that cannot be used', () => {
  it.each([
    ['a task of a service that is not there', 'web', (ecsPart: Json) => ecsPart.services.pop()],
    [
      'a task on a container instance that is not there',
      'node1',
      (ecsPart: Json) => ecsPart.containerInstances.pop(),
    ],
    [
      'an ARN without the cluster',
      'does not name its cluster',
      (ecsPart: Json) => {
        ecsPart.containerInstances[0].containerInstanceArn = `arn:aws:ecs:${REGION}:${ACCOUNT}:container-instance/node0`;
      },
    ],
    [
      'a constraint that is not emulated',
      'memberOf',
      (ecsPart: Json) => {
        ecsPart.services[0].placementConstraints = [{ type: 'memberOf', expression: 'true' }];
      },
    ],
    [
      'a service that is being deployed',
      'being deployed',
      (ecsPart: Json) => {
        ecsPart.services[0].deployments = [{ status: 'PRIMARY' }, { status: 'ACTIVE' }];
      },
    ],
  ])('%s', (_, named, spoil) => {
    const estate = estateOf({ instances: 2, services: [{ name: 'web', on: [0, 1] }] });
    spoil(estate.ecs);
    expect(() => new Cluster(estate)).toThrow(named);
  });
});
