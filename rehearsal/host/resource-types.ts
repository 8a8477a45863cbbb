import type { Json } from '../services/service';
import { digest, uniqueId, uuid, type AutoName } from './naming';
import type { Placement } from './outputs';

/** How the AWS provider completes the inputs of one resource type. */
export interface ResourceType {
  /** Whether it lives in a region, so that it has a `region` output. IAM does not. */
  readonly regional: boolean;
  /** Whether it can have tags, so that the provider's default tags apply. */
  readonly tagged: boolean;
  /** Of the types that Pulumi names. Rules: https://github.com/pulumi/pulumi-aws/blob/master/provider/resources.go */
  readonly autoName?: (inputs: Json) => AutoName;
  /** From the inputs, completed with name and region, to what is known after the creation. */
  readonly compute: (inputs: Json, place: Place) => { readonly id: string } & Record<string, Json>;
}

interface Place extends Placement {
  readonly urn: string;
}

type Compute = ResourceType['compute'];

const regional = (compute: Compute): ResourceType => ({ regional: true, tagged: true, compute });
const global = (compute: Compute): ResourceType => ({ regional: false, tagged: true, compute });
/** A part of another resource, which has no tags of its own. */
const part = (type: ResourceType): ResourceType => ({ ...type, tagged: false });
const named = (type: ResourceType, maxLength: number, property = 'name'): ResourceType => ({
  ...type,
  autoName: () => ({ property, maxLength }),
});
const fifoNamed = (type: ResourceType, maxLength: number): ResourceType => ({
  ...type,
  autoName: ({ fifoQueue, fifoTopic }) =>
    (fifoQueue ?? fifoTopic) ? { maxLength, suffix: '.fifo' } : { maxLength },
});

const arn = (service: string, { region, account }: Placement, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;
const iamArn = ({ account }: Placement, resource: string): string =>
  `arn:aws:iam::${account}:${resource}`;

/** A resource whose id is its name. */
const byName =
  (service: string, resource: (name: string) => string): Compute =>
  ({ name }, place) => ({ id: name, arn: arn(service, place, resource(name)) });
/** A resource whose id is its ARN. */
const byArn =
  (service: string, resource: (inputs: Json, place: Place) => string): Compute =>
  (inputs, place) => {
    const own = arn(service, place, resource(inputs, place));
    return { id: own, arn: own };
  };
const generated =
  (length: number): Compute =>
  (_inputs, { urn }) => ({ id: digest(urn, 'id').slice(0, length) });

// EC2 Image Builder makes ARNs of lower-case names: https://docs.aws.amazon.com/imagebuilder/latest/userguide/security-iam.html
const slug = (name: string): string => name.toLowerCase().replace(/[ _]/g, '-');

/** By type token. ARN formats: https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html */
export const RESOURCE_TYPES: Readonly<Record<string, ResourceType>> = {
  'aws:iam/role:Role': named(
    global(({ name, path }, place) => ({
      id: name,
      arn: iamArn(place, `role${path ?? '/'}${name}`),
      uniqueId: uniqueId(place.urn, 'AROA', 17),
    })),
    64,
  ),
  'aws:iam/policy:Policy': named(
    global(({ name, path }, place) => ({
      id: iamArn(place, `policy${path ?? '/'}${name}`),
      arn: iamArn(place, `policy${path ?? '/'}${name}`),
      policyId: uniqueId(place.urn, 'ANPA', 17),
    })),
    128,
  ),
  'aws:iam/rolePolicy:RolePolicy': part(
    named(
      global(({ name, role }) => ({ id: `${role}:${name}` })),
      128,
    ),
  ),
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': part(
    global(({ role, policyArn }) => ({
      id: `${role}/${policyArn}`,
    })),
  ),
  'aws:iam/instanceProfile:InstanceProfile': named(
    global(({ name, path }, place) => ({
      id: name,
      arn: iamArn(place, `instance-profile${path ?? '/'}${name}`),
      uniqueId: uniqueId(place.urn, 'AIPA', 17),
    })),
    128,
  ),

  'aws:lambda/function:Function': named(
    regional(({ name, publish }, place) => {
      const own = arn('lambda', place, `function:${name}`);
      const version = publish === true ? '1' : '$LATEST';
      const invoke = (target: string): string =>
        `arn:aws:apigateway:${place.region}:lambda:path/2015-03-31/functions/${target}/invocations`;
      return {
        id: name,
        arn: own,
        version,
        qualifiedArn: `${own}:${version}`,
        invokeArn: invoke(own),
        qualifiedInvokeArn: invoke(`${own}:${version}`),
      };
    }),
    64,
  ),
  'aws:lambda/permission:Permission': part(
    named(
      regional(({ statementId }) => ({ id: statementId })),
      100,
      'statementId',
    ),
  ),
  'aws:lambda/eventSourceMapping:EventSourceMapping': regional((_inputs, place) => {
    const own = uuid(place.urn, 'id');
    return { id: own, uuid: own, arn: arn('lambda', place, `event-source-mapping:${own}`) };
  }),

  'aws:cloudwatch/logGroup:LogGroup': named(
    regional(byName('logs', (name) => `log-group:${name}`)),
    512,
  ),
  'aws:cloudwatch/logResourcePolicy:LogResourcePolicy': part(
    regional(({ policyName }) => ({
      id: policyName,
    })),
  ),
  'aws:cloudwatch/metricAlarm:MetricAlarm': named(
    regional(byName('cloudwatch', (name) => `alarm:${name}`)),
    255,
  ),
  'aws:cloudwatch/compositeAlarm:CompositeAlarm': regional(({ alarmName }, place) => ({
    id: alarmName,
    arn: arn('cloudwatch', place, `alarm:${alarmName}`),
  })),
  'aws:cloudwatch/dashboard:Dashboard': part(
    regional(({ dashboardName }, { account }) => ({
      id: dashboardName,
      dashboardArn: `arn:aws:cloudwatch::${account}:dashboard/${dashboardName}`,
    })),
  ),
  'aws:cloudwatch/eventBus:EventBus': named(
    regional(byName('events', (name) => `event-bus/${name}`)),
    256,
  ),
  'aws:cloudwatch/eventRule:EventRule': named(
    regional(({ name, eventBusName }, place) => {
      // The default bus is left out of ARN and id.
      const own = [undefined, 'default'].includes(eventBusName) ? name : `${eventBusName}/${name}`;
      return { id: own, arn: arn('events', place, `rule/${own}`) };
    }),
    64,
  ),
  'aws:cloudwatch/eventTarget:EventTarget': part(
    regional(({ rule, targetId, eventBusName }, place) => {
      const own = targetId ?? `terraform-${digest(place.urn, 'id').slice(0, 26)}`;
      const bus = [undefined, 'default'].includes(eventBusName) ? '' : `${eventBusName}-`;
      return { id: `${bus}${rule}-${own}`, targetId: own };
    }),
  ),
  'aws:scheduler/schedule:Schedule': part(
    named(
      regional(({ name, groupName }, place) => {
        const group = groupName ?? 'default';
        return {
          id: `${group}/${name}`,
          groupName: group,
          arn: arn('scheduler', place, `schedule/${group}/${name}`),
        };
      }),
      64,
    ),
  ),
  'aws:scheduler/scheduleGroup:ScheduleGroup': named(
    regional(byName('scheduler', (name) => `schedule-group/${name}`)),
    64,
  ),
  'aws:sfn/stateMachine:StateMachine': named(
    regional((inputs, place) => {
      const own = byArn('states', ({ name }) => `stateMachine:${name}`)(inputs, place);
      const version = inputs.publish === true ? { stateMachineVersionArn: `${own.id}:1` } : {};
      return { ...own, ...version, status: 'ACTIVE' };
    }),
    80,
  ),

  'aws:sns/topic:Topic': fifoNamed(
    regional((inputs, place) => ({
      ...byArn('sns', ({ name }) => name)(inputs, place),
      owner: place.account,
    })),
    256,
  ),
  'aws:sns/topicPolicy:TopicPolicy': part(
    regional((inputs, { account }) => ({
      id: inputs.arn,
      owner: account,
    })),
  ),
  'aws:sns/topicSubscription:TopicSubscription': part(
    regional(({ topic, protocol }, { account, urn }) => {
      const own = `${topic}:${uuid(urn, 'id')}`;
      // A person has to confirm: https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
      const pending = protocol === 'email' || protocol === 'email-json';
      return { id: own, arn: own, ownerId: account, pendingConfirmation: pending };
    }),
  ),
  'aws:sqs/queue:Queue': fifoNamed(
    regional(({ name }, place) => {
      const url = `https://sqs.${place.region}.amazonaws.com/${place.account}/${name}`;
      return { id: url, url, arn: arn('sqs', place, name) };
    }),
    80,
  ),
  'aws:sqs/queuePolicy:QueuePolicy': part(regional(({ queueUrl }) => ({ id: queueUrl }))),

  'aws:dynamodb/table:Table': named(
    regional((inputs, place) => {
      const table = byName('dynamodb', (name) => `table/${name}`)(inputs, place);
      if (inputs.streamEnabled !== true) return table;
      const streamLabel = '2024-01-01T00:00:00.000';
      return { ...table, streamLabel, streamArn: `${table.arn}/stream/${streamLabel}` };
    }),
    255,
  ),
  'aws:kms/key:Key': regional((_inputs, place) => {
    const keyId = uuid(place.urn, 'key');
    return { id: keyId, keyId, arn: arn('kms', place, `key/${keyId}`) };
  }),
  'aws:kms/alias:Alias': part({
    ...regional(({ name, targetKeyId }, place) => {
      const key = String(targetKeyId);
      const targetKeyArn = key.startsWith('arn:') ? key : arn('kms', place, `key/${key}`);
      return { id: name, arn: arn('kms', place, name), targetKeyArn };
    }),
    // https://github.com/pulumi/pulumi-aws/pull/1445
    autoName: () => ({ prefix: 'alias/', maxLength: 256 }),
  }),
  'aws:sesv2/emailIdentity:EmailIdentity': regional(({ emailIdentity }, place) => ({
    id: emailIdentity,
    arn: arn('ses', place, `identity/${emailIdentity}`),
    identityType: String(emailIdentity).includes('@') ? 'EMAIL_ADDRESS' : 'DOMAIN',
    // Until somebody follows the link in the mail: https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
    verifiedForSendingStatus: false,
    verificationStatus: 'PENDING',
  })),
  'aws:sesv2/configurationSet:ConfigurationSet': regional(({ configurationSetName }, place) => ({
    id: configurationSetName,
    arn: arn('ses', place, `configuration-set/${configurationSetName}`),
  })),
  'aws:ssm/parameter:Parameter': named(
    regional((inputs, place) => ({
      ...byName('ssm', (name) => `parameter${name.startsWith('/') ? '' : '/'}${name}`)(
        inputs,
        place,
      ),
      version: 1,
    })),
    2048,
  ),
  'aws:ssm/document:Document': named(regional(byName('ssm', (name) => `document/${name}`)), 128),
  'aws:secretsmanager/secret:Secret': named(
    regional(
      byArn(
        'secretsmanager',
        ({ name }, { urn }) => `secret:${name}-${digest(urn, 'secret').slice(0, 6)}`,
      ),
    ),
    512,
  ),
  'aws:secretsmanager/secretVersion:SecretVersion': part(
    regional(({ secretId }, { urn }) => {
      const versionId = uuid(urn, 'version');
      return { id: `${secretId}|${versionId}`, arn: secretId, versionId };
    }),
  ),

  // Cloud Control tells a resource by its primary identifier:
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-appstream-directoryconfig.html
  'aws-native:appstream:DirectoryConfig': part(
    regional(({ directoryName }) => ({ id: directoryName })),
  ),

  'aws:apigatewayv2/api:Api': named(
    regional((_inputs, place) => {
      const own = digest(place.urn, 'id').slice(0, 10);
      return {
        id: own,
        arn: `arn:aws:apigateway:${place.region}::/apis/${own}`,
        apiEndpoint: `https://${own}.execute-api.${place.region}.amazonaws.com`,
        executionArn: arn('execute-api', place, own),
      };
    }),
    128,
  ),
  'aws:apigatewayv2/stage:Stage': named(
    regional(({ name, apiId }, place) => ({
      id: name,
      arn: `arn:aws:apigateway:${place.region}::/apis/${apiId}/stages/${name}`,
      executionArn: arn('execute-api', place, `${apiId}/${name}`),
      invokeUrl: `https://${apiId}.execute-api.${place.region}.amazonaws.com/${name === '$default' ? '' : name}`,
    })),
    128,
  ),
  'aws:apigatewayv2/integration:Integration': part(regional(generated(7))),
  'aws:apigatewayv2/route:Route': part(regional(generated(7))),
  'aws:apigatewayv2/authorizer:Authorizer': part(named(regional(generated(6)), 128)),

  'aws:imagebuilder/component:Component': named(
    regional(byArn('imagebuilder', ({ name, version }) => `component/${slug(name)}/${version}/1`)),
    128,
  ),
  'aws:imagebuilder/imageRecipe:ImageRecipe': named(
    regional(byArn('imagebuilder', ({ name, version }) => `image-recipe/${slug(name)}/${version}`)),
    128,
  ),
  'aws:imagebuilder/infrastructureConfiguration:InfrastructureConfiguration': named(
    regional(byArn('imagebuilder', ({ name }) => `infrastructure-configuration/${slug(name)}`)),
    128,
  ),
  'aws:imagebuilder/distributionConfiguration:DistributionConfiguration': named(
    regional(byArn('imagebuilder', ({ name }) => `distribution-configuration/${slug(name)}`)),
    128,
  ),
  'aws:imagebuilder/imagePipeline:ImagePipeline': named(
    regional(byArn('imagebuilder', ({ name }) => `image-pipeline/${slug(name)}`)),
    128,
  ),
};
