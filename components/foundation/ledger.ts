import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Grant } from './policy-document';

export interface LedgerArgs {
  /** Whether the table survives `pulumi destroy` and accidents. @default false */
  readonly protectFromDeletion?: boolean;
}

/**
 * The durable memory of all workflows: leases, intents, outcomes, run logs and notification records, keyed by
 * workflow and item. See `functions/foundation/ledger.ts` for what is in it.
 */
export class Ledger extends pulumi.ComponentResource {
  readonly tableName: pulumi.Output<string>;
  readonly tableArn: pulumi.Output<string>;

  constructor(name: string, args: LedgerArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super('evergreen:foundation:Ledger', name, {}, opts);

    const table = new aws.dynamodb.Table(
      `${name}-table`,
      {
        billingMode: 'PAY_PER_REQUEST',
        hashKey: 'workflow',
        rangeKey: 'item',
        attributes: [
          { name: 'workflow', type: 'S' },
          { name: 'item', type: 'S' },
        ],
        // Notification records and run logs carry expiresAt; work items stay.
        ttl: { attributeName: 'expiresAt', enabled: true },
        serverSideEncryption: { enabled: true },
        pointInTimeRecovery: { enabled: true },
        deletionProtectionEnabled: args.protectFromDeletion ?? false,
      },
      { parent: this },
    );

    this.tableName = table.name;
    this.tableArn = table.arn;
    this.registerOutputs({ tableName: this.tableName, tableArn: this.tableArn });
  }

  /** The grant of exactly these operations on the table. */
  grant(Sid: string, ...operations: readonly LedgerOperation[]): Grant {
    return {
      Sid,
      Action: operations.map((operation) => `dynamodb:${operation}`),
      Resource: [this.tableArn],
    };
  }
}

export type LedgerOperation = 'GetItem' | 'UpdateItem' | 'Query';
