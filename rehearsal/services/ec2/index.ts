import type { Service } from '../service';
import { act, nextAt } from './activity';
import { deleteLaunchTemplateVersions, modifyLaunchTemplate } from './change-launch-templates';
import { createLaunchTemplateVersion } from './create-launch-template-version';
import { describeImages } from './describe-images';
import { describeInstanceStatus } from './describe-instance-status';
import { describeInstances } from './describe-instances';
import {
  describeLaunchTemplates,
  describeLaunchTemplateVersions,
} from './describe-launch-templates';
import { createState, toEstate } from './estate';
import type { Ec2State } from './state';

export type { Ec2State, InstanceRecord, InstanceState } from './state';

const GUIDE = 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide';
const REFERENCE = 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference';

/** Amazon EC2 as far as rolling out images goes: images, launch templates, and instances of other services. */
export const ec2: Service<Ec2State> = {
  id: 'ec2',
  clientPackage: '@aws-sdk/client-ec2',
  protocol: 'ec2',
  behaviours: [
    {
      id: 'unknown-image',
      text: 'One unknown id fails a whole DescribeImages. A deregistered image is not shown, but unknown only when no instance of it is left.',
      source: `${REFERENCE}/API_DescribeImages.html`,
    },
    {
      id: 'deprecated',
      text: "Another account's deprecated image is listed by its id only, or where deprecated ones are asked for. It can be launched as before.",
      source: `${GUIDE}/ami-deprecate.html`,
    },
    {
      id: 'image-events',
      text: "Only the state of one's own images is told: AWS does not say whose, but documents calls that only their owner makes.",
      source: 'assumed',
    },
    {
      id: 'terminated-shown',
      text: 'A terminated instance is shown for an hour: AWS says that it usually is less.',
      source: 'assumed',
    },
    {
      id: 'pages',
      text: 'A page has as many entries as may be asked for unless fewer are asked for: 1,000, of launch templates 200.',
      source: 'assumed',
    },
    {
      id: 'newest-first',
      text: 'Versions of a launch template are listed the newest first, as in the example of the AWS SDK. $Latest is the newest that there is; no number is given twice.',
      source: 'assumed',
    },
    {
      id: 'source-version',
      text: 'A version inherits from its source what is not given, member by member, without the snapshots of its block devices. AWS does not say how far down it merges.',
      source: 'assumed',
    },
    {
      id: 'unchecked-data',
      text: 'What a launch template launches is checked only when it is launched.',
      source: `${GUIDE}/launch-template-restrictions.html`,
    },
    {
      id: 'ssm-image',
      text: 'The parameter of a resolve:ssm: image must be there and have the data type aws:ec2:image when the version is made, when it is shown resolved, and at launch.',
      source: 'https://github.com/aws/aws-cdk/issues/26712',
    },
    {
      id: 'client-token',
      text: 'A client token counts for 24 hours and for one operation; the same request gets the same answer whatever has happened since.',
      source: 'assumed',
    },
    {
      id: 'delete-versions',
      text: 'Versions that cannot be deleted are named in the answer, the default one with the code unexpectedError.',
      source: 'assumed',
    },
    {
      id: 'dry-run',
      text: 'A dry run looks at nothing but permissions.',
      source: `${GUIDE}/ec2-api-troubleshooting.html`,
    },
    {
      id: 'instance-life',
      text: 'An instance goes from pending to running, from shutting-down to terminated, and each state is told to the event bus.',
      source: `${GUIDE}/monitoring-instance-state-changes.html`,
    },
    {
      id: 'instance-duration',
      text: 'An instance boots in 20 to 60 seconds, its status checks take 60 to 120 more, and it shuts down in 20 to 60, unless the estate says otherwise.',
      source: 'assumed',
    },
    {
      id: 'launch',
      text: 'There is always capacity and quota for an instance; its volumes, addresses, security groups, keys and instance profile are not looked at.',
      source: 'assumed',
    },
    {
      id: 'status-checks',
      text: 'An instance of an image that the estate calls UNHEALTHY runs, but never passes its status checks.',
      source: `${GUIDE}/monitoring-system-instance-status-check.html`,
    },
  ],
  createState,
  operations: {
    CreateLaunchTemplateVersion: createLaunchTemplateVersion,
    DeleteLaunchTemplateVersions: deleteLaunchTemplateVersions,
    DescribeImages: describeImages,
    DescribeInstances: describeInstances,
    DescribeInstanceStatus: describeInstanceStatus,
    DescribeLaunchTemplates: describeLaunchTemplates,
    DescribeLaunchTemplateVersions: describeLaunchTemplateVersions,
    ModifyLaunchTemplate: modifyLaunchTemplate,
  },
  toEstate,
  nextAt,
  act,
};
