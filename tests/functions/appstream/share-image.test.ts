import { createHandler } from '../../../functions/appstream/share-image';
import { emulateAccount, image } from '../../support/emulated-clients';

const permissions = { allowFleet: true, allowImageBuilder: false };
const shares = (...accounts: string[]) => ({
  ImageSharedWithOthers: 'TRUE',
  SharedImagePermissionsList: accounts.map((sharedAccountId) => ({
    sharedAccountId,
    imagePermissions: permissions,
  })),
});

function prepare(images: unknown[]) {
  const account = emulateAccount({ appstream: { images } });
  return { account, share: createHandler(account) };
}

async function sharesOf(account: ReturnType<typeof emulateAccount>, Name: string) {
  const answer = await account.appstream.describeImagePermissions({ Name });
  return answer.SharedImagePermissionsList;
}

describe('carrying sharing permissions over', () => {
  it('gives every account the same use of the successor as of its source', async () => {
    const { account, share } = prepare([
      image('base', shares('777788889999', '888899990000')),
      image('next'),
    ]);
    expect(await share({ source: 'base', target: 'next' })).toEqual({
      accounts: ['777788889999', '888899990000'],
    });
    expect(await sharesOf(account, 'next')).toEqual(
      shares('777788889999', '888899990000').SharedImagePermissionsList,
    );
  });

  it('changes only what is missing, and nothing the second time', async () => {
    const { account, share } = prepare([
      image('base', shares('777788889999', '888899990000')),
      image('next', shares('777788889999')),
    ]);
    await share({ source: 'base', target: 'next' });
    await share({ source: 'base', target: 'next' });
    expect(account.calls.filter((call) => call === 'UpdateImagePermissions')).toHaveLength(1);
  });

  it('takes nothing away that the successor was given by somebody else', async () => {
    const { account, share } = prepare([image('base'), image('next', shares('777788889999'))]);
    expect(await share({ source: 'base', target: 'next' })).toEqual({ accounts: [] });
    expect(await sharesOf(account, 'next')).toHaveLength(1);
  });

  it('is done where the source is gone', async () => {
    const { share } = prepare([image('next')]);
    expect(await share({ source: 'base', target: 'next' })).toEqual({ accounts: [] });
  });
});
