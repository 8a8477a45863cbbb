import type { AwsError, Json } from '../../../rehearsal/services/service';
import {
  startWireServer,
  type WireAnswer,
  type WireCall,
  type WireServer,
  type WireServerOptions,
} from '../../../rehearsal/wire/server';

/** All services whose clients are installed. */
export const SERVICES: WireServerOptions['services'] = [
  { id: 'appstream', clientPackage: '@aws-sdk/client-appstream', protocol: 'json-1.1' },
  { id: 'autoscaling', clientPackage: '@aws-sdk/client-auto-scaling', protocol: 'query' },
  { id: 'dynamodb', clientPackage: '@aws-sdk/client-dynamodb', protocol: 'json-1.0' },
  { id: 'ec2', clientPackage: '@aws-sdk/client-ec2', protocol: 'ec2' },
  { id: 'events', clientPackage: '@aws-sdk/client-eventbridge', protocol: 'json-1.1' },
  {
    id: 'servicequotas',
    clientPackage: '@aws-sdk/client-service-quotas',
    protocol: 'json-1.1',
  },
  { id: 'ses', clientPackage: '@aws-sdk/client-sesv2', protocol: 'rest-json' },
  { id: 'states', clientPackage: '@aws-sdk/client-sfn', protocol: 'json-1.0' },
  { id: 'sns', clientPackage: '@aws-sdk/client-sns', protocol: 'query' },
  { id: 'sqs', clientPackage: '@aws-sdk/client-sqs', protocol: 'json-1.0' },
  { id: 'ssm', clientPackage: '@aws-sdk/client-ssm', protocol: 'json-1.1' },
  { id: 'sts', clientPackage: '@aws-sdk/client-sts', protocol: 'query' },
];

/** Noon of a day that is not today, so that a real clock cannot pass for the virtual one. */
export const NOW = Date.UTC(2031, 4, 6, 12, 0, 0);

/** A server whose next answer a test decides, and which keeps what it was asked. */
export class Backend {
  readonly calls: WireCall[] = [];
  readonly arrived: (number | undefined)[] = [];
  readonly answered: (number | undefined)[] = [];
  readonly defects: string[] = [];
  answer: (call: WireCall) => WireAnswer | Promise<WireAnswer> = () => ({ output: {} });
  private server: WireServer | undefined;

  async start(): Promise<void> {
    this.server = await startWireServer({
      services: SERVICES,
      onCall: async (call) => {
        this.calls.push(call);
        return this.answer(call);
      },
      now: () => NOW,
      onArrival: (sequence) => this.arrived.push(sequence),
      onAnswered: (sequence) => this.answered.push(sequence),
      onDefect: (error, place) => this.defects.push(`${place}: ${error.message}`),
    });
  }

  async stop(): Promise<void> {
    await this.server?.close();
  }

  reset(): void {
    for (const list of [this.calls, this.arrived, this.answered, this.defects]) list.length = 0;
    this.answer = () => ({ output: {} });
  }

  /** Answers every call with that output. */
  returns(output: Json): void {
    this.answer = () => ({ output });
  }

  /** Answers every call with that error. */
  throws(error: AwsError): void {
    this.answer = () => ({ error });
  }

  /** The input of the last call. */
  get input(): Json {
    return this.calls.at(-1)?.input;
  }

  get url(): string {
    if (this.server === undefined) throw new Error('Not started');
    return this.server.url;
  }

  /** Settings for a client of this server, one attempt only. */
  get client() {
    return {
      endpoint: this.url,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
      maxAttempts: 1,
    };
  }
}

/** A value without `$metadata`, which clients add. */
export function plain(output: Json): Json {
  const copy = { ...output };
  delete copy.$metadata;
  return copy;
}

/** The error that a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Json> {
  return promise.then(
    () => {
      throw new Error('Expected a rejection');
    },
    (error: unknown) => error,
  );
}
