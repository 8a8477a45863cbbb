import type * as pulumi from '@pulumi/pulumi';
import type { Grant } from '../../foundation/policy-document';

/**
 * AppStream's actions on images, with the resources that the reference names:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonappstream2.0.html
 */
export function readImages(images: pulumi.Input<string>): Grant {
  return {
    Sid: 'ReadImages',
    Action: ['appstream:DescribeImages', 'appstream:ListTagsForResource'],
    Resource: [images],
  };
}

/** The state machine asks for updates, and how far they are; the tags of the new image are part of the request. */
export function updateImages(images: pulumi.Input<string>): Grant {
  return {
    Sid: 'UpdateImages',
    Action: ['appstream:CreateUpdatedImage', 'appstream:DescribeImages'],
    Resource: [images],
  };
}

export function tagImages(images: pulumi.Input<string>): Grant {
  return { Sid: 'CommitLineage', Action: ['appstream:TagResource'], Resource: [images] };
}

/** Whether the holder of a lease still runs. */
export function describeRuns(executions: pulumi.Input<string>): Grant {
  return { Sid: 'SeeOtherRuns', Action: ['states:DescribeExecution'], Resource: [executions] };
}
