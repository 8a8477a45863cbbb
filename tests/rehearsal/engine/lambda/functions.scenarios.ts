import * as fs from 'node:fs';
import type { FunctionSpec } from '../../../../rehearsal/engine/function-environment';
import type { Json } from '../../../../rehearsal/services/service';
import { printScenarios } from './run-scenarios';
import { functionOf, inWorld, START, type World } from './world';

const SDK = `
const { DynamoDB } = require('@aws-sdk/client-dynamodb');
const get = (client, id) => client.getItem({ TableName: 'table', Key: { id: { S: id } } });`;

/** The body of a handler as a function with one file. */
const handler = (body: string, more: Partial<FunctionSpec> = {}): FunctionSpec =>
  functionOf('f', `${SDK}\nexports.handler = async (event, context) => {${body}};`, more);

const ids = (world: World): string[] => world.arrivals.map(({ input }) => input.Key.id.S);

/** Only what the code did; the trace apart. */
const invokeOnce = (spec: FunctionSpec, event: Json = {}): Promise<Json> =>
  inWorld({ functions: [spec] }, (world) => world.invoke('f', event));

void printScenarios({
  payload: async () => ({
    echo: await invokeOnce(handler('return { event, at: new Date() }'), { a: [1, null] }),
    nothing: await invokeOnce(handler('')),
    circular: await invokeOnce(handler('const a = {}; a.a = a; return a')),
    tooLarge: await invokeOnce(handler(`return 'x'.repeat(6291556)`)),
    plain: await invokeOnce(functionOf('f', `exports.handler = () => 'plain'`)),
    plainLater: await invokeOnce(
      functionOf('f', `exports.handler = () => 'plain'`, { runtime: 'nodejs24.x' }),
    ),
    callback: await invokeOnce(
      functionOf('f', `exports.handler = (event, context, done) => done()`),
    ),
  }),

  // What Pulumi serializes a callback factory to.
  serialized: () =>
    invokeOnce(
      functionOf(
        'f',
        `const __suffix = "!";
         exports.handler = __f0();
         function __f0() {
           return (function() {
             with({ suffix: __suffix, this: undefined, arguments: undefined }) {
               return () => async ({ text }) => text + suffix;
             }
           }).apply(undefined, undefined).apply(this, arguments);
         }`,
      ),
      { text: 'with' },
    ),

  context: () =>
    invokeOnce(
      handler(`
        const before = context.getRemainingTimeInMillis();
        await new Promise((resolve) => setTimeout(resolve, 2500));
        return { ...context, before, after: context.getRemainingTimeInMillis() };`),
    ),

  environment: () => {
    process.env['HOST_SECRET'] = 'of the host';
    const body = `
      process.env.SEEN = (process.env.SEEN ?? '') + event;
      process.env.NUMBER = 1;
      delete process.env.GONE;
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return {
        seen: process.env.SEEN, number: process.env.NUMBER, has: 'GONE' in process.env,
        names: Object.keys(process.env).sort(), hours: new Date().getHours(),
        region: process.env.AWS_REGION, secret: process.env.HOST_SECRET ?? null,
      };`;
    const functions = [
      handler(body, { environment: { GONE: 'x', OWN: 'y' } }),
      { ...handler(body), name: 'g', arn: 'arn:g' },
    ];
    return inWorld({ functions }, async (world) => {
      const f = world.runner.invoke('f', 'a', { invocationId: '1' });
      const g = world.runner.invoke('g', 'b', { invocationId: '2' });
      await world.clock.runUntil(START + 5000);
      const again = await world.invoke('f', 'c', '3');
      return {
        f: await f,
        g: await g,
        again,
        host: [process.env['SEEN'], process.env['HOST_SECRET']],
      };
    });
  },

  reservedVariable: () =>
    inWorld({ functions: [handler('', { environment: { AWS_REGION: 'x' } })] }, async (world) => {
      void world.runner.invoke('f', {}, { invocationId: '1' });
      return world.clock.runUntil(START + 1).catch((error: Error) => error.message);
    }),

  errors: async () => ({
    named: await invokeOnce(
      handler(
        `const inner = () => { throw Object.assign(new Error('no'), { name: 'QuotaError' }); }; inner();`,
      ),
    ),
    text: await invokeOnce(handler(`throw 'text'`)),
    sdk: await inWorld(
      {
        functions: [handler(`await get(new DynamoDB({}), 'x')`)],
        answer: () => ({
          status: 400,
          body: { __type: 'ResourceNotFoundException', message: 'gone' },
        }),
      },
      (world) => world.invoke('f', {}),
    ),
    rejection: await invokeOnce(
      handler(`Promise.reject(new Error('lost')); await new Promise(() => {})`),
    ),
    inTimer: await invokeOnce(
      handler(
        `setTimeout(() => { throw new RangeError('late') }, 500); await new Promise(() => {})`,
      ),
    ),
    exit: await invokeOnce(
      handler(`setTimeout(() => process.exit(3), 500); await new Promise(() => {})`),
    ),
    syntax: await invokeOnce(functionOf('f', 'const const')),
    noHandler: await invokeOnce(functionOf('f', 'exports.other = 1')),
    atLoad: await invokeOnce(functionOf('f', `throw new TypeError('at load')`)),
  }),

  modules: async () => ({
    unknown: await invokeOnce(handler(`require('left-pad')`)),
    pulumi: await invokeOnce(functionOf('f', `require('@pulumi/pulumi')`)),
    smithy: await invokeOnce(functionOf('f', `require('@smithy/core')`)),
    outside: await invokeOnce(functionOf('f', `require('${process.cwd()}/package.json')`)),
    processes: await invokeOnce(handler(`require('node:child_process')`)),
    sdkSubpath: await invokeOnce(
      handler(`return typeof require('@aws-sdk/client-dynamodb/dist-cjs/index.js').DynamoDB`),
    ),
    imported: await invokeOnce(
      handler(`
        const { DynamoDB: Same } = await import('@aws-sdk/client-dynamodb');
        const fs = await import('node:fs');
        const missing = await import('left-pad').catch((error) => error.code);
        return [Same === DynamoDB, typeof fs.readFileSync, missing];`),
    ),
    bundled: await invokeOnce(
      functionOf('f', '', {
        files: {
          '__index.js': `
            const own = require('./lib/own');
            exports.handler = async () => [own, require('bundled'), require('./data.json'), require('fs').readdirSync(__dirname).sort()];`,
          'lib/own.js': `module.exports = 'own ' + require('../data').n;`,
          'data.json': '{"n":1}',
          'node_modules/bundled/package.json': '{"main":"main.js"}',
          'node_modules/bundled/main.js': `exports.name = 'bundled';`,
        },
      }),
    ),
  }),

  network: async () => ({
    https: await invokeOnce(handler(`require('https').get('https://example.com')`)),
    fetch: await invokeOnce(handler(`await fetch('http://127.0.0.1')`)),
    port: await invokeOnce(handler(`require('http').get('http://127.0.0.1:1/')`)),
    host: await invokeOnce(
      handler(`
        const { port } = new URL(process.env.AWS_ENDPOINT_URL);
        require('http').get({ host: 'example.com', port });`),
    ),
    prefix: await invokeOnce(
      handler(`
        const { port } = new URL(process.env.AWS_ENDPOINT_URL);
        return new Promise((resolve) =>
          require('http').get({ host: 'sync-states.127.0.0.1', port }, (response) => resolve(response.statusCode)).end());`),
    ),
    endpoint: await invokeOnce(
      handler(`
        return new Promise((resolve) => require('http').get(process.env.AWS_ENDPOINT_URL + '/path', (response) => {
          let text = '';
          response.on('data', (chunk) => (text += chunk));
          response.on('end', () => resolve([response.statusCode, text, process.env.AWS_LAMBDA_FUNCTION_NAME]));
        }));`),
    ),
  }),

  timeout: () => {
    const spec = handler(
      `await get(new DynamoDB({}), 'before');
       await new Promise((resolve) => setTimeout(resolve, event.sleep));
       await get(new DynamoDB({}), 'after ' + event.sleep);
       console.log('done');
       return 'done';`,
      { timeoutSeconds: 3 },
    );
    return inWorld({ functions: [spec] }, async (world) => {
      const late = await world.invoke('f', { sleep: 2990 }, 'late');
      const inTime = await world.invoke('f', { sleep: 2970 }, 'in time');
      return { late, inTime, ids: ids(world), saved: world.clock.save().entries };
    });
  },

  // Nothing is left in flight that would give them away.
  brokenContainers: async () => {
    const broken = (body: string) =>
      inWorld({ functions: [handler(`${body}; await new Promise(() => {})`)] }, async (world) => [
        await world.invoke('f', {}, '1', 100),
        await world.invoke('f', {}, '2', 100),
      ]);
    return [...(await broken('')), ...(await broken('Promise.reject(1)'))];
  },

  unanswered: () =>
    inWorld(
      {
        functions: [
          handler(
            `const client = new DynamoDB({ maxAttempts: 1, requestHandler: event });
             const started = Date.now();
             return get(client, 'x').catch((error) => [error.name, Date.now() - started]);`,
          ),
        ],
        answer: () => undefined,
      },
      async (world) => [
        await world.invoke('f', { requestTimeout: 5000, throwOnRequestTimeout: true }, '1', 100),
        await world.invoke('f', { socketTimeout: 7000 }, '2', 100),
        await world.invoke('f', {}, '3', 100),
      ],
    ),

  crash: () => {
    const spec = handler(`
      const client = new DynamoDB({ maxAttempts: 1 });
      console.log('begins');
      setInterval(() => get(client, 'timer'), 40);
      try {
        await get(client, event.id);
      } finally {
        globalThis.heardOfIt = true;
        console.log('hears of it');
        await get(client, 'more');
      }
      return 'done';`);
    return inWorld(
      { functions: [spec], answer: () => ({ body: {}, afterMilliseconds: 100 }) },
      async (world) => {
        const { runner, clock, quiescence } = world;
        const result = runner.invoke('f', { id: 'x' }, { invocationId: 'dies' });
        await clock.runUntil(START + 50);
        const running = [runner.functionOf('dies'), quiescence.invocationOf(1)];
        const crashed = [runner.crash('dies'), runner.crash('dies')];
        const saved = clock.save().entries.map(({ kind }) => kind);
        await clock.runUntil(START + 10_000);
        const gone = [runner.functionOf('dies') ?? null, quiescence.invocationOf(1) ?? null];
        const heard = 'heardOfIt' in globalThis;
        return { running, crashed, gone, saved, heard, ids: ids(world), result: await result };
      },
    );
  },

  afterExit: () => {
    const spec = handler(`
      const http = require('http');
      queueMicrotask(() => {
        http.get(process.env.AWS_ENDPOINT_URL + '/after');
        setTimeout(() => {}, 1000);
      });
      http.get(process.env.AWS_ENDPOINT_URL + '/before');
      process.exit(0);`);
    return inWorld({ functions: [spec] }, async (world) => {
      const result = world.runner.invoke('f', {}, { invocationId: '1' });
      await world.clock.runUntil(START + 100);
      const saved = world.clock.save().entries;
      return { result: await result, received: world.received, saved };
    });
  },

  containers: () => {
    const code = `
      let count = 0;
      const loaded = Date.now();
      exports.handler = async (sleep) => {
        count += 1;
        const mine = count;
        await new Promise((resolve) => setTimeout(resolve, sleep));
        return [mine, loaded];
      };`;
    return inWorld({ functions: [functionOf('f', code)] }, async (world) => {
      const { runner, clock } = world;
      const at = (seconds: number) => clock.runUntil(START + seconds * 1000);
      const results: Promise<Json>[] = [];
      const invoke = (sleep: number) =>
        results.push(runner.invoke('f', sleep, { invocationId: `i${results.length}` }));
      invoke(1000);
      invoke(1000);
      await at(10);
      invoke(1000);
      await at(20);
      runner.recycle();
      invoke(1000);
      await at(30);
      await at(60 * 11);
      invoke(1000);
      await at(60 * 12);
      return (await Promise.all(results)).map(({ payload, coldStart }) => [
        payload[0],
        (payload[1] - START) / 1000,
        coldStart,
      ]);
    });
  },

  leftBehind: () => {
    const spec = handler(`
      const client = new DynamoDB({});
      if (event.leave === 'request') get(client, 'left').then(() => get(client, 'never'));
      if (event.leave === 'timer') setTimeout(() => get(client, 'never'), 500);
      await get(client, 'awaited');
      globalThis.console.log('ends');
    `);
    const answer = ({ input }: { input: Json }) => ({
      body: {},
      afterMilliseconds: input.Key.id.S === 'left' ? 1000 : 10,
    });
    return inWorld({ functions: [spec], answer }, async (world) => {
      const results: Json[] = [];
      for (const leave of ['request', 'timer', 'nothing', 'nothing']) {
        results.push(await world.invoke('f', { leave }, `${results.length}`, 60));
      }
      return { cold: results.map(({ coldStart }) => coldStart), ids: ids(world).sort() };
    });
  },

  output: () =>
    invokeOnce(
      handler(`
        console.log('one', { two: 2 });
        process.stdout.write('three\\n');
        await new Promise((resolve) => setTimeout(resolve, 1500));
        console.error('four');`),
    ),

  misuse: () =>
    inWorld({ functions: [handler('')] }, async ({ runner }) => {
      const message = (act: () => unknown): string => {
        try {
          act();
          return 'nothing thrown';
        } catch (error) {
          return (error as Error).message;
        }
      };
      void runner.invoke('f', {}, { invocationId: 'same' });
      return [
        message(() => runner.invoke('nobody', {}, { invocationId: '1' })),
        message(() => runner.invoke('f', {}, { invocationId: 'same' })),
        message(() => runner.invoke('f', undefined, { invocationId: '2' })),
        message(() => runner.invoke('f', 'x'.repeat(6 * 1024 * 1024), { invocationId: '3' })),
      ];
    }),

  afterwards: async () => {
    const patched = (): unknown[] => [
      globalThis.setTimeout,
      Date,
      Math.random,
      process.env,
      globalThis.fetch,
      Reflect.get(process, 'exit'),
      Reflect.get(process.stdout, 'write'),
    ];
    const before = patched();
    const listeners = process.listenerCount('uncaughtException');
    const folder = await inWorld({ functions: [handler('return __dirname')] }, async (world) => {
      const { payload }: Json = await world.invoke('f', {});
      return {
        path: payload,
        holds: fs.readdirSync(payload),
        patched: patched().map((value, index) => value !== before[index]),
      };
    });
    return {
      patched: folder.patched,
      restored: patched().map((value, index) => value === before[index]),
      listeners: process.listenerCount('uncaughtException') - listeners,
      holds: folder.holds,
      folderIsGone: !fs.existsSync(folder.path),
    };
  },
});
