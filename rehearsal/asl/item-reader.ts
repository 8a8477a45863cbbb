import type { Json } from '../services/service';
import { StateFailure } from './failure';

/**
 * The items in an answer of S3: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
 * @param maxItems 0 or absent for all
 * @throws StateFailure `States.ItemReaderFailed`
 * @throws Error for readers that are not implemented
 */
export function readItems(
  resource: string,
  config: Json,
  answer: Json,
  maxItems: number | undefined,
): readonly Json[] {
  if (maxItems !== undefined && maxItems < 0) {
    throw readerFailure('field MaxItems must be positive');
  }
  const items = resource.endsWith(':s3:listObjectsV2')
    ? listedObjects(answer)
    : parseBody(config, answer.Body);
  return maxItems === undefined || maxItems === 0 ? items : items.slice(0, maxItems);
}

function listedObjects(answer: Json): readonly Json[] {
  if (answer.IsTruncated === true) {
    throw new Error('An ItemReader with more than one page of objects is not implemented.');
  }
  return answer.Contents ?? [];
}

function parseBody(config: Json, body: string): readonly Json[] {
  if (config.InputType === 'JSON') return parseJson(body);
  if (config.InputType === 'CSV') return parseCsv(config, body);
  throw new Error(`An ItemReader of the type ${config.InputType} is not implemented.`);
}

function parseJson(body: string): readonly Json[] {
  let value: Json;
  try {
    value = JSON.parse(body);
  } catch {
    throw readerFailure('Attempting to map over non-iterable node.');
  }
  if (!Array.isArray(value)) throw readerFailure('Attempting to map over non-iterable node.');
  return value;
}

/** Fields that a row lacks are empty; those it has in excess are dropped. */
function parseCsv(config: Json, body: string): readonly Json[] {
  if (config.CSVDelimiter !== undefined && config.CSVDelimiter !== 'COMMA') {
    throw new Error(`The CSVDelimiter ${config.CSVDelimiter} is not implemented.`);
  }
  const rows = csvRows(body);
  const headers: readonly string[] =
    config.CSVHeaderLocation === 'GIVEN' ? config.CSVHeaders : (rows.shift() ?? []);
  if (new Set(headers).size !== headers.length) {
    throw readerFailure('CSV headers cannot contain duplicates.');
  }
  return rows.map((row) =>
    Object.fromEntries(headers.map((header, index) => [header, row[index] ?? ''])),
  );
}

/** RFC 4180; blank lines are left out. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/y;
  let row: string[] = [];
  while (field.lastIndex < text.length) {
    const found = field.exec(text);
    if (found === null) throw readerFailure('The CSV file cannot be parsed.');
    const [, quoted, plain = '', end] = found;
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',' && field.lastIndex < text.length) continue;
    if (end === ',') row.push('');
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}

function readerFailure(cause: string): StateFailure {
  return new StateFailure('States.ItemReaderFailed', cause);
}
