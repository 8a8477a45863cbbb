import { SeededRandom } from '../../../../rehearsal/engine/random';
import type {
  AutoScalingState,
  GroupInstance,
} from '../../../../rehearsal/services/autoscaling/state';
import { ec2 } from '../../../../rehearsal/services/ec2';
import { runInstance, terminateInstance } from '../../../../rehearsal/services/ec2/instances';
import type { Ec2State } from '../../../../rehearsal/services/ec2/state';
import { ecs } from '../../../../rehearsal/services/ecs';
import type { EcsState } from '../../../../rehearsal/services/ecs/state';
import {
  AwsError,
  type Activity,
  type Json,
  type Metric,
  type Scope,
} from '../../../../rehearsal/services/service';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
export const START = '2026-02-01T12:00:00.000Z';
export const CLUSTER = `arn:aws:ecs:${REGION}:${ACCOUNT}:cluster/shop`;
export const GROUP = 'shop-nodes';
export const OLD_IMAGE = 'ami-00000000000000001';
export const NEW_IMAGE = 'ami-00000000000000002';
export const BAD_IMAGE = 'ami-00000000000000003';
const ZONES = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];

export function instanceArn(id: string | number): string {
  return `arn:aws:ecs:${REGION}:${ACCOUNT}:container-instance/shop/node${id}`;
}

export function serviceArn(name: string): string {
  return `arn:aws:ecs:${REGION}:${ACCOUNT}:service/shop/${name}`;
}

export function taskArn(id: string): string {
  return `arn:aws:ecs:${REGION}:${ACCOUNT}:task/shop/${id}`;
}

export function ec2Id(id: string | number): string {
  return `i-${String(id).padStart(17, '0')}`;
}

/** A service of tasks of a quarter of a CPU unless said otherwise; an instance takes eight of them. */
export interface ServiceOptions {
  readonly name: string;
  readonly desired?: number;
  /** Which instances its tasks run on at the start. @default none: they start first */
  readonly on?: readonly number[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly cpu?: number;
  readonly members?: Json;
}

export interface EstateOptions {
  readonly instances: number;
  readonly services?: readonly ServiceOptions[];
  /** Members of the capacity provider's `autoScalingGroupProvider`. @default no capacity provider */
  readonly provider?: Json;
  /** Added to the tasks of the services. */
  readonly tasks?: readonly Json[];
  readonly ecs?: Json;
  readonly durations?: Json;
}

/** A cluster of `m5.large` instances, `node0` and so on, in three zones by turns. */
export function estateOf(options: EstateOptions): Json {
  const { instances, services = [], provider, tasks = [] } = options;
  const nodes = Array.from({ length: instances }, (_, index) => index);
  return {
    account: ACCOUNT,
    region: REGION,
    capturedAt: START,
    ec2: {
      images: [OLD_IMAGE, NEW_IMAGE, BAD_IMAGE].map((ImageId) => ({
        ImageId,
        State: 'available',
        OwnerId: 'amazon',
        Architecture: 'x86_64',
        VirtualizationType: 'hvm',
      })),
      instances: nodes.map((node) => ({
        InstanceId: ec2Id(node),
        ImageId: OLD_IMAGE,
        InstanceType: 'm5.large',
        Placement: { AvailabilityZone: ZONES[node % 3] },
        State: { Code: 16, Name: 'running' },
      })),
    },
    autoscaling: {
      groups: [
        {
          AutoScalingGroupName: GROUP,
          Instances: nodes.map((node) => ({ InstanceId: ec2Id(node) })),
        },
      ],
    },
    ecs: {
      clusters: [
        {
          clusterArn: CLUSTER,
          clusterName: 'shop',
          status: 'ACTIVE',
          ...(provider !== undefined && { capacityProviders: ['nodes'] }),
        },
      ],
      capacityProviders:
        provider === undefined
          ? []
          : [
              {
                name: 'nodes',
                autoScalingGroupProvider: {
                  autoScalingGroupArn: `arn:aws:autoscaling:${REGION}:${ACCOUNT}:autoScalingGroup:1:autoScalingGroupName/${GROUP}`,
                  ...provider,
                },
              },
            ],
      containerInstances: nodes.map((node) => ({
        containerInstanceArn: instanceArn(node),
        ec2InstanceId: ec2Id(node),
        status: 'ACTIVE',
        registeredAt: '2026-01-01T00:00:00.000Z',
        ...(provider !== undefined && { capacityProviderName: 'nodes' }),
        attributes: [
          { name: 'ecs.ami-id', value: OLD_IMAGE },
          { name: 'ecs.availability-zone', value: ZONES[node % 3] },
          { name: 'ecs.instance-type', value: 'm5.large' },
        ],
        registeredResources: [
          { name: 'CPU', type: 'INTEGER', integerValue: 2048 },
          { name: 'MEMORY', type: 'INTEGER', integerValue: 7680 },
        ],
      })),
      taskDefinitions: services.map(({ name, cpu = 256 }) => ({
        taskDefinitionArn: definitionOf(name),
        cpu: String(cpu),
        memory: '512',
      })),
      services: services.map((service) => ({
        serviceArn: serviceArn(service.name),
        serviceName: service.name,
        clusterArn: CLUSTER,
        desiredCount: service.desired ?? service.on?.length ?? 1,
        launchType: 'EC2',
        taskDefinition: definitionOf(service.name),
        deploymentConfiguration: {
          minimumHealthyPercent: service.minimum ?? 100,
          maximumPercent: service.maximum ?? 200,
        },
        ...service.members,
      })),
      tasks: [
        ...services.flatMap(({ name, on = [], cpu = 256 }) =>
          on.map((node, index) => ({
            taskArn: taskArn(`${name}${index}`),
            clusterArn: CLUSTER,
            containerInstanceArn: instanceArn(node),
            taskDefinitionArn: definitionOf(name),
            group: `service:${name}`,
            startedBy: `ecs-svc/${name}`,
            lastStatus: 'RUNNING',
            desiredStatus: 'RUNNING',
            cpu: String(cpu),
            memory: '512',
          })),
        ),
        ...tasks,
      ],
      ...options.ecs,
    },
    outcomes: [{ service: 'ec2', image: BAD_IMAGE, on: 'launch', result: 'UNHEALTHY' }],
    durations: options.durations ?? {},
  };
}

/** A standalone task of one instance. */
export function standalone(id: string, node: number): Json {
  return {
    taskArn: taskArn(id),
    clusterArn: CLUSTER,
    containerInstanceArn: instanceArn(node),
    taskDefinitionArn: definitionOf('report'),
    group: 'family:report',
    startedBy: 'events-rule/nightly',
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
    cpu: '256',
    memory: '512',
  };
}

function definitionOf(name: string): string {
  return `arn:aws:ecs:${REGION}:${ACCOUNT}:task-definition/${name}:3`;
}

/** ECS with the EC2 that it lives on, and an Auto Scaling group that does what the test says and nothing else. */
export class Cluster {
  now = Date.parse(START);
  readonly metrics: (Omit<Metric, 'at'> & { readonly at: number })[] = [];
  readonly used = new Set<string>();
  readonly autoscaling: AutoScalingState;
  private state: EcsState;
  private readonly ec2: Ec2State;
  private readonly scope: Scope;
  private readonly random = new SeededRandom(7).next;

  constructor(estate: Json) {
    this.scope = { account: ACCOUNT, region: REGION, partition: 'aws', estate, resources: [] };
    this.state = ecs.createState(this.scope);
    this.ec2 = ec2.createState(this.scope);
    const instances = estate.autoscaling.groups[0].Instances.map(({ InstanceId }: Json) =>
      member(InstanceId),
    );
    const group = { AutoScalingGroupName: GROUP, AutoScalingGroupARN: `arn:${GROUP}` };
    this.autoscaling = {
      groups: {
        [GROUP]: {
          group,
          instances,
          hooks: [],
          refreshes: [],
          scheduledActions: [],
          activities: [],
          touched: false,
        },
      },
      issued: 0,
      eventsDone: 0,
    };
  }

  /** The group's instances; what is changed in them is changed in the group. */
  get members(): GroupInstance[] {
    return this.autoscaling.groups[GROUP]!.instances;
  }

  call(operation: string, input: Json = {}): Json {
    const found = ecs.operations[operation];
    if (found === undefined) throw new Error(`ecs does not implement ${operation}`);
    // A rehearsal may be saved and resumed at any call.
    this.state = JSON.parse(JSON.stringify(this.state));
    return found.handle({ cluster: 'shop', ...input }, this.state, {
      ...this.activity(),
      caller: 'user',
      principal: 'user',
    });
  }

  /** As `call`, its error as part of the answer. */
  answer(operation: string, input: Json): { output: Json } | { error: AwsError } {
    try {
      return { output: this.call(operation, input) };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { error };
    }
  }

  /** The error that a call answers, which changes nothing; throws where it answers none. */
  refusal(operation: string, input: Json = {}): string {
    const before = JSON.stringify(this.state);
    try {
      this.call(operation, input);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (JSON.stringify(this.state) !== before)
        throw new Error('a refused call changed the state');
      return `${error.code}: ${error.message}`;
    }
    throw new Error(`${operation} was not refused`);
  }

  /** Lets time pass. Throws where ECS keeps itself busy. */
  pass(seconds: number, each: () => void = () => undefined): void {
    const then = this.now + seconds * 1000;
    for (let rounds = 0; ; rounds += 1) {
      const next = ecs.nextAt?.(this.state, this.activity());
      if (next === undefined || next > then) break;
      if (rounds === 10_000) throw new Error('ECS never settles');
      this.now = Math.max(this.now, next);
      ecs.act?.(this.state, this.activity());
      each();
    }
    this.now = then;
  }

  /** Whether nothing is under way, nor will be. */
  get isSettled(): boolean {
    return ecs.nextAt?.(this.state, this.activity()) === undefined;
  }

  /** Launches an instance into the group. @returns its id */
  launch(image: string): string {
    const data = { ImageId: image, InstanceType: 'm5.large' };
    const where = { availabilityZone: ZONES[this.members.length % 3]! };
    const id = runInstance(this.ec2, data, where, this.activity());
    this.members.push(member(id));
    return id;
  }

  /** Terminates an instance, drained or not; its group does not know yet. */
  terminateOnly(id: string): void {
    terminateInstance(this.ec2, id, this.activity());
  }

  /** Terminates an instance, drained or not, and takes it out of the group. */
  terminate(id: string): void {
    this.terminateOnly(id);
    const group = this.autoscaling.groups[GROUP]!;
    group.instances = group.instances.filter(({ InstanceId }) => InstanceId !== id);
  }

  drain(...nodes: readonly number[]): void {
    const containerInstances = nodes.map(instanceArn);
    this.call('UpdateContainerInstancesState', { containerInstances, status: 'DRAINING' });
  }

  activate(...nodes: readonly number[]): void {
    const containerInstances = nodes.map(instanceArn);
    this.call('UpdateContainerInstancesState', { containerInstances, status: 'ACTIVE' });
  }

  /** Of one instance. */
  node(node: number | string): Json {
    const arn = typeof node === 'number' ? instanceArn(node) : node;
    return this.call('DescribeContainerInstances', { containerInstances: [arn] })
      .containerInstances[0];
  }

  /** All that are listed. */
  nodes(): Json[] {
    const { containerInstanceArns } = this.call('ListContainerInstances');
    return this.call('DescribeContainerInstances', { containerInstances: containerInstanceArns })
      .containerInstances;
  }

  service(name: string): Json {
    return this.call('DescribeServices', { services: [name] }).services[0];
  }

  /** Where the tasks of a service are that are to run: ends of ARNs, sorted. */
  placesOf(name: string): string[] {
    return this.tasksOf(name)
      .map(({ containerInstanceArn }) => containerInstanceArn.split('/').at(-1))
      .sort();
  }

  /** Tasks of a service by desired status. */
  tasksOf(serviceName: string, desiredStatus = 'RUNNING'): Json[] {
    const { taskArns } = this.call('ListTasks', { serviceName, desiredStatus });
    return taskArns.length === 0 ? [] : this.call('DescribeTasks', { tasks: taskArns }).tasks;
  }

  /** Everything that ECS keeps, as text. */
  get saved(): string {
    return JSON.stringify(this.state);
  }

  estate(): Json {
    return ecs.toEstate(this.state, this.now, this.scope);
  }

  /** The lowest number of running tasks of a service since some time, by the metric. */
  lowest(name: string, since = 0): number {
    const ofService = this.metrics.filter(({ dimensions }) => dimensions.ServiceName === name);
    const before = ofService.filter(({ at }) => at <= since).at(-1);
    const values = ofService.filter(({ at }) => at > since);
    return Math.min(
      ...[...(before === undefined ? [] : [before]), ...values].map((one) => one.value),
    );
  }

  private activity(): Activity {
    const peers: Json = { ec2: this.ec2, autoscaling: this.autoscaling };
    return {
      now: this.now,
      scope: this.scope,
      random: this.random,
      uses: (id) => {
        if (!ecs.behaviours.some((behaviour) => behaviour.id === id)) {
          throw new Error(`the table of behaviours has no ${id}`);
        }
        this.used.add(id);
      },
      emit: () => undefined,
      measure: (metric) => this.metrics.push({ ...metric, at: this.now }),
      peer: (id) => peers[id],
    };
  }
}

function member(InstanceId: string): GroupInstance {
  return {
    InstanceId,
    AvailabilityZone: 'eu-west-1a',
    LifecycleState: 'InService',
    HealthStatus: 'Healthy',
    ProtectedFromScaleIn: false,
  };
}
