import { AppStreamClient, DescribeImagesCommand } from '@aws-sdk/client-appstream';
import { DescribeImagesCommand as DescribeAmisCommand, EC2Client } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../rehearsal/services/service';
import { startWireServer, type WireServerOptions } from '../../../rehearsal/wire/server';
import { Backend, NOW, rejection } from './support';

const backend = new Backend();
beforeAll(() => backend.start());
afterAll(() => backend.stop());
beforeEach(() => backend.reset());

const SIGNED = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20310506/eu-central-1/${service}/aws4_request`,
});

/** A call of DescribeImages without an SDK in between. */
function describeImages(headers: Record<string, string> = {}, body = '{}'): Promise<Response> {
  return fetch(backend.url, {
    method: 'POST',
    headers: {
      ...SIGNED('appstream'),
      'x-amz-target': 'PhotonAdminProxyService.DescribeImages',
      ...headers,
    },
    body,
  });
}

test('answers carry the virtual time, and SDK clients take it for their clock', async () => {
  expect((await describeImages()).headers.get('date')).toBe(new Date(NOW).toUTCString());

  const client = new AppStreamClient(backend.client);
  await client.send(new DescribeImagesCommand({}));
  expect(client.config.systemClockOffset).toBeGreaterThan(NOW - Date.now() - 60_000);
});

test('a call names its caller, its agent and its place in the order', async () => {
  await describeImages({ 'x-evergreen-sequence': '42', 'user-agent': 'evergreen/1' });
  expect(backend.calls).toEqual([
    {
      service: 'appstream',
      operation: 'DescribeImages',
      input: {},
      accessKeyId: 'AKIAEXAMPLE',
      sequence: 42,
      userAgent: 'evergreen/1',
    },
  ]);
});

test('arrival is told before the call and departure after the answer, once each', async () => {
  let seenDuringCall: unknown[] = [];
  backend.answer = () => {
    seenDuringCall = [[...backend.arrived], [...backend.answered]];
    return { output: {} };
  };
  await (await describeImages({ 'x-evergreen-sequence': '7' })).text();
  await settled();
  expect(seenDuringCall).toEqual([[7], []]);
  expect(backend.arrived).toEqual([7]);
  expect(backend.answered).toEqual([7]);
});

test('a lost answer breaks the connection, and departure is told all the same', async () => {
  backend.answer = () => ({ drop: true });
  await expect(describeImages({ 'x-evergreen-sequence': '8' })).rejects.toThrow('fetch failed');
  await settled();
  expect(backend.answered).toEqual([8]);
  expect(backend.defects).toEqual([]);
});

test('request ids follow the sequence number, with another one for a retry', async () => {
  const id = async (sequence?: string): Promise<string | null> => {
    const headers: Record<string, string> =
      sequence === undefined ? {} : { 'x-evergreen-sequence': sequence };
    return (await describeImages(headers)).headers.get('x-amzn-requestid');
  };
  expect(await id('300')).toBe('00000000-0000-4000-8000-00000000012c');
  expect(await id('300')).toBe('00000001-0000-4000-8000-00000000012c');
  expect(await id('301')).toBe('00000000-0000-4000-8000-00000000012d');
  const [first, second] = [await id(), await id()];
  expect(first).toMatch(/^00000000-ffff-/);
  expect(parseInt(second!.slice(-12), 16)).toBe(parseInt(first!.slice(-12), 16) + 1);
});

test('a server error reaches the client with its status, which makes it retry', async () => {
  const client = new AppStreamClient({ ...backend.client, maxAttempts: 2 });
  const answers = [
    { error: new AwsError('InternalFailure', 'try again', 500) },
    { output: { Images: [] } },
  ];
  backend.answer = () => answers.shift()!;
  const output = await client.send(new DescribeImagesCommand({}));
  expect(output.Images).toEqual([]);
  expect(backend.calls).toHaveLength(2);
});

describe('mistakes of the emulation are told, and never look like an answer of AWS', () => {
  const defect = (output: unknown) => {
    backend.returns(output);
    return rejection(new AppStreamClient(backend.client).send(new DescribeImagesCommand({})));
  };

  test.each([
    [{ Image: [] }, 'Emulated answer: DescribeImagesResult has no member Image'],
    [{ Images: [{ Nam: 'x' }] }, 'Emulated answer: Image has no member Nam at Images[0]'],
    [{ Images: {} }, 'Emulated answer: Images must be a list, not {}'],
    [
      { Images: [{ Name: 'x', CreatedTime: '2031-01-01' }] },
      'Emulated answer: Images[0].CreatedTime must be a timestamp, not "2031-01-01"',
    ],
  ])('output %j', async (output, message) => {
    expect(await defect(output)).toMatchObject({ name: 'EmulatorDefect', message });
    expect(backend.defects).toEqual([`appstream:DescribeImages: ${message}`]);
  });

  test.each([
    [{ Images: [{ ImageID: 'x' }] }, 'Emulated answer: Image has no member ImageID at Images[0]'],
    [{ Images: [{ ImageId: 5 }] }, 'Emulated answer: Images[0].ImageId must be a string, not 5'],
    [{ Images: 'none' }, 'Emulated answer: Images must be a list, not "none"'],
  ])('XML output %j', async (output, message) => {
    backend.returns(output);
    const error = await rejection(new EC2Client(backend.client).send(new DescribeAmisCommand({})));
    expect(error).toMatchObject({ name: 'EmulatorDefect', message });
  });

  test('an exception of the handler, even an AwsError', async () => {
    backend.answer = () => {
      throw new AwsError('ResourceNotFoundException', 'thrown, not returned');
    };
    const error = await rejection(
      new AppStreamClient(backend.client).send(new DescribeImagesCommand({})),
    );
    expect(error).toMatchObject({ name: 'EmulatorDefect', message: 'thrown, not returned' });
    expect(backend.defects).toEqual(['appstream:DescribeImages: thrown, not returned']);
  });
});

describe('requests that no service can be asked', () => {
  test('an unsigned one', async () => {
    const reply = await fetch(backend.url, { method: 'POST', body: '{}' });
    expect(reply.status).toBe(403);
    expect(await reply.text()).toContain('MissingAuthenticationToken');
  });

  test.each([
    ['application/x-amz-json-1.1', '"__type":"com.amazon.coral.service#NotImplemented"'],
    ['application/x-www-form-urlencoded; charset=utf-8', '<Code>NotImplemented</Code>'],
  ])('one of an unknown service, answered in the language of %s', async (type, text) => {
    const headers = { ...SIGNED('braket'), 'content-type': type };
    const reply = await fetch(backend.url, { method: 'POST', headers, body: 'x' });
    const answer = await reply.text();
    expect(answer).toContain(text);
    expect(answer).toContain('No emulated service signs as braket');
  });

  test('an unknown operation and a body that is no JSON', async () => {
    const unknown = await describeImages({
      'x-amz-target': 'PhotonAdminProxyService.DescribePictures',
    });
    expect(await unknown.text()).toContain('UnknownOperationException');
    expect(await (await describeImages({}, '{')).text()).toContain('SerializationException');
    expect(await (await describeImages({}, '[]')).text()).toContain('SerializationException');
    expect(backend.calls).toEqual([]);
  });

  test('members that the model does not have are ignored, as AWS does', async () => {
    expect((await describeImages({}, '{"Names":["a"],"Later":1}')).status).toBe(200);
    expect(backend.input).toEqual({ Names: ['a'] });
  });
});

test('an unsigned request may be for the emulator itself, on a port of its own', async () => {
  const options: WireServerOptions = {
    services: [],
    onCall: async () => ({ output: {} }),
    now: () => NOW,
    onDefect: () => undefined,
    onUnsigned: async ({ method, path, query, body }) => {
      if (path === '/_broken') throw new Error('no estate');
      return path.startsWith('/_')
        ? {
            status: 200,
            headers: { 'content-type': 'text/plain' },
            body: [method, path, query.get('q'), body].join(' '),
          }
        : undefined;
    },
  };
  const free = await startWireServer(options);
  const port = Number(new URL(free.url).port);
  await expect(startWireServer({ ...options, port })).rejects.toThrow('EADDRINUSE');
  await free.close();
  const server = await startWireServer({ ...options, port });
  try {
    expect(server.url).toBe(free.url);
    const reply = await fetch(`${server.url}/_clock?q=1`, { method: 'POST', body: '{}' });
    expect(await reply.text()).toBe('POST /_clock 1 {}');
    expect((await fetch(`${server.url}/other`)).status).toBe(403);
    expect(await (await fetch(`${server.url}/_broken`)).json()).toMatchObject({
      message: 'no estate',
    });
  } finally {
    await server.close();
  }
});

describe('a service cannot lie about its client', () => {
  const start = (services: WireServerOptions['services']) =>
    startWireServer({ services, onCall: async () => ({ output: {} }), now: () => NOW });
  const sns = { id: 'sns', clientPackage: '@aws-sdk/client-sns', protocol: 'query' } as const;

  test.each([
    [
      [{ ...sns, protocol: 'json-1.0' as const }],
      'signs as sns and speaks query, but its service says sns and json-1.0',
    ],
    [[{ ...sns, id: 'notify' }], 'but its service says notify and query'],
    [[sns, sns], 'Two services sign as sns'],
  ])('%j', async (services, message) => {
    await expect(start(services)).rejects.toThrow(message);
  });
});

test('a closed server takes no more calls, although clients keep their connections open', async () => {
  const other = new Backend();
  await other.start();
  await new AppStreamClient(other.client).send(new DescribeImagesCommand({}));
  await other.stop();
  const late = new AppStreamClient(other.client).send(new DescribeImagesCommand({}));
  expect((await rejection(late)).message).toContain('ECONNREFUSED');
});

test('closing does not wait for a call that is under way', async () => {
  const other = new Backend();
  await other.start();
  const called = new Promise<void>((resolve) => {
    other.answer = () => {
      resolve();
      return new Promise(() => undefined);
    };
  });
  const pending = new AppStreamClient(other.client).send(new DescribeImagesCommand({}));
  const failed = rejection(pending);
  await called;
  await other.stop();
  expect((await failed).message).toContain('socket hang up');
});

/** The server hears of a closed connection a little after its client. */
async function settled(): Promise<void> {
  for (let i = 0; i < 100 && backend.answered.length < backend.arrived.length; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
