import { AwsError, type Json, type Scope, type View } from '../service';
import { parameterArn, readParameter, type SsmState } from '../ssm';
import type { Access } from './operation';
import type { Ec2State, LaunchTemplateRecord } from './state';

/** Names a launch template, by id or by name, and one of its versions. */
export interface LaunchTemplateSpecification {
  readonly LaunchTemplateId?: string;
  readonly LaunchTemplateName?: string;
  /** A number, `$Latest` or `$Default`. @default $Default */
  readonly Version?: string;
}

/** A version of a launch template. */
export interface FoundVersion {
  readonly template: LaunchTemplateRecord;
  /** Its number. */
  readonly version: number;
  /** Its launch template data, to be left as it is. */
  readonly data: Json;
}

/**
 * The launch template that a request names.
 *
 * @throws {AwsError} MissingParameter, InvalidParameterCombination, InvalidLaunchTemplateId.Malformed,
 *   InvalidLaunchTemplateId.NotFound, InvalidLaunchTemplateName.NotFoundException
 */
export function findTemplate(
  ec2: Ec2State,
  { LaunchTemplateId, LaunchTemplateName }: LaunchTemplateSpecification,
): LaunchTemplateRecord {
  if (LaunchTemplateId !== undefined && LaunchTemplateName !== undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      'Only one of LaunchTemplateId and LaunchTemplateName can be specified.',
    );
  }
  if (LaunchTemplateId !== undefined) return templateById(ec2, LaunchTemplateId);
  if (LaunchTemplateName !== undefined) return templateByName(ec2, LaunchTemplateName);
  throw new AwsError(
    'MissingParameter',
    'Either a launch template ID or a launch template name must be specified.',
  );
}

/** @throws {AwsError} InvalidLaunchTemplateId.Malformed, InvalidLaunchTemplateId.NotFound */
export function templateById(ec2: Ec2State, id: string): LaunchTemplateRecord {
  if (!/^lt-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) {
    throw new AwsError(
      'InvalidLaunchTemplateId.Malformed',
      `The launch template ID '${id}' is malformed`,
    );
  }
  const found = Object.hasOwn(ec2.launchTemplates, id) ? ec2.launchTemplates[id] : undefined;
  if (found !== undefined) return found;
  throw new AwsError(
    'InvalidLaunchTemplateId.NotFound',
    `The specified launch template, with template ID ${id}, does not exist.`,
  );
}

/** @throws {AwsError} InvalidLaunchTemplateName.NotFoundException */
export function templateByName(ec2: Ec2State, name: string): LaunchTemplateRecord {
  const found = Object.values(ec2.launchTemplates).find(
    ({ template }) => template.LaunchTemplateName === name,
  );
  if (found !== undefined) return found;
  throw new AwsError(
    'InvalidLaunchTemplateName.NotFoundException',
    `The specified launch template, with template name ${name}, does not exist.`,
  );
}

/** @throws {AwsError} InvalidLaunchTemplateId.VersionNotFound and those of `findTemplate` */
export function findVersion(ec2: Ec2State, spec: LaunchTemplateSpecification): FoundVersion {
  const template = findTemplate(ec2, spec);
  const version = versionNumber(template, spec.Version ?? '$Default');
  return { template, version, data: template.versions[version].LaunchTemplateData };
}

/** The number behind `$Latest`: that of the newest version that there is. */
export function latestVersion({ versions }: LaunchTemplateRecord): number {
  return Math.max(...Object.keys(versions).map(Number));
}

/** @throws {AwsError} InvalidLaunchTemplateId.VersionNotFound */
export function versionNumber(record: LaunchTemplateRecord, version: string): number {
  if (version === '$Default') return record.defaultVersion;
  if (version === '$Latest') return latestVersion(record);
  if (/^[1-9]\d*$/.test(version) && record.versions[Number(version)] !== undefined) {
    return Number(version);
  }
  throw noVersion(record.template.LaunchTemplateId, version);
}

/** Worded as AWS words it. */
export function noVersion(templateId: string, version: string): AwsError {
  return new AwsError(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find the specified version ${version} for the launch template with ID ${templateId}.`,
  );
}

/**
 * What a version of a launch template launches by now: its data, with the id of the image where that is given as
 * `resolve:ssm:`. It is a copy.
 *
 * @throws {AwsError} SsmInvalidParameter and those of `findVersion`
 */
export function launchData(ec2: Ec2State, spec: LaunchTemplateSpecification, view: View): Json {
  return withResolvedImage(structuredClone(findVersion(ec2, spec).data), view);
}

/**
 * The data with the id of the image where that is given as `resolve:ssm:`. The parameter must say that it holds an image:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-launch-template.html#use-an-ssm-parameter-instead-of-an-ami-id
 *
 * @throws {AwsError} SsmInvalidParameter, worded as in https://github.com/aws/aws-cdk/issues/26712
 */
export function withResolvedImage(data: Json, { peer }: Pick<View, 'peer'>): Json {
  const parameter = imageParameter(data);
  if (parameter === undefined) return data;
  const found = readParameter(peer<SsmState>('ssm'), parameter);
  if (found === undefined) {
    throw new AwsError('SsmInvalidParameter', `The parameter ${parameter} does not exist.`);
  }
  if (found.DataType !== 'aws:ec2:image') {
    throw new AwsError(
      'SsmInvalidParameter',
      'Unsupported data type. The following parameter data types are supported: aws:ec2:image',
    );
  }
  return { ...data, ImageId: found.Value };
}

/** The parameter that launch template data takes its image from, with version or label, if any. */
export function imageParameter({ ImageId }: Json): string | undefined {
  return /^resolve:ssm:(.+)$/.exec(ImageId ?? '')?.[1];
}

/**
 * What IAM asks of whoever has EC2 read the parameter of launch template data:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/using-systems-manager-parameters.html
 */
export function parameterAccess(data: Json, scope: Scope): readonly Access[] {
  const parameter = imageParameter(data);
  if (parameter === undefined) return [];
  const isArn = parameter.startsWith('arn:');
  const name = parameter
    .split(':')
    .slice(0, isArn ? 6 : 1)
    .join(':');
  return [{ action: 'ssm:GetParameters', resource: isArn ? name : parameterArn(scope, name) }];
}

/** What IAM asks of whoever changes a launch template. One that does not exist has no tags. */
export function templateAccess(
  input: LaunchTemplateSpecification,
  state: Ec2State,
  { partition, region, account }: Scope,
): readonly Access[] {
  const record = Object.values(state.launchTemplates).find(({ template }) =>
    input.LaunchTemplateId === undefined
      ? template.LaunchTemplateName === input.LaunchTemplateName
      : template.LaunchTemplateId === input.LaunchTemplateId,
  );
  const id = record?.template.LaunchTemplateId ?? input.LaunchTemplateId ?? '*';
  const tags: Json[] = record?.template.Tags ?? [];
  const context = tags.flatMap(({ Key, Value }) => [
    [`aws:resourcetag/${Key.toLowerCase()}`, Value],
    [`ec2:resourcetag/${Key.toLowerCase()}`, Value],
  ]);
  return [
    {
      resource: `arn:${partition}:ec2:${region}:${account}:launch-template/${id}`,
      context: Object.fromEntries(context),
    },
  ];
}
