import type { Service } from '../service';
import { createState, toEstate } from './deployed';
import { query, scan } from './query';
import { batchGetItem, describeTable, getItem } from './reads';
import type { DynamoState } from './table';
import { transactWriteItems } from './transact';
import { deleteItem, putItem, updateItem } from './writes';

export type { DynamoState } from './table';

const GUIDE = 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide';
const REFERENCE = 'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference';

/**
 * Amazon DynamoDB: the tables that the program deploys, with global secondary indexes, expressions and
 * transactions. Legacy parameters, local indexes, parallel scans and streams are refused.
 */
export const dynamodb: Service<DynamoState> = {
  id: 'dynamodb',
  clientPackage: '@aws-sdk/client-dynamodb',
  protocol: 'json-1.0',
  behaviours: [
    {
      id: 'eventual-reads',
      text: 'A read without ConsistentRead, and every read of an index, sees the state of one second ago: AWS says only that it may lag a short time.',
      source: 'assumed',
    },
    {
      id: 'expiry',
      text: 'An expired item is there for two more days and is read as any other; then it is gone.',
      source: `${REFERENCE}/API_UpdateTimeToLive.html`,
    },
    {
      id: 'transaction-token',
      text: 'A transaction repeated with its client token within ten minutes succeeds without effect.',
      source: `${REFERENCE}/API_TransactWriteItems.html`,
    },
    {
      id: 'transaction-permissions',
      text: 'A transaction needs the permission of each of its actions and none of its own.',
      source: `${GUIDE}/transaction-apis-iam.html`,
    },
    {
      id: 'page',
      text: 'A page of a query or scan ends at Limit or 1 MB before the filter, and has a LastEvaluatedKey even if nothing follows.',
      source: `${GUIDE}/Query.Pagination.html`,
    },
    {
      id: 'limits',
      text: 'An item has at most 400 KB and 32 levels, a key 2048 and 1024 bytes, an expression 4 KB, a number 38 digits.',
      source: `${GUIDE}/Constraints.html`,
    },
    {
      id: 'unlimited-capacity',
      text: 'Requests are never throttled for lack of capacity; inject a fault to see it.',
      source: 'assumed',
    },
    {
      id: 'describe-table-counts',
      text: 'DescribeTable counts items and bytes as of now; AWS updates both about every six hours.',
      source: 'assumed',
    },
  ],
  createState,
  operations: {
    GetItem: getItem,
    BatchGetItem: batchGetItem,
    Query: query,
    Scan: scan,
    DescribeTable: describeTable,
    PutItem: putItem,
    UpdateItem: updateItem,
    DeleteItem: deleteItem,
    TransactWriteItems: transactWriteItems,
  },
  toEstate,
};
