import { AwsError, type Json } from '../service';

/** A digit, further letters and a `g` among them: `m6g`, `c7gn`, `x2gd`; `g5g`, too, but neither `g5` nor `g4dn`. */
const GRAVITON = /^(a1|[a-z]+\d+[a-z]*g[a-z]*)\./;

/**
 * Whether an instance type can run an AMI.
 *
 * @throws {AwsError} InvalidParameterValue, worded as AWS words it:
 *   https://github.com/hashicorp/terraform-provider-aws/issues/12932
 */
export function checkArchitecture(instanceType: string, { Architecture }: Json): void {
  const needed = GRAVITON.test(instanceType) ? 'arm64' : 'x86_64';
  // Types for 64 bits run images for 32 bits where they are old enough; those for macOS are dedicated hosts.
  if (!['arm64', 'x86_64'].includes(Architecture) || Architecture === needed) return;
  throw new AwsError(
    'InvalidParameterValue',
    `The architecture '${needed}' of the specified instance type does not match the architecture '${Architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`,
  );
}
