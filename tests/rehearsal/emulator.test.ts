import { spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import {
  AppStreamClient,
  CreateUpdatedImageCommand,
  DescribeImagesCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
} from '@aws-sdk/client-appstream';
import {
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { startEmulator, type Emulator } from '../../rehearsal/emulator/emulator';
import { loadEstate } from '../../rehearsal/estate';
import type { Json } from '../../rehearsal/services/service';

const root = path.join(__dirname, '..', '..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'emulator-'));
const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:ops';

function write(name: string, value: Json): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, JSON.stringify(value));
  return file;
}

const estate = write('estate.json', {
  account: '111122223333',
  region: 'eu-west-1',
  capturedAt: '2026-01-20T00:00:00Z',
  appstream: {
    images: [
      { Name: 'desktop', Platform: 'WINDOWS_SERVER_2022', Tags: { Owner: 'me' } },
      { Name: 'doomed', Platform: 'WINDOWS_SERVER_2022' },
    ],
  },
  sns: { topics: [{ TopicArn: TOPIC }] },
  durations: { appstream: { updateImage: { hours: 4 }, listImage: { seconds: 5 } } },
  outcomes: [{ service: 'appstream', image: 'doomed', on: 'update', result: 'FAILED' }],
});

const settings = (url: string) => ({
  endpoint: url,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'anybody', secretAccessKey: 'anything' },
  maxAttempts: 1,
});

async function get(url: string, wanted: string): Promise<Json> {
  return (await fetch(url + wanted)).json();
}

async function post(url: string, body: string): Promise<Response> {
  return fetch(`${url}/_clock/advance`, { method: 'POST', body });
}

afterAll(() => fs.rmSync(folder, { recursive: true }));

describe('an emulated account', () => {
  const opened: Emulator[] = [];
  let emulator: Emulator;
  let url: string;
  let appstream: AppStreamClient;

  const update = (source: string, name: string) =>
    appstream.send(
      new CreateUpdatedImageCommand({ existingImageName: source, newImageName: name }),
    );
  const stateOf = async (name: string) =>
    (await appstream.send(new DescribeImagesCommand({ Names: [name] }))).Images?.[0];

  const open = async (file: string): Promise<Emulator> => {
    const started = await startEmulator(root, { estate: file, port: 0 });
    opened.push(started);
    return started;
  };

  beforeEach(async () => {
    emulator = await open(estate);
    url = emulator.url;
    appstream = new AppStreamClient(settings(url));
  });
  afterEach(async () => {
    appstream.destroy();
    await Promise.all(opened.splice(0).map((each) => each.close()));
  });

  it('takes an image from PENDING to AVAILABLE as the clock is advanced, and no sooner', async () => {
    expect((await update('desktop', 'desktop-2')).image?.State).toBe('PENDING');
    await expect(stateOf('desktop-2')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await post(url, '{"seconds": 5}');
    expect((await stateOf('desktop-2'))?.State).toBe('PENDING');
    await post(url, '{"seconds": 14394.999}');
    expect((await stateOf('desktop-2'))?.State).toBe('CREATING');
    const response = await post(url, '{"seconds": 0.001}');
    expect(await response.json()).toEqual({ now: '2026-01-20T04:00:00.000Z' });
    expect((await stateOf('desktop-2'))?.State).toBe('AVAILABLE');
  });

  it('fails the update that the estate says will fail', async () => {
    await update('doomed', 'doomed-2');
    await post(url, '{"seconds": 21600}');
    expect(await stateOf('doomed-2')).toMatchObject({
      State: 'FAILED',
      StateChangeReason: { Code: 'IMAGE_UPDATE_FAILURE' },
    });
  });

  it('lets time stand still however long a caller waits', async () => {
    const first = (await fetch(`${url}/_trace`)).headers.get('date');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect((await fetch(`${url}/_trace`)).headers.get('date')).toBe(first);
    expect(first).toBe('Tue, 20 Jan 2026 00:00:00 GMT');
  });

  it('keeps every call of every client in its trace, refused ones too', async () => {
    const sns = new SNSClient(settings(url));
    await sns.send(new PublishCommand({ TopicArn: TOPIC, Message: 'hello' }));
    await post(url, '{"seconds": 1.5}');
    await update('missing', 'next').catch(() => undefined);
    sns.destroy();
    const { calls } = await get(url, '/_trace');
    expect(calls).toMatchObject([
      {
        index: 0,
        at: '2026-01-20T00:00:00.000Z',
        principal: 'user',
        caller: 'user',
        action: 'sns:Publish',
        resource: TOPIC,
        input: { Message: 'hello' },
        effect: true,
      },
      {
        index: 1,
        at: '2026-01-20T00:00:01.500Z',
        action: 'appstream:CreateUpdatedImage',
        error: { code: 'ResourceNotFoundException' },
        effect: false,
      },
    ]);
  });

  it('writes an estate from which another emulator goes on', async () => {
    const arn = (await stateOf('desktop'))?.Arn ?? '';
    await appstream.send(new TagResourceCommand({ ResourceArn: arn, Tags: { Seen: 'yes' } }));
    await update('desktop', 'desktop-2');
    await post(url, '{"seconds": 3600}');
    const written = await get(url, '/_estate');
    expect(written.capturedAt).toBe('2026-01-20T01:00:00.000Z');

    const file = write('continued.json', written);
    expect(loadEstate(file).appstream.images).toHaveLength(3);
    const next = await open(file);
    const client = new AppStreamClient(settings(next.url));
    const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceArn: arn }));
    const images = async () => (await client.send(new DescribeImagesCommand({}))).Images ?? [];
    const state = async () => (await images()).find(({ Name }) => Name === 'desktop-2')?.State;
    expect([Tags, await state()]).toEqual([{ Owner: 'me', Seen: 'yes' }, 'CREATING']);
    await post(next.url, '{"seconds": 18000}');
    expect(await state()).toBe('AVAILABLE');
    client.destroy();
  });

  it('gives two accounts the same answers to the same calls', async () => {
    const play = async (target: string): Promise<Json> => {
      const client = new AppStreamClient(settings(target));
      for (const source of ['desktop', 'doomed']) {
        const input = { existingImageName: source, newImageName: `${source}-2` };
        await client.send(new CreateUpdatedImageCommand(input));
        await post(target, '{"seconds": 9000}');
      }
      client.destroy();
      return [await get(target, '/_trace'), await get(target, '/_estate')];
    };
    const other = await open(estate);
    expect(await play(url)).toEqual(await play(other.url));
  });

  it('is loud about what is not emulated', async () => {
    const dynamodb = new DynamoDBClient(settings(url));
    const states = new SFNClient(settings(url));
    await expect(dynamodb.send(new ListTablesCommand({}))).rejects.toMatchObject({
      name: 'NotImplemented',
      message: 'The rehearsal does not implement dynamodb:ListTables.',
    });
    await expect(states.send(new ListStateMachinesCommand({}))).rejects.toMatchObject({
      message: 'No emulated service signs as states',
    });
    dynamodb.destroy();
    states.destroy();
  });

  it.each([
    ['', 'The body is no JSON'],
    ['six', 'The body is no JSON'],
    ['null', 'The body is null; {"seconds": N} is needed'],
    ['{"hours": 6}', 'The body is {"hours":6}; {"seconds": N} is needed'],
    ['{"seconds": 1, "minutes": 1}', '{"seconds": N} is needed'],
    ['{"seconds": "6"}', 'seconds is "6"; it must be a number from 0 to 31622400'],
    ['{"seconds": -1}', 'seconds is -1; it must be a number'],
    ['{"seconds": 1e300}', 'seconds is 1e+300; it must be a number'],
  ])('answers the body %s with 400 and leaves the time alone', async (body, error) => {
    const response = await post(url, body);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ error: expect.stringContaining(error) });
    expect(emulator.account.now).toBe(Date.parse('2026-01-20T00:00:00Z'));
  });

  it('knows its paths and their methods, and leaves all others to AWS', async () => {
    const wrong = await fetch(`${url}/_estate`, { method: 'PUT', body: '{}' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET']);
    expect(await wrong.json()).toEqual({ error: '/_estate takes GET, not PUT' });
    const unknown = await fetch(`${url}/_clock`);
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toEqual({
      error: expect.stringContaining('POST /_clock/advance'),
    });
    expect((await fetch(`${url}/constructor`)).status).toBe(403);
    expect((await fetch(`${url}/_toString`)).status).toBe(404);
  });

  it('cannot be reached but from this machine', async () => {
    expect(new URL(url).hostname).toBe('127.0.0.1');
    const foreign = Object.values(os.networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal);
    // A machine without a network has no other address to be reached at.
    const host = foreign?.address ?? '127.0.0.2';
    await expect(fetch(`http://${host}:${new URL(url).port}/_trace`)).rejects.toThrow();
  });
});

describe('npm run emulator', () => {
  const running: ChildProcess[] = [];
  afterEach(() => running.splice(0).forEach((child) => child.kill('SIGKILL')));

  function start(...options: string[]) {
    // As `tsx` does, but in one process, so that a signal reaches it.
    const command = ['--import', 'tsx', path.join(root, 'rehearsal', 'emulator.ts'), ...options];
    const child = spawn(process.execPath, command, { cwd: root });
    running.push(child);
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (output.stdout += chunk));
    child.stderr.on('data', (chunk) => (output.stderr += chunk));
    const ended = new Promise<Json>((resolve) =>
      child.once('close', (code, signal) => resolve({ code, signal, ...output })),
    );
    const ready = new Promise<string>((resolve, reject) => {
      child.stdout.on('data', () => {
        const url = /AWS_ENDPOINT_URL=(\S+)/.exec(output.stdout)?.[1];
        if (url !== undefined) resolve(url);
      });
      child.once('close', () => reject(new Error(output.stderr)));
    });
    ready.catch(() => undefined);
    return { child, ended, ready };
  }

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'serves the sample estate until %s, then ends with exit code 0',
    async (signal) => {
      const { child, ended, ready } = start('--port', '0');
      const url = await ready;
      // A connection that is kept alive must not keep the emulator alive.
      const agent = new http.Agent({ keepAlive: true });
      await new Promise((resolve) =>
        http.get(`${url}/_estate`, { agent }, (response) => response.resume().on('end', resolve)),
      );
      child.kill(signal);
      expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
      agent.destroy();
    },
  );

  it('deploys the ledger of a stack, which takes items and writes them into the estate', async () => {
    const { ready } = start('--port', '0', '--stack', 'appstream', '--estate', estate);
    const url = await ready;
    const [{ TableName }] = (await get(url, '/_estate')).dynamodb.tables;
    const client = new DynamoDBClient(settings(url));
    const Key = { workflow: { S: 'by-hand' }, item: { S: 'one' } };
    const Item = { ...Key, bytes: { B: Buffer.from('text') } };
    await client.send(new PutItemCommand({ TableName, Item }));
    const read = new GetItemCommand({ TableName, Key, ConsistentRead: true });
    expect((await client.send(read)).Item).toMatchObject(Key);
    client.destroy();
    const bytes = { B: Buffer.from('text').toString('base64') };
    expect((await get(url, '/_estate')).dynamodb.tables[0].Items).toEqual([{ ...Key, bytes }]);
    expect((await get(url, '/_trace')).calls[0].input.Item.bytes).toEqual(bytes);
  });

  it('names a port that is in use', async () => {
    const other = http.createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await start('--port', String(port)).ended;
    other.close();
    expect(code).toBe(2);
    expect(stderr).toContain(`--port is ${port}, but another program listens on that port`);
  });

  it.each([
    ['all wrong options', ['--prot', '1', '--port', '70000'], ['did you mean "--port"', '65535']],
    ['a missing estate', ['--estate', 'nowhere.yaml'], ['nowhere.yaml']],
    ['a missing stack', ['--port', '0', '--stack', 'nowhere'], ['Pulumi.nowhere.yaml']],
  ])('names %s, with exit code 2', async (_, options, words) => {
    const { code, stdout, stderr } = await start(...options).ended;
    expect([code, stdout]).toEqual([2, '']);
    for (const word of words) expect(stderr).toContain(word);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('tells how it is used', async () => {
    const { code, stdout } = await start('--help').ended;
    expect(code).toBe(0);
    for (const word of ['--estate', '--port', '--stack', '/_clock/advance', '/_trace', '/_estate'])
      expect(stdout).toContain(word);
  });
});
