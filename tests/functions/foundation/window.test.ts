import type { Ledger } from '../../../functions/foundation/ledger';
import { enterWindow, leaveWindow } from '../../../functions/foundation/window';
import { emulateAccount, LEDGER_TABLE, namedError } from '../../support/emulated-clients';

function prepare() {
  const account = emulateAccount({});
  const ledger: Ledger = { client: account.dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
  const enter = (holder: string, size: number) => enterWindow(ledger, holder, size, account.now());
  return { account, ledger, enter };
}

describe('the window', () => {
  it('lets in as many as fit, and says who is inside since when', async () => {
    const { account, enter } = prepare();
    expect((await enter('web.1', 2)).entered).toBe(true);
    account.advance(1);
    expect((await enter('db', 2)).entered).toBe(true);
    expect(await enter('mail', 2)).toEqual({
      entered: false,
      holders: { 'web.1': '2026-02-01T12:00:00.000Z', db: '2026-02-01T13:00:00.000Z' },
    });
  });

  it('knows who is inside already, even when it has shrunk meanwhile', async () => {
    const { account, enter } = prepare();
    await enter('web', 2);
    await enter('db', 2);
    account.advance(1);
    expect(await enter('web', 1)).toMatchObject({
      entered: true,
      holders: { web: '2026-02-01T12:00:00.000Z' },
    });
  });

  it('has a place again for each that left, and leaving again changes nothing', async () => {
    const { ledger, enter } = prepare();
    await leaveWindow(ledger, ['web']);
    for (const holder of ['web', 'db']) await enter(holder, 2);
    await leaveWindow(ledger, ['web', 'nobody']);
    await leaveWindow(ledger, ['web']);
    expect((await enter('mail', 2)).entered).toBe(true);
    expect((await enter('web', 2)).entered).toBe(false);
  });

  it('never lets in too many of those who come at the same time, and never too few', async () => {
    const { ledger, account, enter } = prepare();
    const holders = Array.from({ length: 300 }, (_, index) => `image-${index}`);
    const answers = await Promise.all(holders.map((holder) => enter(holder, 200)));
    expect(answers.filter(({ entered }) => entered)).toHaveLength(200);
    await leaveWindow(ledger, holders);
    expect((await enterWindow(ledger, 'x', 1, account.now())).holders).toEqual({
      x: '2026-02-01T12:00:00.000Z',
    });
  });

  it('lets nobody in when it has no place at all', async () => {
    expect(await prepare().enter('web', 0)).toEqual({ entered: false, holders: {} });
  });

  it('is one for all runs of a workflow, and another one for each workflow', async () => {
    const { ledger, account, enter } = prepare();
    await enter('web', 1);
    const other = { ...ledger, workflow: 'other' };
    expect((await enterWindow(other, 'db', 1, account.now())).entered).toBe(true);
  });

  it('does not take an error of DynamoDB for an answer', async () => {
    const { ledger, account, enter } = prepare();
    account.failNext('UpdateItem', namedError('InternalServerError'));
    await expect(enter('web', 1)).rejects.toMatchObject({ name: 'InternalServerError' });
    account.failNext('UpdateItem', namedError('InternalServerError'));
    await expect(leaveWindow(ledger, ['web'])).rejects.toMatchObject({
      name: 'InternalServerError',
    });
  });
});
