import { AwsError, type Activity, type Json, type Scope } from '../service';
import type { Ec2State } from './state';

/**
 * The image that an instance is launched from. A deprecated one can be launched as before:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html
 *
 * @throws {AwsError} MissingParameter, InvalidAMIID.Malformed, InvalidAMIID.NotFound, InvalidAMIID.Unavailable
 */
export function launchableImage({ images }: Ec2State, id: Json, scope: Scope): Json {
  if (id === undefined) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter ImageId');
  }
  checkImageId(id);
  const image = images[id];
  if (image === undefined || isHidden(image, scope)) throw noImages([id]);
  if (image.State !== 'available') {
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    const message = `The image ID '${id}' is no longer available`;
    throw new AwsError('InvalidAMIID.Unavailable', message);
  }
  return image;
}

/** @throws {AwsError} InvalidAMIID.Malformed */
export function checkImageId(id: Json): void {
  if (typeof id !== 'string' || !/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) {
    const message = `Invalid id: "${id}"${String(id).startsWith('ami-') ? '' : ' (expecting "ami-...")'}`;
    throw new AwsError('InvalidAMIID.Malformed', message);
  }
}

/** Worded as AWS words it. */
export function noImages(ids: readonly string[]): AwsError {
  const what =
    ids.length === 1 ? `image id '[${ids[0]}]' does` : `image ids '[${ids.join(', ')}]' do`;
  return new AwsError('InvalidAMIID.NotFound', `The ${what} not exist`);
}

/**
 * Whether the account does not see an image at all. A disabled image is taken from everybody it was shared with:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/disable-an-ami.html
 */
export function isHidden({ State, OwnerId }: Json, { account }: Scope): boolean {
  return State === 'disabled' && OwnerId !== account;
}

/** Somebody, or AWS, publishes an image or changes one, as an event of the estate says. */
export function changeImages(ec2: Ec2State, event: Json, activity: Activity): void {
  if (event.type === 'ec2.imagePublished') {
    const image = structuredClone(event.image);
    ec2.images[image.ImageId] = image;
    return tellState(image, activity);
  }
  const image = ec2.images[event.image];
  if (image === undefined) return;
  if (event.deprecationTime !== undefined) image.DeprecationTime = event.deprecationTime;
  if (event.state === undefined || event.state === image.State) return;
  image.State = event.state;
  tellState(image, activity);
}

/** States that AWS tells: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-ami-events.html */
const TOLD = ['available', 'failed', 'deregistered', 'disabled'];

function tellState({ ImageId, State, OwnerId }: Json, { uses, emit, now, scope }: Activity): void {
  if (OwnerId !== scope.account || !TOLD.includes(State)) return;
  uses('image-events');
  emit({
    source: 'aws.ec2',
    'detail-type': 'EC2 AMI State Change',
    resources: [`arn:${scope.partition}:ec2:${scope.region}::image/${ImageId}`],
    detail: { RequestId: requestId(ImageId, now), ImageId, State, ErrorMessage: '' },
  });
}

/** Of the request that nobody in the rehearsal made; a UUID that is the same in every rehearsal. */
function requestId(imageId: string, now: number): string {
  const seconds = Math.floor(now / 1000)
    .toString(16)
    .padStart(8, '0');
  return `${seconds}-0000-4000-8000-${imageId.slice(-12).padStart(12, '0')}`;
}
