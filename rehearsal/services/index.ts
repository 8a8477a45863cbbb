import { appstream } from './appstream';
import { autoscaling } from './autoscaling';
import { cloudwatch } from './cloudwatch';
import { dynamodb } from './dynamodb';
import { ec2 } from './ec2';
import { ecs } from './ecs';
import { eventbridge } from './eventbridge';
import { lambda } from './lambda';
import { logs } from './logs';
import { serviceQuotas } from './service-quotas';
import type { Service } from './service';
import { sesv2 } from './sesv2';
import { sns } from './sns';
import { sqs } from './sqs';
import { ssm } from './ssm';

/** Every emulated service, in the order in which a rehearsal lists them. Step Functions is the engine itself. */
export const services: readonly Service[] = [
  appstream,
  autoscaling,
  cloudwatch,
  dynamodb,
  ec2,
  ecs,
  eventbridge,
  lambda,
  logs,
  serviceQuotas,
  sesv2,
  sns,
  sqs,
  ssm,
] as readonly Service[];
