import * as fs from 'node:fs';
import * as path from 'node:path';
import * as yaml from 'yaml';
import type { Json } from '../services/service';
import { StackConfigError } from './errors';

/** The part of `Pulumi.yaml` that running the program needs. */
export interface Project {
  readonly name: string;
  /** Absolute path of the file. */
  readonly file: string;
  /** Folder of the program, absolute. */
  readonly programDirectory: string;
  /** What to run in it: `.` for what its `package.json` names. */
  readonly entryPoint: string;
  /** Whether `.ts` files are run. @default true */
  readonly typescript: boolean;
  /** Arguments for `node`. */
  readonly nodeArguments: readonly string[];
  /** The `config:` block as written. */
  readonly config: Readonly<Record<string, Json>>;
}

/** A stack's configuration as the program gets it. */
export interface StackConfig {
  readonly project: string;
  /** By full key, `project:key`; lists and maps as JSON. */
  readonly config: Readonly<Record<string, string>>;
  /** Full keys whose values the program must treat as secret. */
  readonly secretKeys: readonly string[];
}

/** Reads `Pulumi.yaml`. Throws a `StackConfigError` where it is missing, no YAML, or not for Node.js. */
export function readProject(directory: string): Project {
  const file = path.resolve(directory, 'Pulumi.yaml');
  const content = readYaml(file);
  if (typeof content.name !== 'string') throw new StackConfigError(file, 'name', 'is missing');
  const runtime = typeof content.runtime === 'string' ? { name: content.runtime } : content.runtime;
  if (runtime?.name !== 'nodejs') {
    throw new StackConfigError(file, 'runtime', `must be nodejs (received ${runtime?.name})`);
  }
  const main = path.resolve(directory, content.main ?? '.');
  if (!fs.existsSync(main)) throw new StackConfigError(file, 'main', `${main} does not exist`);
  const isFolder = fs.statSync(main).isDirectory();
  return {
    name: content.name,
    file,
    programDirectory: isFolder ? main : path.dirname(main),
    entryPoint: isFolder ? '.' : path.basename(main),
    typescript: runtime.options?.typescript ?? true,
    nodeArguments: String(runtime.options?.nodeargs ?? '')
      .split(/\s+/)
      .filter((argument) => argument !== ''),
    // A string is an old name of `stackConfigDir`.
    config: typeof content.config === 'object' && content.config !== null ? content.config : {},
  };
}

/**
 * The configuration of a stack as the Pulumi CLI would hand it to the program: `Pulumi.<stack>.yaml` over the
 * defaults of `Pulumi.yaml`. An encrypted value becomes the stand-in `rehearsal-secret-<key>`, so that nobody needs
 * the passphrase. Throws a `StackConfigError` that names the file and the key.
 *
 * Rules: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/workspace/config.go
 */
export function loadStackConfig(directory: string, stack: string): StackConfig {
  const project = readProject(directory);
  const file = stackFile(project.file, stack);
  const content = readYaml(file);
  if (content.environment !== undefined) {
    throw new StackConfigError(file, 'environment', 'Pulumi ESC is not implemented in a rehearsal');
  }
  const written = content.config ?? {};
  if (typeof written !== 'object' || Array.isArray(written)) {
    throw new StackConfigError(file, 'config', 'must be a map of keys to values');
  }

  const values = new Map<string, ConfigValue>();
  for (const [name, value] of Object.entries(written)) {
    const key = fullKey(project.name, name, file);
    if (values.has(key)) throw new StackConfigError(file, name, 'is set twice');
    values.set(key, toConfigValue(value, name.slice(name.indexOf(':') + 1)));
  }
  applyProjectConfig(project, file, values);

  const entries = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    project: project.name,
    config: Object.fromEntries(entries.map(([key, { value }]) => [key, toText(value)])),
    secretKeys: entries.filter(([, { secret }]) => secret).map(([key]) => key),
  };
}

interface ConfigValue {
  readonly value: Json;
  readonly secret: boolean;
}

/** What `Pulumi.yaml` may say about a key, when it says more than a value. */
interface Declaration {
  readonly type?: string;
  readonly items?: Declaration;
  readonly default?: Json;
  readonly value?: Json;
  readonly secret?: boolean;
}

function applyProjectConfig(
  project: Project,
  file: string,
  values: Map<string, ConfigValue>,
): void {
  const missing: string[] = [];
  for (const [name, written] of Object.entries(project.config)) {
    const key = fullKey(project.name, name, project.file);
    const declaration = declarationOf(project, key, name, written);
    const found = values.get(key);
    if (found !== undefined) {
      checkDeclared(file, name, declaration, found);
      continue;
    }
    const fallback: Json = declaration.default ?? declaration.value;
    if (fallback !== undefined) {
      checkDeclared(
        project.file,
        name,
        { ...declaration, secret: false },
        toConfigValue(fallback, name),
      );
      values.set(key, { value: fallback, secret: false });
    } else if (key.startsWith(`${project.name}:`)) {
      missing.push(name);
    }
  }
  if (missing.length > 0) {
    throw new StackConfigError(
      file,
      missing.sort().join(', '),
      'has no value, and no default in Pulumi.yaml',
    );
  }
}

function declarationOf(project: Project, key: string, name: string, written: Json): Declaration {
  if (!isMap(written)) return { value: written };
  const known = ['type', 'items', 'default', 'value', 'secret', 'description'];
  const stray = Object.keys(written).find((member) => !known.includes(member));
  if (stray !== undefined) {
    throw new StackConfigError(project.file, `config.${name}.${stray}`, 'is not known here');
  }
  if (!key.startsWith(`${project.name}:`) && written.default !== undefined) {
    throw new StackConfigError(
      project.file,
      `config.${name}.default`,
      'use `value` outside the project',
    );
  }
  return written;
}

function checkDeclared(
  file: string,
  name: string,
  declared: Declaration,
  found: ConfigValue,
): void {
  if (declared.secret === true && !found.secret) {
    throw new StackConfigError(
      file,
      name,
      'must be encrypted, since Pulumi.yaml calls it a secret',
    );
  }
  // The stand-in of a secret tells nothing of the type of what it stands for.
  if (declared.type === undefined || found.secret || hasType(declared, found.value)) return;
  throw new StackConfigError(
    file,
    name,
    `must be of type ${typeName(declared)} (received ${JSON.stringify(found.value)})`,
  );
}

function hasType({ type, items }: Declaration, value: Json): boolean {
  switch (type) {
    case 'string':
      return typeof value !== 'object';
    case 'integer':
      return /^[+-]?\d+$/.test(String(value));
    case 'boolean':
      return value === true || value === false || value === 'true' || value === 'false';
    case 'array':
      return (
        Array.isArray(value) && (items === undefined || value.every((each) => hasType(items, each)))
      );
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return false;
  }
}

const typeName = ({ type, items }: Declaration): string =>
  type === 'array' && items !== undefined ? `array<${typeName(items)}>` : String(type);

/** `instanceSize` is short for `<project>:instanceSize`. */
function fullKey(project: string, name: string, file: string): string {
  const parts = name.split(':');
  if (parts.length === 3 && parts[1] === 'config') parts.splice(1, 1);
  if (parts.length > 2 || parts.includes('')) {
    throw new StackConfigError(file, name, 'must be of the form <namespace>:<name>');
  }
  return parts.length === 1 ? `${project}:${name}` : parts.join(':');
}

/** Replaces encrypted values, at any depth, by stand-ins that tell where they were. */
function toConfigValue(value: Json, name: string): ConfigValue {
  if (typeof value !== 'object' || value === null) return { value, secret: false };
  if (!Array.isArray(value) && Object.keys(value).join() === 'secure') {
    return { value: `rehearsal-secret-${name}`, secret: true };
  }
  const members = Object.entries(value).map(
    ([key, member]) => [key, toConfigValue(member, `${name}.${key}`)] as const,
  );
  return {
    value: Array.isArray(value)
      ? members.map(([, member]) => member.value)
      : Object.fromEntries(members.map(([key, member]) => [key, member.value])),
    secret: members.some(([, member]) => member.secret),
  };
}

/** The CLI sorts the keys of a map: the order in which they are written is lost. */
const toText = (value: Json): string =>
  typeof value === 'object' && value !== null
    ? JSON.stringify(value, (_key, member: Json) => (isMap(member) ? sorted(member) : member))
    : String(value ?? '');

const isMap = (value: Json): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const sorted = (map: Json): Json =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));

function stackFile(projectFile: string, stack: string): string {
  const directory = path.dirname(projectFile);
  const file = path.join(directory, `Pulumi.${stack.split('/').pop()}.yaml`);
  if (fs.existsSync(file)) return file;
  const others = fs
    .readdirSync(directory)
    .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
    .sort();
  const hint = others.length === 0 ? 'there is no stack file' : `stacks here: ${others.join(', ')}`;
  throw new StackConfigError(file, undefined, `no such file (${hint})`);
}

function readYaml(file: string): Json {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new StackConfigError(
      file,
      undefined,
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : String(error),
    );
  }
  let content: Json;
  try {
    content = yaml.parse(text) ?? {};
  } catch (error) {
    throw new StackConfigError(file, undefined, (error as Error).message);
  }
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new StackConfigError(file, undefined, 'must be a YAML map');
  }
  return content;
}
