import * as pulumi from '@pulumi/pulumi';

/** One `Allow` statement. Grants are exact: `Resource` is `*` only where AWS knows no resource, with the reference. */
export interface Grant {
  /** Tells the reader, and the rehearsal's report, what the grant is for. */
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: readonly pulumi.Input<string>[];
  /** By operator and key. */
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, pulumi.Input<string> | readonly pulumi.Input<string>[]>>>
  >;
}

/** The JSON of an identity policy that holds the grants and nothing else. */
export function policyDocument(grants: readonly Grant[]): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: '2012-10-17',
    Statement: grants.map((grant) => ({ Effect: 'Allow', ...grant })),
  });
}

/** The JSON of a trust policy for one AWS service; conditions keep other accounts from using the role (confused deputy). */
export function trustPolicy(
  service: string,
  condition?: Readonly<Record<string, Readonly<Record<string, pulumi.Input<string>>>>>,
): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AssumedByService',
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Service: service },
        ...(condition === undefined ? {} : { Condition: condition }),
      },
    ],
  });
}
