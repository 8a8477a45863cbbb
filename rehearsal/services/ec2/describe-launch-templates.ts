import { AwsError, type Call, type Json } from '../service';
import { filtered, type FilterTable } from './filters';
import {
  findTemplate,
  imageParameter,
  latestVersion,
  parameterAccess,
  templateById,
  versionNumber,
  withResolvedImage,
} from './launch-templates';
import { operation } from './operation';
import { pageOf } from './pages';
import type { Ec2State, LaunchTemplateRecord } from './state';
import { withDates } from './times';

const PAGE = { smallest: 1, largest: 200 };

const TEMPLATE_FILTERS: FilterTable<Json> = {
  'create-time': ({ CreateTime }) => CreateTime,
  'launch-template-name': ({ LaunchTemplateName }) => LaunchTemplateName,
};

const VERSION_FILTERS: FilterTable<Json> = {
  'create-time': ({ CreateTime }) => CreateTime,
  'ebs-optimized': ({ LaunchTemplateData }) => LaunchTemplateData.EbsOptimized,
  'iam-instance-profile': ({ LaunchTemplateData }) => LaunchTemplateData.IamInstanceProfile?.Arn,
  'image-id': ({ LaunchTemplateData }) => LaunchTemplateData.ImageId,
  'instance-type': ({ LaunchTemplateData }) => LaunchTemplateData.InstanceType,
  'is-default-version': ({ DefaultVersion }) => DefaultVersion,
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplates.html */
export const describeLaunchTemplates = operation({
  name: 'DescribeLaunchTemplates',
  obeys: ['LaunchTemplateIds', 'LaunchTemplateNames', 'Filters', 'MaxResults', 'NextToken'],
  mutates: false,
  handle: (input, state, { uses }) => {
    const found = chooseTemplates(input, state).map(describedTemplate);
    const all = filtered(
      'DescribeLaunchTemplates',
      found,
      input.Filters,
      TEMPLATE_FILTERS,
      ({ Tags }) => Tags,
    );
    uses('pages');
    const { entries, token } = pageOf('launch-templates', all, input, PAGE);
    return { LaunchTemplates: entries.map(withDates), ...token };
  },
});

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html */
export const describeLaunchTemplateVersions = operation({
  name: 'DescribeLaunchTemplateVersions',
  obeys: [
    'LaunchTemplateId',
    'LaunchTemplateName',
    'Versions',
    'MinVersion',
    'MaxVersion',
    'Filters',
    'ResolveAlias',
    'MaxResults',
    'NextToken',
  ],
  mutates: false,
  authorize: (input, state, scope) => [
    { resource: '*' },
    ...(input.ResolveAlias === true
      ? dataOf(input, state).flatMap((data) => parameterAccess(data, scope))
      : []),
  ],
  handle: (input, state, call) => {
    const found = chooseVersions(input, state);
    const all = filtered(
      'DescribeLaunchTemplateVersions',
      found,
      input.Filters,
      VERSION_FILTERS,
      () => [],
    );
    call.uses('pages');
    call.uses('newest-first');
    const { entries, token } = pageOf('launch-template-versions', all, input, PAGE);
    const shown = input.ResolveAlias === true ? entries.map((one) => resolved(one, call)) : entries;
    return { LaunchTemplateVersions: shown.map(withDates), ...token };
  },
});

/** As `DescribeLaunchTemplates` shows it, with times in ISO 8601. */
export function describedTemplate(record: LaunchTemplateRecord): Json {
  return {
    ...record.template,
    DefaultVersionNumber: record.defaultVersion,
    LatestVersionNumber: latestVersion(record),
  };
}

/** A version as `DescribeLaunchTemplateVersions` shows it, with times in ISO 8601. */
export function describedVersion(record: LaunchTemplateRecord, version: number): Json {
  return { ...record.versions[version], DefaultVersion: version === record.defaultVersion };
}

/** A described version with the id of the image where that is given as `resolve:ssm:`. */
export function resolved(version: Json, call: Call): Json {
  if (imageParameter(version.LaunchTemplateData) !== undefined) call.uses('ssm-image');
  return { ...version, LaunchTemplateData: withResolvedImage(version.LaunchTemplateData, call) };
}

function chooseTemplates(
  { LaunchTemplateIds = [], LaunchTemplateNames = [] }: Json,
  { launchTemplates }: Ec2State,
): readonly LaunchTemplateRecord[] {
  if (LaunchTemplateIds.length === 0 && LaunchTemplateNames.length === 0) {
    return Object.values(launchTemplates);
  }
  if (LaunchTemplateIds.length > 0 && LaunchTemplateNames.length > 0) {
    const message = 'Either launch template IDs or launch template names can be specified.';
    throw new AwsError('InvalidParameterCombination', message);
  }
  for (const ids of [LaunchTemplateIds, LaunchTemplateNames]) {
    if (ids.length > 200) throw new AwsError('InvalidRequest', 'At most 200 can be specified.');
  }
  const state = { launchTemplates } as Ec2State;
  const all = new Set<LaunchTemplateRecord>();
  for (const id of LaunchTemplateIds) all.add(templateById(state, id));
  for (const LaunchTemplateName of LaunchTemplateNames) {
    all.add(findTemplate(state, { LaunchTemplateName }));
  }
  return [...all];
}

/** Of one launch template, the newest first; or the latest and default versions of all. */
function chooseVersions(input: Json, state: Ec2State): readonly Json[] {
  const { LaunchTemplateId, LaunchTemplateName, Versions = [], MinVersion, MaxVersion } = input;
  if (LaunchTemplateId === undefined && LaunchTemplateName === undefined) {
    return versionsOfAll(input, state);
  }
  const record = findTemplate(state, input);
  if (Versions.length > 0 && (MinVersion !== undefined || MaxVersion !== undefined)) {
    const message = 'Versions cannot be specified together with MinVersion or MaxVersion.';
    throw new AwsError('InvalidParameterCombination', message);
  }
  if (Versions.length > 200) {
    throw new AwsError('InvalidRequest', 'At most 200 versions can be specified.');
  }
  const least = boundOf('MinVersion', MinVersion) ?? 1;
  const greatest = boundOf('MaxVersion', MaxVersion) ?? Infinity;
  const numbers =
    Versions.length > 0
      ? [...new Set((Versions as string[]).map((version) => versionNumber(record, version)))]
      : Object.keys(record.versions)
          .map(Number)
          .filter((number) => number >= least && number <= greatest);
  return numbers.sort((a, b) => b - a).map((number) => describedVersion(record, number));
}

function versionsOfAll(
  { Versions = [], MinVersion, MaxVersion }: Json,
  { launchTemplates }: Ec2State,
): readonly Json[] {
  const asked = Versions as readonly string[];
  const isWhole = MinVersion === undefined && MaxVersion === undefined;
  if (!isWhole || asked.length === 0 || asked.some((one) => !/^\$(Latest|Default)$/.test(one))) {
    throw new AwsError(
      'MissingParameter',
      'Without a launch template ID or name, only the versions $Latest and $Default can be described.',
    );
  }
  return Object.values(launchTemplates).flatMap((record) => {
    const numbers = new Set(asked.map((version) => versionNumber(record, version)));
    return [...numbers].sort((a, b) => b - a).map((number) => describedVersion(record, number));
  });
}

function boundOf(member: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const message = `Value (${value}) for parameter ${member} is invalid.`;
  throw new AwsError('InvalidParameterValue', message);
}

/** Launch template data that a request shows; nothing where the request is refused. */
function dataOf(input: Json, state: Ec2State): readonly Json[] {
  try {
    return chooseVersions(input, state).map(({ LaunchTemplateData }) => LaunchTemplateData);
  } catch (error) {
    if (error instanceof AwsError) return [];
    throw error;
  }
}
