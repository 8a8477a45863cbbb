import { AwsError, type Call, type Json, type Operation } from '../service';
import { onImage, ownImage } from './image-permissions';
import { withDates } from './page';
import { buildersAt, imageAt, type AppStreamState } from './state';
import { builderHours } from './usage';

/** https://docs.aws.amazon.com/appstream2/latest/APIReference/API_DeleteImage.html */
export const deleteImage: Operation<AppStreamState> = {
  mutates: true,
  authorize: onImage('appstream:DeleteImage'),
  handle: ({ Name }, state, call) => {
    call.uses('delete-image');
    const record = ownImage(Name, state, call);
    const image = imageAt(record, call.now);
    if (image.State !== 'AVAILABLE' && image.State !== 'FAILED') {
      const message = `The image ${Name} is ${image.State}.`;
      throw new AwsError('OperationNotPermittedException', message);
    }
    const user = record.sharedWith.length > 0 ? 'other accounts' : userOf(image, state, call);
    if (user !== undefined) {
      throw new AwsError('ResourceInUseException', `The image ${Name} is in use by ${user}.`);
    }
    delete state.images[image.Arn];
    state.arns = state.arns.filter((arn) => arn !== image.Arn);
    state.hoursOfDeleted += builderHours(record, call.now);
    return { Image: withDates({ ...image, State: 'DELETING' }) };
  },
};

/** Fleets know their image by its name or its ARN. */
function userOf({ Name, Arn }: Json, state: AppStreamState, { now }: Call): string | undefined {
  const uses = ({ ImageArn, ImageName }: Json) =>
    ImageArn === undefined ? ImageName === Name : ImageArn === Arn;
  const fleet = state.fleets.find(uses);
  if (fleet !== undefined) return `the fleet ${fleet.Name}`;
  const builder = buildersAt(state, now).find(uses);
  return builder && `the image builder ${builder.Name}`;
}
