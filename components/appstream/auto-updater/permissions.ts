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

/** The image that is updated; the tags of the new one are part of the request. */
export function updateImages(images: pulumi.Input<string>): Grant {
  return { Sid: 'UpdateImages', Action: ['appstream:CreateUpdatedImage'], Resource: [images] };
}

export function tagImages(images: pulumi.Input<string>): Grant {
  return { Sid: 'CommitLineage', Action: ['appstream:TagResource'], Resource: [images] };
}

/** Whether the holder of a lease still runs. */
export function describeRuns(executions: pulumi.Input<string>): Grant {
  return { Sid: 'SeeOtherRuns', Action: ['states:DescribeExecution'], Resource: [executions] };
}
