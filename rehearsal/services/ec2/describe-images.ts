import { AwsError, type Call, type Json, type Scope } from '../service';
import { filtered, type FilterTable } from './filters';
import { checkImageId, isHidden, noImages } from './images';
import { instanceState } from './instances';
import { notImplemented, operation } from './operation';
import { pageOf } from './pages';
import type { Ec2State } from './state';

const FILTERS: FilterTable<Json> = {
  architecture: ({ Architecture }) => Architecture,
  'boot-mode': ({ BootMode }) => BootMode,
  'creation-date': ({ CreationDate }) => CreationDate,
  description: ({ Description }) => Description,
  'ena-support': ({ EnaSupport }) => EnaSupport,
  hypervisor: ({ Hypervisor }) => Hypervisor,
  'image-id': ({ ImageId }) => ImageId,
  'image-type': ({ ImageType }) => ImageType,
  'is-public': ({ Public }) => Public ?? false,
  name: ({ Name }) => Name,
  'owner-alias': ({ ImageOwnerAlias }) => ImageOwnerAlias,
  'owner-id': ({ OwnerId }) => OwnerId,
  platform: ({ Platform }) => Platform,
  'platform-details': ({ PlatformDetails }) => PlatformDetails,
  'root-device-name': ({ RootDeviceName }) => RootDeviceName,
  'root-device-type': ({ RootDeviceType }) => RootDeviceType,
  'source-image-id': ({ SourceImageId }) => SourceImageId,
  state: ({ State }) => State,
  'virtualization-type': ({ VirtualizationType }) => VirtualizationType,
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html */
export const describeImages = operation({
  name: 'DescribeImages',
  obeys: [
    'ImageIds',
    'Owners',
    'Filters',
    'IncludeDeprecated',
    'IncludeDisabled',
    'MaxResults',
    'NextToken',
  ],
  mutates: false,
  handle: (input, state, call) => {
    const owned = ownedBy(input.Owners, call.scope);
    const found = choose(input, state, call).filter(owned);
    const images = filtered('DescribeImages', found, input.Filters, FILTERS, ({ Tags }) => Tags);
    call.uses('pages');
    const { entries, token } = pageOf('images', images, input, { smallest: 1, largest: 1000 });
    return { Images: structuredClone(entries), ...token };
  },
});

/** By id, deprecated or not; or all, without deprecated ones of others. Disabled ones only where asked for. */
function choose(input: Json, state: Ec2State, call: Call): readonly Json[] {
  const isShown = ({ State }: Json) =>
    State !== 'deregistered' && (State !== 'disabled' || input.IncludeDisabled === true);
  const found =
    input.ImageIds?.length > 0
      ? findAll(input.ImageIds, state, call)
      : Object.values(state.images).filter(
          (image) => !isHidden(image, call.scope) && isListed(image, input, call),
        );
  return found.filter(isShown);
}

function findAll(wanted: readonly string[], state: Ec2State, call: Call): readonly Json[] {
  const { images, instances } = state;
  const ids = [...new Set(wanted)];
  for (const id of ids) checkImageId(id);
  call.uses('unknown-image');
  const inUse = (id: string) =>
    Object.values(instances).some(
      (record) =>
        record.instance.ImageId === id && instanceState(record, call.now) !== 'terminated',
    );
  const missing = ids.filter(
    (id) =>
      !Object.hasOwn(images, id) ||
      isHidden(images[id], call.scope) ||
      (images[id].State === 'deregistered' && !inUse(id)),
  );
  if (missing.length > 0) throw noImages(missing);
  return ids.map((id) => images[id]);
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html */
function isListed({ DeprecationTime, OwnerId }: Json, input: Json, call: Call): boolean {
  if (DeprecationTime === undefined || Date.parse(DeprecationTime) > call.now) return true;
  call.uses('deprecated');
  return input.IncludeDeprecated === true || OwnerId === call.scope.account;
}

function ownedBy(owners: readonly string[] | undefined, scope: Scope): (image: Json) => boolean {
  if (owners === undefined || owners.length === 0) return () => true;
  for (const owner of owners) {
    if (owner === 'aws-backup-vault') throw notImplemented(`the owner ${owner} of images`);
    if (!/^(\d{12}|self|amazon|aws-marketplace)$/.test(owner)) {
      throw new AwsError('InvalidUserID.Malformed', `Invalid user id: "${owner}"`);
    }
  }
  return ({ OwnerId, ImageOwnerAlias }) =>
    owners.some(
      (owner) =>
        owner === OwnerId ||
        owner === ImageOwnerAlias ||
        (owner === 'self' && OwnerId === scope.account),
    );
}
