import { Cloud } from '../../../../rehearsal/engine/cloud';
import type { Trace } from '../../../../rehearsal/engine/trace';
import { ec2 } from '../../../../rehearsal/services/ec2';
import {
  impairmentAt,
  instanceState,
  passedChecksAt,
  runInstance,
  terminateInstance,
} from '../../../../rehearsal/services/ec2/instances';
import { launchData } from '../../../../rehearsal/services/ec2/launch-templates';
import type { Ec2State } from '../../../../rehearsal/services/ec2/state';
import {
  AwsError,
  type BusEvent,
  type Json,
  type Scope,
  type Service,
} from '../../../../rehearsal/services/service';
import { ssm } from '../../../../rehearsal/services/ssm';

export const START = '2026-02-01T12:00:00.000Z';
export const ACCOUNT = '111122223333';
export const AMAZON = '137112412989';
export const WEB = 'lt-0123456789abcdef0';

/** A service that does with EC2 what Auto Scaling does, through what EC2 exports. */
const launcher: Service = {
  id: 'launcher',
  clientPackage: '@aws-sdk/client-auto-scaling',
  protocol: 'query',
  behaviours: [],
  createState: () => ({}),
  toEstate: () => ({}),
  operations: {
    Run: {
      mutates: true,
      authorize: () => [],
      handle: ({ data, where }, _, call) =>
        runInstance(call.peer<Ec2State>('ec2'), data, where, call),
    },
    Terminate: {
      mutates: true,
      authorize: () => [],
      handle: ({ id }, _, call) => terminateInstance(call.peer<Ec2State>('ec2'), id, call),
    },
    LaunchData: {
      mutates: false,
      authorize: () => [],
      handle: (spec, _, call) => launchData(call.peer<Ec2State>('ec2'), spec, call),
    },
    Health: {
      mutates: false,
      authorize: () => [],
      handle: ({ id }, _, { peer, now }) => {
        const record = peer<Ec2State>('ec2').instances[id]!;
        return {
          state: instanceState(record, now),
          passed: passedChecksAt(record, now),
          impairment: impairmentAt(record, now),
        };
      },
    },
  },
};

/** EC2 and Parameter Store in an account, at a time that the test sets. */
export class Account {
  readonly events: BusEvent[] = [];
  readonly trace: Trace = { calls: [], executions: [], events: [], metrics: [] };
  readonly cloud: Cloud;
  now: number;

  constructor(estate: Json, draw = 0.5) {
    const scope: Scope = {
      account: ACCOUNT,
      region: 'eu-west-1',
      partition: 'aws',
      estate: { account: ACCOUNT, region: 'eu-west-1', capturedAt: START, ...estate },
      resources: [],
    };
    this.now = Date.parse(scope.estate.capturedAt);
    this.cloud = new Cloud({
      scope,
      services: [ec2, launcher, ssm] as readonly Service[],
      authorizer: { authorize: () => ({ allowed: true, reason: '' }) },
      trace: this.trace,
      now: () => this.now,
      random: () => draw,
      nextFault: () => undefined,
      emit: (event) => this.events.push(event),
    });
  }

  /** The answer, error or not. A rehearsal may be saved and resumed at any call. */
  answer(operation: string, input: Json = {}, service = 'ec2'): Json {
    const saved = this.cloud.save();
    this.cloud.restore(JSON.parse(JSON.stringify(saved)));
    return this.cloud.call({
      service,
      operation,
      input,
      principal: { roleArn: `arn:aws:iam::${ACCOUNT}:role/test` },
      caller: 'user',
    });
  }

  call(operation: string, input: Json = {}, service = 'ec2'): Json {
    const answer = this.answer(operation, input, service);
    if (answer.error !== undefined) throw answer.error;
    return answer.output;
  }

  /** Code and message of a refusal, which must have left everything as it was. */
  refusal(operation: string, input: Json = {}, service = 'ec2'): string {
    const before = JSON.stringify(this.cloud.save().services);
    const { error } = this.answer(operation, input, service);
    if (!(error instanceof AwsError)) throw new Error(`${operation} was not refused`);
    expect(JSON.stringify(this.cloud.save().services)).toBe(before);
    return `${error.code}: ${error.message}`;
  }

  run(data: Json, where: Json = { availabilityZone: 'eu-west-1a' }): string {
    return this.call('Run', { data, where }, 'launcher');
  }

  health(id: string): Json {
    return this.call('Health', { id }, 'launcher');
  }

  advance(seconds: number): void {
    const then = this.now + seconds * 1000;
    for (;;) {
      const next = this.cloud.nextAt();
      if (next === undefined || next > then) break;
      this.now = Math.max(this.now, next);
      this.cloud.act();
    }
    this.now = then;
  }

  /** Whether nothing will ever happen by itself. */
  get isSettled(): boolean {
    return this.cloud.nextAt() === undefined;
  }
}

export function image(ImageId: string, more: Json = {}): Json {
  return {
    ImageId,
    Name: `name of ${ImageId}`,
    OwnerId: ACCOUNT,
    State: 'available',
    Architecture: 'x86_64',
    VirtualizationType: 'hvm',
    RootDeviceType: 'ebs',
    RootDeviceName: '/dev/xvda',
    CreationDate: '2026-01-10T00:00:00.000Z',
    ...more,
  };
}

export function instance(InstanceId: string, more: Json = {}): Json {
  return {
    InstanceId,
    ImageId: 'ami-00000000000000001',
    InstanceType: 'm6i.large',
    LaunchTime: '2026-01-11T00:00:00.000Z',
    Placement: { AvailabilityZone: 'eu-west-1a' },
    State: { Code: 16, Name: 'running' },
    ...more,
  };
}

/** A launch template with a version for each of the given data, the first one the default. */
export function template(data: readonly Json[], more: Json = {}): Json {
  const named = { LaunchTemplateId: WEB, LaunchTemplateName: 'web' };
  return {
    ...named,
    CreateTime: '2025-06-01T00:00:00.000Z',
    CreatedBy: `arn:aws:iam::${ACCOUNT}:root`,
    DefaultVersionNumber: 1,
    LatestVersionNumber: data.length,
    Versions: data.map((LaunchTemplateData, index) => ({
      ...named,
      VersionNumber: index + 1,
      CreateTime: '2025-06-01T00:00:00.000Z',
      CreatedBy: `arn:aws:iam::${ACCOUNT}:root`,
      DefaultVersion: index === 0,
      LaunchTemplateData,
    })),
    ...more,
  };
}
