import { AwsError, type Json } from '../service';
import { describedTemplate } from './describe-launch-templates';
import { findTemplate, noVersion, templateAccess, versionNumber } from './launch-templates';
import { notImplemented, operation } from './operation';
import type { Ec2State, LaunchTemplateRecord } from './state';
import { plain, withDates } from './times';
import { once } from './tokens';

const MOST_VERSIONS_AT_ONCE = 200;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyLaunchTemplate.html */
export const modifyLaunchTemplate = operation({
  name: 'ModifyLaunchTemplate',
  obeys: ['LaunchTemplateId', 'LaunchTemplateName', 'DefaultVersion', 'ClientToken'],
  mutates: true,
  authorize: templateAccess,
  handle: (input, state, call) => {
    const { DefaultVersion } = input;
    if (DefaultVersion === undefined) {
      const message = 'The request must contain the parameter SetDefaultVersion';
      throw new AwsError('MissingParameter', message);
    }
    if (DefaultVersion.startsWith('$')) {
      throw notImplemented(`DefaultVersion ${DefaultVersion} of ec2:ModifyLaunchTemplate`);
    }
    const output = once('ModifyLaunchTemplate', input, state, call, () => {
      const record = findTemplate(state, input);
      record.defaultVersion = versionNumber(record, DefaultVersion);
      return { LaunchTemplate: describedTemplate(record) };
    });
    return withDates(output);
  },
});

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html */
export const deleteLaunchTemplateVersions = operation({
  name: 'DeleteLaunchTemplateVersions',
  obeys: ['LaunchTemplateId', 'LaunchTemplateName', 'Versions'],
  mutates: true,
  authorize: templateAccess,
  handle: (input, state, { uses }) => {
    uses('delete-versions');
    const { Versions = [] }: { Versions?: readonly string[] } = input;
    if (Versions.length === 0) {
      const message = 'The request must contain the parameter LaunchTemplateVersion';
      throw new AwsError('MissingParameter', message);
    }
    if (Versions.length > MOST_VERSIONS_AT_ONCE) {
      const message = `At most ${MOST_VERSIONS_AT_ONCE} versions can be deleted at once.`;
      throw new AwsError('InvalidRequest', message);
    }
    for (const version of Versions) checkNumber(version);
    const outcomes = deleteVersions(input, state, Versions.map(Number));
    return {
      SuccessfullyDeletedLaunchTemplateVersions: outcomes.filter(
        ({ ResponseError }) => ResponseError === undefined,
      ),
      UnsuccessfullyDeletedLaunchTemplateVersions: outcomes.filter(
        ({ ResponseError }) => ResponseError !== undefined,
      ),
    };
  },
});

/** @throws {AwsError} InvalidParameterValue; NotImplemented for `$Latest` and `$Default`: only numbers are documented */
function checkNumber(version: string): void {
  if (version.startsWith('$')) {
    throw notImplemented(`the version ${version} of ec2:DeleteLaunchTemplateVersions`);
  }
  if (/^[1-9]\d*$/.test(version)) return;
  const message = `Value (${version}) for parameter LaunchTemplateVersion is invalid.`;
  throw new AwsError('InvalidParameterValue', message);
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ResponseError.html */
const CODES: Readonly<Record<string, string>> = {
  'InvalidLaunchTemplateId.Malformed': 'launchTemplateIdMalformed',
  'InvalidLaunchTemplateId.NotFound': 'launchTemplateIdDoesNotExist',
  'InvalidLaunchTemplateName.NotFoundException': 'launchTemplateNameDoesNotExist',
};

/** What became of each version, in the shape of the answer's items; those with a `ResponseError` are as they were. */
function deleteVersions(input: Json, state: Ec2State, versions: readonly number[]): Json[] {
  const { LaunchTemplateId, LaunchTemplateName } = input;
  const found = templateOrError(input, state);
  if ('ResponseError' in found) {
    return versions.map((VersionNumber) => ({
      ...plain({ LaunchTemplateId, LaunchTemplateName }),
      VersionNumber,
      ...found,
    }));
  }
  const { template } = found;
  return versions.map((VersionNumber) => {
    const ResponseError = refusalOf(found, VersionNumber);
    if (ResponseError === undefined) delete found.versions[VersionNumber];
    return {
      LaunchTemplateId: template.LaunchTemplateId,
      LaunchTemplateName: template.LaunchTemplateName,
      VersionNumber,
      ...(ResponseError !== undefined && { ResponseError }),
    };
  });
}

function templateOrError(
  input: Json,
  state: Ec2State,
): LaunchTemplateRecord | { readonly ResponseError: Json } {
  try {
    return findTemplate(state, input);
  } catch (error) {
    const Code = error instanceof AwsError ? CODES[error.code] : undefined;
    if (Code === undefined) throw error;
    return { ResponseError: { Code, Message: (error as AwsError).message } };
  }
}

/** Why a version cannot be deleted. For the default one the API has no code of its own. */
function refusalOf({ versions, defaultVersion, template }: LaunchTemplateRecord, number: number) {
  if (versions[number] === undefined) {
    const { message: Message } = noVersion(template.LaunchTemplateId, String(number));
    return { Code: 'launchTemplateVersionDoesNotExist', Message };
  }
  if (number !== defaultVersion) return undefined;
  return {
    Code: 'unexpectedError',
    Message: `The version ${number} is the default version of the launch template and cannot be deleted.`,
  };
}
