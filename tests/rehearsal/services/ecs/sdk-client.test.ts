import {
  ClusterNotFoundException,
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  InvalidParameterException,
  paginateListContainerInstances,
  paginateListTasks,
  UpdateContainerInstancesStateCommand,
} from '@aws-sdk/client-ecs';
import { ecs } from '../../../../rehearsal/services/ecs';
import { startWireServer, type WireServer } from '../../../../rehearsal/wire/server';
import {
  Cluster,
  CLUSTER,
  estateOf,
  instanceArn,
  serviceArn,
  standalone,
  taskArn,
} from './support';

let cluster: Cluster;
let server: WireServer;
let client: ECSClient;
const defects: string[] = [];

beforeEach(async () => {
  cluster = new Cluster(
    estateOf({
      instances: 120,
      services: [{ name: 'web', on: [0, 1] }],
      provider: { managedDraining: 'ENABLED', managedScaling: { status: 'ENABLED' } },
      tasks: [standalone('report', 1)],
    }),
  );
  cluster.pass(1);
  server = await startWireServer({
    services: [ecs],
    onCall: async ({ operation, input }) => cluster.answer(operation, input),
    now: () => cluster.now,
    onDefect: (error, place) => defects.push(`${place}: ${error.message}`),
  });
  client = new ECSClient({
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
});

afterEach(async () => {
  client.destroy();
  await server.close();
  expect(defects).toEqual([]);
});

/** All entries of all pages. */
async function all<Page>(
  pages: AsyncIterable<Page>,
  entriesOf: (page: Page) => string[] | undefined,
): Promise<string[]> {
  const found: string[] = [];
  for await (const page of pages) found.push(...(entriesOf(page) ?? []));
  return found;
}

it("AWS's own client pages through container instances and tasks", async () => {
  const instances = await all(
    paginateListContainerInstances({ client }, { cluster: 'shop' }),
    ({ containerInstanceArns }) => containerInstanceArns,
  );
  expect(instances).toEqual(Array.from({ length: 120 }, (_, node) => instanceArn(node)));
  const tasks = await all(
    paginateListTasks({ client, pageSize: 2 }, { cluster: 'shop' }),
    ({ taskArns }) => taskArns,
  );
  expect(tasks).toEqual([taskArn('web0'), taskArn('web1'), taskArn('report')]);
});

it("AWS's own client reads what there is, times as dates", async () => {
  const { containerInstances } = await client.send(
    new DescribeContainerInstancesCommand({ cluster: 'shop', containerInstances: ['node1'] }),
  );
  expect(containerInstances).toMatchObject([
    {
      containerInstanceArn: instanceArn(1),
      status: 'ACTIVE',
      registeredAt: new Date('2026-01-01T00:00:00.000Z'),
      runningTasksCount: 2,
      remainingResources: [
        { name: 'CPU', integerValue: 2048 - 512 },
        { name: 'MEMORY', integerValue: 7680 - 1024 },
      ],
    },
  ]);
  const { tasks } = await client.send(
    new DescribeTasksCommand({ cluster: 'shop', tasks: ['report'] }),
  );
  expect(tasks).toMatchObject([{ group: 'family:report', containerInstanceArn: instanceArn(1) }]);
  const { clusters } = await client.send(new DescribeClustersCommand({ clusters: ['shop'] }));
  expect(clusters).toMatchObject([{ clusterArn: CLUSTER, runningTasksCount: 3 }]);
  const { capacityProviders } = await client.send(
    new DescribeCapacityProvidersCommand({ capacityProviders: ['nodes'] }),
  );
  expect(capacityProviders).toMatchObject([
    { autoScalingGroupProvider: { managedDraining: 'ENABLED' } },
  ]);
});

it("AWS's own client drains, and sees the service stable again as its waiter would", async () => {
  const update = new UpdateContainerInstancesStateCommand({
    cluster: 'shop',
    containerInstances: ['node0', 'node500'],
    status: 'DRAINING',
  });
  expect(await client.send(update)).toMatchObject({
    containerInstances: [{ status: 'DRAINING', containerInstanceArn: instanceArn(0) }],
    failures: [{ arn: instanceArn(500), reason: 'MISSING' }],
  });
  cluster.pass(600);
  const { services } = await client.send(
    new DescribeServicesCommand({ cluster: 'shop', services: [serviceArn('web')] }),
  );
  expect(services).toMatchObject([
    {
      status: 'ACTIVE',
      desiredCount: 2,
      runningCount: 2,
      pendingCount: 0,
      deployments: [{ id: 'ecs-svc/web', status: 'PRIMARY', runningCount: 2 }],
    },
  ]);
});

it("AWS's own client knows the errors", async () => {
  const described = (name: string, containerInstances: string[]) =>
    client.send(new DescribeContainerInstancesCommand({ cluster: name, containerInstances }));
  await expect(described('shpo', ['node0'])).rejects.toBeInstanceOf(ClusterNotFoundException);
  await expect(described('shop', [])).rejects.toBeInstanceOf(InvalidParameterException);
});
