import * as fs from 'node:fs';
import * as path from 'node:path';
import { isArchive, type WireArchive, type WireAsset } from './wire-values';

/**
 * The files that an archive holds, by their path inside it. Relative paths on disk start at `directory`, where the
 * program runs. Throws for what a rehearsal cannot read: packed archives, URLs and files that are not text.
 */
export function archiveFiles(archive: WireArchive, directory: string): Record<string, string> {
  const files: Record<string, string> = {};
  const add = (name: string, item: WireAsset | WireArchive): void => {
    if (isArchive(item)) addArchive(name, item);
    else if (item.uri !== undefined) throw notImplemented(`the remote asset ${item.uri}`);
    else files[name] = item.text ?? readText(path.resolve(directory, item.path ?? ''));
  };
  const addArchive = (prefix: string, item: WireArchive): void => {
    if (item.uri !== undefined) throw notImplemented(`the remote archive ${item.uri}`);
    if (item.path !== undefined) addFolder(prefix, path.resolve(directory, item.path));
    for (const [name, member] of Object.entries(item.assets ?? {})) {
      add(path.posix.join(prefix, name), member);
    }
  };
  const addFolder = (prefix: string, folder: string): void => {
    if (!fs.statSync(folder).isDirectory()) throw notImplemented(`the packed archive ${folder}`);
    for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath, entry.name);
      const name = path.relative(folder, file).split(path.sep).join('/');
      files[path.posix.join(prefix, name)] = readText(file);
    }
  };
  addArchive('', archive);
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readText(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fs.readFileSync(file));
  } catch (error) {
    if (error instanceof TypeError) throw notImplemented(`the binary file ${file}`);
    throw error;
  }
}

const notImplemented = (what: string): Error =>
  new Error(`not implemented in a rehearsal: ${what} in an archive`);
