import type * as pulumi from '@pulumi/pulumi';
import type { Grant } from '../../foundation/policy-document';

// AppStream's reference gives Describe and List no resource type, so they are granted on everything:
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonappstream2.0.html

export function readImages(): Grant {
  return {
    Sid: 'ReadImages',
    Action: ['appstream:DescribeImages', 'appstream:ListTagsForResource'],
    Resource: ['*'],
  };
}

export function describeImages(): Grant {
  return { Sid: 'DescribeImages', Action: ['appstream:DescribeImages'], Resource: ['*'] };
}

/** How much of the quotas is used. */
export function countUse(): Grant {
  return {
    Sid: 'CountUse',
    Action: ['appstream:DescribeImages', 'appstream:DescribeImageBuilders'],
    Resource: ['*'],
  };
}

export function readQuotas(quotas: pulumi.Input<string>): Grant[] {
  return [
    { Sid: 'ReadQuotas', Action: ['servicequotas:GetServiceQuota'], Resource: [quotas] },
    {
      // Knows no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_servicequotas.html
      Sid: 'ReadDefaultQuotas',
      Action: ['servicequotas:GetAWSDefaultServiceQuota'],
      Resource: ['*'],
    },
  ];
}

/** The image that is updated; the tags of the new one are part of the request. */
export function updateImages(images: pulumi.Input<string>): Grant {
  return { Sid: 'UpdateImages', Action: ['appstream:CreateUpdatedImage'], Resource: [images] };
}

export function shareImages(images: pulumi.Input<string>): Grant {
  return {
    Sid: 'CarryPermissionsOver',
    Action: ['appstream:DescribeImagePermissions', 'appstream:UpdateImagePermissions'],
    Resource: [images],
  };
}

export function tagImages(images: pulumi.Input<string>): Grant {
  return { Sid: 'CommitLineage', Action: ['appstream:TagResource'], Resource: [images] };
}

/** Events in our own name only: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html */
export function tellOutcomes(bus: pulumi.Input<string>): Grant {
  return {
    Sid: 'TellOutcomes',
    Action: ['events:PutEvents'],
    Resource: [bus],
    Condition: { StringEquals: { 'events:source': 'evergreen' } },
  };
}
