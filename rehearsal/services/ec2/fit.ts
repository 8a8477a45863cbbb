import { AwsError, type Json } from '../service';

/** A digit, further letters and a `g` among them: `m6g`, `c7gn`, `x2gd`; `g5g`, too, but neither `g5` nor `g4dn`. */
const GRAVITON = /^(a1|[a-z]+\d+[a-z]*g[a-z]*)\./;

/** Families that run paravirtual images: https://docs.aws.amazon.com/linux/al2/ug/virtualization_types.html */
const PARAVIRTUAL = /^(c1|c3|hs1|m1|m2|m3|t1)\./;

/**
 * Whether an instance type can run an image, as far as architecture and virtualization go.
 *
 * @throws {AwsError} InvalidParameterValue, InvalidParameterCombination, worded as AWS words them
 */
export function checkFit(instanceType: string, image: Json): void {
  checkArchitecture(instanceType, image);
  if (image.VirtualizationType === 'paravirtual' && !PARAVIRTUAL.test(instanceType)) {
    throw new AwsError(
      'InvalidParameterCombination',
      `Virtualization type 'hvm' is required for instances of type '${instanceType}'. Ensure that you are using an AMI with virtualization type 'hvm'.`,
    );
  }
}

function checkArchitecture(instanceType: string, { Architecture }: Json): void {
  const needed = GRAVITON.test(instanceType) ? 'arm64' : 'x86_64';
  // Types for 64 bits run images for 32 bits where they are old enough; those for macOS are dedicated hosts.
  if (!['arm64', 'x86_64'].includes(Architecture) || Architecture === needed) return;
  throw new AwsError(
    'InvalidParameterValue',
    `The architecture '${needed}' of the specified instance type does not match the architecture '${Architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`,
  );
}
