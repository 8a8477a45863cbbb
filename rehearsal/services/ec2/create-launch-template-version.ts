import { AwsError, type Call, type Json } from '../service';
import { describedVersion, resolved } from './describe-launch-templates';
import {
  findTemplate,
  imageParameter,
  parameterAccess,
  templateAccess,
  versionNumber,
  withResolvedImage,
} from './launch-templates';
import { operation } from './operation';
import type { Ec2State, LaunchTemplateRecord } from './state';
import { plain, withDates } from './times';
import { once } from './tokens';

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-template-restrictions.html */
const MOST_VERSIONS = 10_000;

const LONGEST_DESCRIPTION = 255;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html */
export const createLaunchTemplateVersion = operation({
  name: 'CreateLaunchTemplateVersion',
  obeys: [
    'LaunchTemplateId',
    'LaunchTemplateName',
    'SourceVersion',
    'LaunchTemplateData',
    'VersionDescription',
    'ResolveAlias',
    'ClientToken',
  ],
  mutates: true,
  authorize: (input, state, scope) => [
    ...templateAccess(input, state, scope),
    ...parameterAccess(dataOrNothing(input, state), scope),
  ],
  handle: (input, state, call) => {
    checkInput(input);
    const { ResolveAlias } = input;
    const version = once('CreateLaunchTemplateVersion', input, state, call, () =>
      addVersion(input, state, call),
    );
    const shown = ResolveAlias === true ? resolved(version, call) : version;
    return { LaunchTemplateVersion: withDates(shown) };
  },
});

function checkInput({ LaunchTemplateData, VersionDescription = '' }: Json): void {
  if (Object.keys(plain(LaunchTemplateData ?? {})).length === 0) {
    // Nothing of an empty structure goes over the wire.
    const message = 'The request must contain the parameter LaunchTemplateData';
    throw new AwsError('MissingParameter', message);
  }
  if (VersionDescription.length > LONGEST_DESCRIPTION) {
    const message = `VersionDescription must have at most ${LONGEST_DESCRIPTION} characters.`;
    throw new AwsError('InvalidParameterValue', message);
  }
}

/** @returns the new version, as described */
function addVersion(input: Json, state: Ec2State, call: Call): Json {
  const record = findTemplate(state, input);
  const data = newData(input, record);
  call.uses('source-version');
  call.uses('unchecked-data');
  if (imageParameter(data) !== undefined) {
    call.uses('ssm-image');
    withResolvedImage(data, call);
  }
  if (Object.keys(record.versions).length >= MOST_VERSIONS) {
    const message = `The launch template has ${MOST_VERSIONS} versions, which is the most it can have.`;
    throw new AwsError('ResourceCountExceeded', message);
  }
  const { template } = record;
  const { VersionDescription } = input;
  record.numbered += 1;
  record.versions[record.numbered] = {
    LaunchTemplateId: template.LaunchTemplateId,
    LaunchTemplateName: template.LaunchTemplateName,
    VersionNumber: record.numbered,
    ...(VersionDescription !== undefined && { VersionDescription }),
    CreateTime: new Date(call.now).toISOString(),
    CreatedBy: call.principal,
    LaunchTemplateData: data,
  };
  return describedVersion(record, record.numbered);
}

/** What is given goes before what the source has, member by member. */
function newData({ SourceVersion, LaunchTemplateData }: Json, record: LaunchTemplateRecord): Json {
  const given = plain(LaunchTemplateData);
  if (SourceVersion === undefined) return given;
  const source = record.versions[versionNumber(record, SourceVersion)].LaunchTemplateData;
  return { ...withoutSnapshots(plain(source)), ...given };
}

function withoutSnapshots({ BlockDeviceMappings, ...data }: Json): Json {
  if (BlockDeviceMappings === undefined) return data;
  const mappings = BlockDeviceMappings.map(({ Ebs, ...mapping }: Json) => {
    const { SnapshotId, ...volume } = Ebs ?? {};
    void SnapshotId;
    return { ...mapping, ...(Ebs !== undefined && { Ebs: volume }) };
  });
  return { ...data, BlockDeviceMappings: mappings };
}

/** For IAM, which judges before anything is refused. */
function dataOrNothing(input: Json, state: Ec2State): Json {
  try {
    return newData(input, findTemplate(state, input));
  } catch (error) {
    if (error instanceof AwsError) return {};
    throw error;
  }
}
