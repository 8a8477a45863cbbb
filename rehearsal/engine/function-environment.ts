import { createHash } from 'node:crypto';
import { RUNTIME_ROOT, TASK_ROOT } from './function-modules';

/** A function as the program declares it. */
export interface FunctionSpec {
  readonly name: string;
  readonly arn: string;
  /** `nodejs22.x` */
  readonly runtime: string;
  /** `__index.handler` */
  readonly handler: string;
  /** 1 to 900. */
  readonly timeoutSeconds: number;
  /** MiB. */
  readonly memoryMegabytes: number;
  /** Declared variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** Files of the archive, by their path in it. */
  readonly files: Readonly<Record<string, string>>;
  /** @default `/aws/lambda/<name>` */
  readonly logGroup?: string;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const RESERVED = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
]);

/**
 * The access key under which a function signs its requests: by it the emulated AWS knows who calls. In the form of
 * keys that STS issues, unique per function.
 */
export function accessKeyOf(functionArn: string): string {
  const bytes = createHash('sha256').update(functionArn).digest();
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return `ASIA${[...bytes.subarray(0, 16)].map((byte) => letters[byte % 32]).join('')}`;
}

/**
 * All variables that the code of a function sees: its own, those of the Lambda runtime, and those that make the SDK
 * talk to the rehearsal and to nothing else. Throws for a name that Lambda reserves, as Lambda would.
 */
export function functionEnvironment(
  spec: FunctionSpec,
  { endpoint, region }: { readonly endpoint: string; readonly region: string },
): Record<string, string> {
  const reserved = Object.keys(spec.environment).filter((name) => RESERVED.has(name));
  if (reserved.length > 0) {
    throw new Error(
      `The function ${spec.name} declares variables that Lambda reserves: ${reserved.join(', ')}`,
    );
  }
  return {
    LANG: 'en_US.UTF-8',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    TZ: ':UTC',
    ...spec.environment,
    _HANDLER: spec.handler,
    AWS_ACCESS_KEY_ID: accessKeyOf(spec.arn),
    AWS_SECRET_ACCESS_KEY: 'rehearsal',
    AWS_SESSION_TOKEN: 'rehearsal',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${spec.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: spec.logGroup ?? `/aws/lambda/${spec.name}`,
    LAMBDA_TASK_ROOT: TASK_ROOT,
    LAMBDA_RUNTIME_DIR: RUNTIME_ROOT,
    AWS_ENDPOINT_URL: endpoint,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    // The rehearsal may run on an older Node.js than Lambda does.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}
