import { AwsError, type Json } from '../services/service';
import type { Shape } from './client-model';
import { kindOf, membersOf, readTimestamp, timestampFormat } from './shape';

/** Form parameters as a tree: `Filter.1.Name=x` is the node `Filter`, `1`, `Name`. */
export interface FormNode {
  readonly value?: string;
  readonly children: ReadonlyMap<string, FormNode>;
}

/**
 * The two dialects of the query protocol. EC2 flattens all lists, has names of its own and refuses parameters
 * that it does not know.
 */
export type FormDialect = 'query' | 'ec2';

interface MutableNode {
  value?: string;
  children: Map<string, MutableNode>;
}

/** Splits the keys of a form at their dots. */
export function parseForm(body: string): FormNode {
  const root: MutableNode = { children: new Map() };
  for (const [key, value] of new URLSearchParams(body)) {
    let node = root;
    for (const part of key.split('.')) {
      const next: MutableNode = node.children.get(part) ?? { children: new Map() };
      node.children.set(part, next);
      node = next;
    }
    node.value = value;
  }
  return root;
}

/** The input that a form describes. Throws the dialect's error for a value that does not fit. */
export function readForm(node: FormNode, shape: Shape, dialect: FormDialect, path = ''): Json {
  switch (kindOf(shape)) {
    case 'unit':
    case 'structure':
      return readStructure(node, shape, dialect, path);
    case 'list':
      return readList(node, shape, dialect, path);
    case 'map':
      return readMap(node, shape, dialect, path);
    default:
      return readScalar(node, shape, dialect, path);
  }
}

/** The name of a member in a form: `ImageId` for EC2's `imageId`. */
export function formName(name: string, member: Shape, dialect: FormDialect): string {
  const traits: Json = member.getMergedTraits();
  const xmlName: string = traits.xmlName ?? name;
  if (dialect === 'query') return xmlName;
  return traits.ec2QueryName ?? xmlName.charAt(0).toUpperCase() + xmlName.slice(1);
}

function readStructure(node: FormNode, shape: Shape, dialect: FormDialect, path: string): Json {
  const result: Record<string, Json> = {};
  const known = new Set<string>();
  for (const [name, member] of membersOf(shape)) {
    const key = formName(name, member, dialect);
    known.add(key);
    const child = node.children.get(key);
    if (child !== undefined) result[name] = readForm(child, member, dialect, join(path, key));
  }
  for (const key of dialect === 'ec2' ? node.children.keys() : []) {
    if (known.has(key)) continue;
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    const name = join(path, key);
    throw new AwsError('UnknownParameter', `The parameter ${name} is not recognized`);
  }
  return result;
}

function readList(node: FormNode, shape: Shape, dialect: FormDialect, path: string): Json {
  const item = shape.getValueSchema();
  const { xmlFlattened } = shape.getMergedTraits();
  const flat = dialect === 'ec2' || xmlFlattened !== undefined;
  const items = flat ? node : node.children.get(item.getMergedTraits().xmlName ?? 'member');
  return numbered(items, path, dialect).map(([key, child]) =>
    readForm(child, item, dialect, join(path, key)),
  );
}

function readMap(node: FormNode, shape: Shape, dialect: FormDialect, path: string): Json {
  const [keys, values] = [shape.getKeySchema(), shape.getValueSchema()];
  const { xmlFlattened } = shape.getMergedTraits();
  const entries = xmlFlattened === undefined ? node.children.get('entry') : node;
  const keyName = keys.getMergedTraits().xmlName ?? 'key';
  const valueName = values.getMergedTraits().xmlName ?? 'value';
  return Object.fromEntries(
    numbered(entries, path, dialect).map(([number, entry]) => {
      const at = join(path, number);
      const key = entry.children.get(keyName)?.value;
      const value = entry.children.get(valueName);
      if (key === undefined || value === undefined) throw malformed(dialect, at, '');
      return [key, readForm(value, values, dialect, at)];
    }),
  );
}

/** The items of a list in the order of their numbers. An empty list is sent as the bare key. */
function numbered(
  node: FormNode | undefined,
  path: string,
  dialect: FormDialect,
): readonly (readonly [string, FormNode])[] {
  const items = [...(node?.children ?? [])];
  for (const [key] of items) {
    if (!/^[1-9]\d*$/.test(key)) throw malformed(dialect, join(path, key), key);
  }
  return items.sort(([a], [b]) => Number(a) - Number(b));
}

function readScalar(node: FormNode, shape: Shape, dialect: FormDialect, path: string): Json {
  const text = node.value;
  if (text === undefined) throw malformed(dialect, path, '');
  const value = parseScalar(text, shape);
  if (value === undefined) throw malformed(dialect, path, text);
  return value;
}

/** Text as the scalar that it stands for; `undefined` where it does not fit. */
export function parseScalar(
  text: string,
  shape: Shape,
  timestamps: 'date-time' | 'http-date' = 'date-time',
): Json {
  switch (kindOf(shape)) {
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'number':
      return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
    case 'timestamp':
      return readTimestamp(text, timestampFormat(shape, timestamps));
    case 'blob':
      return Buffer.from(text, 'base64');
    default:
      return text;
  }
}

/**
 * EC2: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html; the others: `MalformedInput`,
 * assumed, since AWS does not document it among its common errors.
 */
function malformed(dialect: FormDialect, path: string, text: string): AwsError {
  return dialect === 'ec2'
    ? new AwsError('InvalidParameterValue', `Value (${text}) for parameter ${path} is invalid.`)
    : new AwsError('MalformedInput', `Value (${text}) of ${path} cannot be read`);
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
