import * as path from 'node:path';
import { accessKeyOf } from '../../../../rehearsal/engine/function-environment';
import type { Json } from '../../../../rehearsal/services/service';
import { runScenarios } from './run-scenarios';

describe('FunctionRunner', () => {
  const seen = runScenarios(path.join(__dirname, 'functions.scenarios.ts'), { HOME: '/home/host' });
  const payloadOf = (result: Json) => result.payload;
  const failureOf = ({ error, kind }: Json) => [kind, error.errorType, error.errorMessage];
  const noModule = (id: string) =>
    `Cannot find module '${id}' (the Lambda runtime does not have it: it offers Node.js's own modules and @aws-sdk/*)`;

  it('hands over the event and the answer as JSON', () => {
    expect(seen.payload.echo).toEqual({
      payload: { event: { a: [1, null] }, at: '2026-03-01T00:00:00.000Z' },
      durationMilliseconds: 0,
      coldStart: true,
      logs: [],
    });
    expect(payloadOf(seen.payload.nothing)).toBeNull();
    expect(failureOf(seen.payload.circular)).toEqual([
      'handled',
      'Runtime.JSONStringifyError',
      'Unable to stringify response body',
    ]);
    expect(failureOf(seen.payload.tooLarge)).toEqual([
      'handled',
      'Function.ResponseSizeTooLarge',
      'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    ]);
  });

  it('takes an answer that is no promise only where the runtime does, and no callbacks', () => {
    expect(payloadOf(seen.payload.plain)).toBeNull();
    expect(payloadOf(seen.payload.plainLater)).toBe('plain');
    expect(seen.payload.callback.error.errorType).toBe('Runtime.CallbackHandlerDeprecated');
  });

  it('runs code in the form that Pulumi gives it', () => {
    expect(payloadOf(seen.serialized)).toBe('with!');
  });

  it('tells the code its context, the remaining time in virtual time', () => {
    expect(payloadOf(seen.context)).toEqual({
      functionName: 'f',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:f',
      memoryLimitInMB: '256',
      awsRequestId: 'invocation-1',
      logGroupName: '/aws/lambda/f',
      logStreamName: expect.stringMatching(/^rehearsal\/\[\$LATEST\][0-9a-f]{32}$/),
      before: 60_000,
      after: 57_500,
    });
    expect(seen.context.durationMilliseconds).toBe(2500);
  });

  it("gives each container an environment of its own, and nothing of the host's", () => {
    const runtime = [
      'AWS_ACCESS_KEY_ID',
      'AWS_CONFIG_FILE',
      'AWS_DEFAULT_REGION',
      'AWS_EC2_METADATA_DISABLED',
      'AWS_ENDPOINT_URL',
      'AWS_EXECUTION_ENV',
      'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
      'AWS_LAMBDA_FUNCTION_NAME',
      'AWS_LAMBDA_FUNCTION_VERSION',
      'AWS_LAMBDA_INITIALIZATION_TYPE',
      'AWS_LAMBDA_LOG_GROUP_NAME',
      'AWS_REGION',
      'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'AWS_SHARED_CREDENTIALS_FILE',
      'LAMBDA_RUNTIME_DIR',
      'LAMBDA_TASK_ROOT',
      'LANG',
      'PATH',
      'TZ',
      '_HANDLER',
    ];
    const { f, g, again, host } = seen.environment;
    expect(payloadOf(f)).toEqual({
      seen: 'a',
      number: '1',
      has: false,
      names: [...runtime, 'NUMBER', 'OWN', 'SEEN'].sort(),
      hours: 0,
      region: 'eu-central-1',
      secret: null,
    });
    expect(payloadOf(g)).toMatchObject({ seen: 'b', names: [...runtime, 'NUMBER', 'SEEN'].sort() });
    expect([again.coldStart, payloadOf(again).seen]).toEqual([false, 'ac']);
    expect(host).toEqual([null, 'of the host']);
  });

  it('refuses variables that Lambda reserves', () => {
    expect(seen.reservedVariable).toBe(
      'The function f declares variables that Lambda reserves: AWS_REGION',
    );
  });

  it('signs each function with a key of its own', () => {
    expect(accessKeyOf('arn:a')).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(accessKeyOf('arn:a')).not.toBe(accessKeyOf('arn:b'));
  });

  it('reports what the code throws as the Lambda runtime does', () => {
    expect(seen.errors.named).toMatchObject({
      kind: 'handled',
      error: {
        errorType: 'QuotaError',
        errorMessage: 'no',
        trace: [
          'QuotaError: no',
          expect.stringMatching(/^ {4}at inner \(\/var\/task\/__index\.js:4:\d+\)$/),
          expect.stringMatching(/^ {4}at exports\.handler \(\/var\/task\/__index\.js:4:\d+\)$/),
        ],
      },
    });
    expect(seen.errors.text.error).toEqual({
      errorType: 'string',
      errorMessage: 'text',
      trace: [],
    });
    expect(failureOf(seen.errors.sdk)).toEqual(['handled', 'ResourceNotFoundException', 'gone']);
    expect(seen.errors.sdk.error.trace.join('\n')).toContain(
      '(/var/runtime/node_modules/@aws-sdk/core/dist-cjs/',
    );
  });

  it('names nothing of this machine in any trace', () => {
    const frames: string[] = JSON.stringify(seen).match(/ {4}at [^"]+/g) ?? [];
    expect(frames.length).toBeGreaterThan(20);
    const ofLambda =
      /\((?:\/var\/(?:task|runtime)\/|node:|<anonymous>)|at async \/var\/runtime\/|at \/var\/task\//;
    expect(frames.filter((frame) => !ofLambda.test(frame))).toEqual([]);
    expect(frames.join('')).not.toContain(process.cwd());
  });

  it('ends the container with the errors that nobody catches', () => {
    expect(failureOf(seen.errors.rejection)).toEqual([
      'crash',
      'Runtime.UnhandledPromiseRejection',
      'Error: lost',
    ]);
    expect(failureOf(seen.errors.inTimer)).toEqual(['crash', 'RangeError', 'late']);
    expect(failureOf(seen.errors.exit)).toEqual([
      'crash',
      'Runtime.ExitError',
      'RequestId: invocation-1 Error: Runtime exited with error: exit status 3',
    ]);
    expect(seen.errors.exit.durationMilliseconds).toBe(500);
  });

  it('reports code that cannot be loaded', () => {
    expect(failureOf(seen.errors.syntax)).toEqual([
      'crash',
      'Runtime.UserCodeSyntaxError',
      "SyntaxError: Unexpected token 'const'",
    ]);
    expect(failureOf(seen.errors.noHandler)).toEqual([
      'crash',
      'Runtime.HandlerNotFound',
      '__index.handler is undefined or not exported',
    ]);
    expect(failureOf(seen.errors.atLoad)).toEqual(['crash', 'TypeError', 'at load']);
  });

  it('offers the modules that Lambda offers, and those of the archive', () => {
    expect(payloadOf(seen.modules.sdkSubpath)).toBe('function');
    expect(payloadOf(seen.modules.imported)).toEqual([true, 'function', 'MODULE_NOT_FOUND']);
    expect(payloadOf(seen.modules.bundled)).toEqual([
      'own 1',
      { name: 'bundled' },
      { n: 1 },
      ['__index.js', 'data.json', 'lib', 'node_modules'],
    ]);
  });

  it('offers no other module, though the project has it', () => {
    expect(failureOf(seen.modules.unknown)).toEqual(['handled', 'Error', noModule('left-pad')]);
    for (const [name, id] of [
      ['pulumi', '@pulumi/pulumi'],
      ['smithy', '@smithy/core'],
    ] as const) {
      expect(failureOf(seen.modules[name])).toEqual([
        'crash',
        'Runtime.ImportModuleError',
        `Error: ${noModule(id)}`,
      ]);
    }
    expect(seen.modules.outside.error.errorMessage).toMatch(
      /^Error: Cannot find module '.*package\.json' \(the archive does not have it\)$/,
    );
    expect(seen.modules.processes.error.errorMessage).toBe(
      'not implemented in a rehearsal: function code that uses node:child_process',
    );
  });

  it('lets the code reach the emulated AWS and nothing else', () => {
    const refused = 'In a rehearsal functions may only call the emulated AWS, not';
    expect(seen.network.https.error.errorMessage).toBe(`${refused} HTTPS.`);
    expect(seen.network.fetch.error.errorMessage).toBe(`${refused} fetch.`);
    expect(seen.network.port.error.errorMessage).toBe(`${refused} http://127.0.0.1:1.`);
    expect(seen.network.host.error.errorMessage).toMatch(/not http:\/\/example\.com:\d+\.$/);
    expect(payloadOf(seen.network.prefix)).toBe(200);
    expect(payloadOf(seen.network.endpoint)).toEqual([200, '{}', 'f']);
  });

  it('enforces the timeout in virtual time, after which nothing happens', () => {
    const { late, inTime, ids, saved } = seen.timeout;
    expect(failureOf(late)).toEqual([
      'timeout',
      'Sandbox.Timedout',
      'RequestId: late Error: Task timed out after 3.00 seconds',
    ]);
    expect([late.durationMilliseconds, late.logs]).toEqual([3000, []]);
    expect([payloadOf(inTime), inTime.durationMilliseconds]).toEqual(['done', 2990]);
    // The container of the first is gone.
    expect(inTime.coldStart).toBe(true);
    expect(ids).toEqual(['before', 'before', 'after 2970']);
    expect(saved).toEqual([]);
  });

  it('uses no container again whose invocation timed out or crashed', () => {
    const starts = seen.brokenContainers.map(({ kind, coldStart }: Json) => [kind, coldStart]);
    expect(starts).toEqual([
      ['timeout', true],
      ['timeout', true],
      ['crash', true],
      ['crash', true],
    ]);
  });

  it('lets nothing happen after process.exit', () => {
    const { result, received, saved } = seen.afterExit;
    expect(failureOf(result)).toEqual([
      'crash',
      'Runtime.ExitError',
      'RequestId: 1 Error: Runtime exited without providing a reason',
    ]);
    expect(received).toEqual([]);
    expect(saved).toEqual([]);
  });

  it('counts the time limits of the SDK for an answer that never comes in virtual time', () => {
    // The SDK begins to count the idle time of a connection 3 s after the request.
    expect(seen.unanswered.slice(0, 2).map(payloadOf)).toEqual([
      ['TimeoutError', 5000],
      ['TimeoutError', 10_000],
    ]);
    expect(seen.unanswered[2].error.errorType).toBe('Sandbox.Timedout');
  });

  it('lets nothing of an invocation happen after a crash', () => {
    expect(seen.crash).toEqual({
      running: ['f', 'dies'],
      crashed: [true, false],
      gone: [null, null],
      // The answers to both requests: they come, and find nobody.
      saved: ['answer', 'answer'],
      heard: false,
      ids: ['x', 'timer'],
      result: {
        kind: 'crash',
        error: {
          errorType: 'Runtime.ExitError',
          errorMessage: 'RequestId: dies Error: Runtime exited with error: signal: killed',
        },
        durationMilliseconds: 50,
        coldStart: true,
        logs: [{ at: '2026-03-01T00:00:00.000Z', stream: 'stdout', text: 'begins' }],
      },
    });
  });

  it('evaluates the code once per container, with one invocation at a time in each', () => {
    // Count in the container, seconds when it was loaded, cold start.
    expect(seen.containers).toEqual([
      [1, 0, true],
      [1, 0, true],
      [2, 0, false],
      [1, 20, true],
      [1, 660, true],
    ]);
  });

  it('never resumes what an invocation left behind', () => {
    expect(seen.leftBehind).toEqual({
      cold: [true, true, true, false],
      ids: ['awaited', 'awaited', 'awaited', 'awaited', 'left'],
    });
  });

  it('keeps what the code prints, with its virtual time', () => {
    expect(seen.output.logs).toEqual([
      { at: '2026-03-01T00:00:00.000Z', stream: 'stdout', text: 'one { two: 2 }' },
      { at: '2026-03-01T00:00:00.000Z', stream: 'stdout', text: 'three' },
      { at: '2026-03-01T00:00:01.500Z', stream: 'stderr', text: 'four' },
    ]);
  });

  it('refuses what its caller does wrong', () => {
    expect(seen.misuse).toEqual([
      'There is no function nobody to invoke.',
      'The invocation same of f runs already.',
      'The event for f is not JSON.',
      'The event for f exceeds the 6291456 bytes that Lambda takes.',
    ]);
  });

  it('gives back what it took of the process and the disk', () => {
    expect(seen.afterwards).toEqual({
      patched: [true, true, true, true, true, true, true],
      restored: [true, true, true, true, true, true, true],
      listeners: 0,
      holds: ['__index.js'],
      folderIsGone: true,
    });
  });
});
