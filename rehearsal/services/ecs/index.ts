import type { Service } from '../service';
import { act, nextAt } from './activity';
import { describeCapacityProviders, describeClusters } from './clusters';
import {
  describeContainerInstances,
  listContainerInstances,
  updateContainerInstancesState,
} from './container-instances';
import { createState, toEstate } from './estate';
import { describeServices, listServices } from './services';
import type { EcsState } from './state';
import { describeTasks, listTasks } from './tasks';

export type { EcsState } from './state';

const GUIDE = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide';
const REFERENCE = 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference';

/** Amazon ECS on EC2: clusters, their container instances, and the tasks that services keep running there. */
export const ecs: Service<EcsState> = {
  id: 'ecs',
  clientPackage: '@aws-sdk/client-ecs',
  protocol: 'json-1.1',
  behaviours: [
    {
      id: 'update-state',
      text: 'At most 10 container instances change their state at once; those that are not there, or INACTIVE, are failures of their own.',
      source: 'https://github.com/minamijoyo/myaws/pull/25',
    },
    {
      id: 'drain-services',
      text: 'Tasks of services on a draining container instance are stopped as far as minimumHealthyPercent allows (a RUNNING task is healthy), and replaced as far as maximumPercent allows. PENDING ones stop at once. Standalone tasks are left alone.',
      source: `${GUIDE}/container-instance-draining.html`,
    },
    {
      id: 'load-balancers',
      text: 'A task behind a load balancer is healthy there as soon as it is RUNNING.',
      source: 'assumed',
    },
    {
      id: 'daemons',
      text: 'A daemon stops when no other task is left on a draining container instance.',
      source: `${GUIDE}/managed-instance-draining.html`,
    },
    {
      id: 'placement',
      text: 'A task is placed on any ACTIVE container instance with room, by the strategies of its service: without any by zone, then by instance. Among equals chance decides. Constraints are kept; capacity providers are not weighed.',
      source: `${GUIDE}/task-placement-strategies.html`,
    },
    {
      id: 'no-rebalancing',
      text: 'Services do not rebalance their tasks over Availability Zones or new container instances.',
      source: 'assumed',
    },
    {
      id: 'scale-in-order',
      text: 'Of surplus tasks of a service those that are PENDING stop first, then the youngest.',
      source: 'assumed',
    },
    {
      id: 'sizes',
      text: 'What a container instance has room for follows from others of its type, or from the type; of its memory tasks get 95 percent.',
      source: 'assumed',
    },
    {
      id: 'register',
      text: "Instances of a capacity provider's group, or of one that the cluster's container instances are from, register 15 to 45 seconds after they run unless the estate says otherwise. Those whose status checks fail never do.",
      source: 'assumed',
    },
    {
      id: 'termination',
      text: 'Tasks stop at once when their instance shuts down, and the container instance is INACTIVE.',
      source: 'assumed',
    },
    {
      id: 'inactive',
      text: 'An INACTIVE container instance is not listed, and can be described for an hour.',
      source: `${GUIDE}/ECS_instances.html`,
    },
    {
      id: 'list-tasks',
      text: 'Tasks are listed by desired status, RUNNING unless another is asked for: one that is being stopped is not listed, though it still runs. One filter is taken at a time.',
      source: `${REFERENCE}/API_ListTasks.html, https://github.com/boto/boto3/issues/874`,
    },
    {
      id: 'managed-draining',
      text: 'With managed draining an instance that its group terminates is set DRAINING, and the termination goes on once all its tasks have stopped, or after 48 hours. One that never registered waits for the heartbeat of the hook.',
      source: `${GUIDE}/managed-instance-draining.html`,
    },
    {
      id: 'managed-termination-protection',
      text: 'With managed termination protection an instance with tasks other than daemons is protected from scale-in, until the last of them has stopped.',
      source: `${GUIDE}/managed-termination-protection.html`,
    },
    {
      id: 'no-managed-scaling',
      text: 'Managed scaling leaves groups as large as they are.',
      source: 'assumed',
    },
    {
      id: 'no-events',
      text: 'ECS publishes no events on the bus.',
      source: 'assumed',
    },
  ],
  createState,
  operations: {
    DescribeClusters: describeClusters,
    DescribeCapacityProviders: describeCapacityProviders,
    ListContainerInstances: listContainerInstances,
    DescribeContainerInstances: describeContainerInstances,
    UpdateContainerInstancesState: updateContainerInstancesState,
    ListServices: listServices,
    DescribeServices: describeServices,
    ListTasks: listTasks,
    DescribeTasks: describeTasks,
  },
  nextAt,
  act,
  toEstate,
};
