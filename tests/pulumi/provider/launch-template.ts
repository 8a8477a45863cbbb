import type { Json } from '../../../rehearsal/services/service';
import type { BridgedType } from './bridged';
import type { Properties } from './wire';

/** Arguments that make up a version, and members of `RequestLaunchTemplateData`. */
const DATA: Readonly<Record<string, string>> = {
  imageId: 'ImageId',
  instanceType: 'InstanceType',
  keyName: 'KeyName',
  userData: 'UserData',
  vpcSecurityGroupIds: 'SecurityGroupIds',
};

/**
 * `aws.ec2.LaunchTemplate`. A version is made of all arguments, which are read back from the latest version, whoever
 * made it: https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ec2/ec2_launch_template.go
 */
export const launchTemplate: BridgedType = {
  maxLength: 125,
  schema: {
    arguments: [
      ...['name', 'description', 'defaultVersion', 'updateDefaultVersion'],
      ...Object.keys(DATA),
    ],
    computed: ['arn', 'id', 'defaultVersion', 'latestVersion'],
    defaults: {},
    local: ['updateDefaultVersion'],
  },
  // Its CustomizeDiff.
  unknownAfter: (changed, plan) => {
    const isData = changed.some((key) => key in DATA);
    return [
      ...(isData ? ['latestVersion'] : []),
      ...(isData && plan['updateDefaultVersion'] === true ? ['defaultVersion'] : []),
    ];
  },
  create: async (machines, inputs) => machines.createTemplate(inputs['name'], versionOf(inputs)),
  read: async ({ ec2, estate }, id) => {
    const template = await ec2
      .describeLaunchTemplates({ LaunchTemplateIds: [id] })
      .then(({ LaunchTemplates }: Json) => LaunchTemplates[0], ifGone);
    if (template === undefined) return undefined;
    const { LaunchTemplateVersions } = await ec2.describeLaunchTemplateVersions({
      LaunchTemplateId: id,
      Versions: [String(template.LatestVersionNumber)],
    });
    const { VersionDescription, LaunchTemplateData } = LaunchTemplateVersions[0];
    const data = Object.entries(DATA).map(([key, member]) => [key, LaunchTemplateData[member]]);
    return given({
      id,
      arn: `arn:aws:ec2:${estate.region}:${estate.account}:launch-template/${id}`,
      name: template.LaunchTemplateName,
      defaultVersion: template.DefaultVersionNumber,
      latestVersion: template.LatestVersionNumber,
      description: VersionDescription,
      ...Object.fromEntries(data),
    });
  },
  update: async ({ ec2 }, id, plan, changed) => {
    let latest = plan['latestVersion'];
    if (changed.some((key) => key in DATA || key === 'description')) {
      const version = { LaunchTemplateId: id, ...versionOf(plan) };
      const { LaunchTemplateVersion } = await ec2.createLaunchTemplateVersion(version);
      latest = LaunchTemplateVersion.VersionNumber;
    }
    if (plan['updateDefaultVersion'] === true || changed.includes('defaultVersion')) {
      const number = plan['updateDefaultVersion'] === true ? latest : plan['defaultVersion'];
      await ec2.modifyLaunchTemplate({ LaunchTemplateId: id, DefaultVersion: String(number) });
    }
  },
};

function versionOf(arguments_: Properties): Json {
  const data = Object.entries(DATA).map(([key, member]) => [member, arguments_[key]]);
  return given({
    VersionDescription: arguments_['description'],
    LaunchTemplateData: given(Object.fromEntries(data)),
  });
}

/** Without what is not there, which Terraform writes as an empty text. */
const given = (properties: Properties): Properties =>
  Object.fromEntries(
    Object.entries(properties).filter(([, value]) => value !== undefined && value !== ''),
  );

function ifGone(error: Error): undefined {
  if (error.name !== 'InvalidLaunchTemplateId.NotFound') throw error;
}
