import type { Duration } from '../services/duration';
import type { Json } from '../services/service';

/**
 * An AWS account before a rehearsal, as its file describes it: `schemas/estate.schema.json`. Shapes are those of
 * AWS's own calls, times are texts in ISO 8601. What the file leaves out has been filled in.
 */
export interface Estate {
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
  /** ISO 8601: where a rehearsal starts unless told otherwise. */
  readonly capturedAt: string;
  readonly appstream: {
    readonly images: readonly Json[];
    readonly imageBuilders: readonly Json[];
    readonly fleets: readonly Json[];
  };
  readonly autoscaling: AutoScalingEstate;
  readonly cloudwatch: { readonly alarms: readonly Json[] };
  readonly ec2: Ec2Estate;
  readonly ecs: EcsEstate;
  readonly ses: { readonly sandbox: boolean; readonly identities: readonly Json[] };
  readonly sns: { readonly topics: readonly { readonly TopicArn: string }[] };
  readonly ssm: { readonly parameters: readonly Json[]; readonly opsItems?: readonly Json[] };
  readonly dynamodb: {
    readonly tables: readonly { readonly TableName: string; readonly Items?: readonly Json[] }[];
  };
  /** By service and quota code, `appstream2:L-9B6418E0`; absent: AWS's default. */
  readonly quotas: Readonly<Record<string, number>>;
  /** By service and work, `appstream.updateImage`; absent: what the emulated service takes. */
  readonly durations: Readonly<Record<string, Readonly<Record<string, Duration>>>>;
  readonly outcomes: readonly Outcome[];
  readonly events: readonly EstateEvent[];
}

/** As DescribeImages, DescribeInstances, DescribeLaunchTemplates and DescribeLaunchTemplateVersions show it. */
export interface Ec2Estate {
  readonly images: readonly Json[];
  readonly instances: readonly Json[];
  /** Each with its `Versions`, the oldest first. */
  readonly launchTemplates: readonly Json[];
}

/** As DescribeAutoScalingGroups shows it. */
export interface AutoScalingEstate {
  /** Each with its `Instances` and, if any, `LifecycleHooks`, `InstanceRefreshes`, `ScheduledActions`, `WarmPool`, `Activities`. */
  readonly groups: readonly Json[];
}

/** As the Describe calls of ECS show it. */
export interface EcsEstate {
  readonly clusters: readonly Json[];
  readonly capacityProviders: readonly Json[];
  readonly taskDefinitions: readonly Json[];
  readonly containerInstances: readonly Json[];
  readonly services: readonly Json[];
  readonly tasks: readonly Json[];
}

/** What goes otherwise than well. */
export type Outcome =
  | {
      /** How an image update ends. */
      readonly service: 'appstream';
      /** Name of the image that is updated. */
      readonly image: string;
      readonly on: 'update';
      /** Which update of it, from 1. @default every */
      readonly attempt?: number;
      readonly result: 'FAILED' | 'AVAILABLE' | 'INCOMPATIBLE';
      readonly duration?: Duration;
      /** Of the image's `StateChangeReason`, as is `message`. */
      readonly code?: string;
      readonly message?: string;
      readonly errors?: readonly Json[];
    }
  | {
      /** What becomes of instances of an AMI. */
      readonly service: 'ec2';
      /** Id of the AMI. */
      readonly image: string;
      readonly on: 'launch';
      /** They boot but fail their status checks for ever, or are not launched at all. */
      readonly result: 'UNHEALTHY' | 'FAILED';
      readonly message?: string;
    };

/** Something that happens without anybody's call, after the account was captured. `at` is ISO 8601. */
export type EstateEvent =
  | {
      readonly at: string;
      readonly type: 'appstream.baseImageReleased';
      /** Only images of this platform. @default all */
      readonly platform?: string;
    }
  | {
      readonly at: string;
      /** Somebody starts an update in the console. It is refused where AWS would. */
      readonly type: 'appstream.imageUpdateStarted';
      /** Name of the image that is updated. */
      readonly image: string;
      /** @default somebody */
      readonly by?: string;
      /** How long it takes; of bounds, the middle. @default as every update */
      readonly duration?: Duration;
    }
  | {
      readonly at: string;
      readonly type: 'ec2.imagePublished';
      /** As DescribeImages shows it from then on. */
      readonly image: Json;
    }
  | {
      readonly at: string;
      readonly type: 'ec2.imageStateChanged';
      /** Id of an image that the estate has, or that an event publishes. */
      readonly image: string;
      /** @default as before */
      readonly state?: string;
      /** @default as before */
      readonly deprecationTime?: string;
    }
  | {
      readonly at: string;
      readonly type: 'ssm.parameterChanged';
      readonly name: string;
      readonly value: string;
    }
  | {
      readonly at: string;
      readonly type: 'cloudwatch.alarmStateChanged';
      readonly alarm: string;
      readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
      readonly reason?: string;
    }
  | {
      readonly at: string;
      /** Somebody, or a scaling policy, sets the capacity of a group. */
      readonly type: 'autoscaling.desiredCapacityChanged';
      readonly group: string;
      readonly desired: number;
    };
