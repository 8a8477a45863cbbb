import * as fs from 'node:fs';
import * as nodeModule from 'node:module';
import * as path from 'node:path';
import * as vm from 'node:vm';
import type { Json } from '../services/service';

/** Where Lambda puts the archive; the name of the code in stack traces. */
export const TASK_ROOT = '/var/task';

/** Where Lambda keeps the SDK; its name in stack traces. */
export const RUNTIME_ROOT = '/var/runtime';

/** Built-in modules that reach past the rehearsal: to other processes, to the network, to real time. */
const REFUSED_BUILTINS = new Set([
  'child_process',
  'cluster',
  'dgram',
  'http2',
  'inspector',
  'net',
  'tls',
  'worker_threads',
]);

export interface FunctionModulesOptions {
  /** Folder that holds the archive and nothing else. */
  readonly folder: string;
  /** A file of the project whose `node_modules` stand in for the SDK of the Lambda runtime. */
  readonly runtimeFrom: string;
  /** Shared by the containers of a runner: each evaluates the code anew, but it is compiled once. @default none */
  readonly scripts?: ScriptCache;
}

/** Compiled modules of archives, by file. */
export type ScriptCache = Map<string, vm.Script>;

/**
 * The modules of one container: those of the archive, evaluated at most once each, Node.js's own and `@aws-sdk/*`.
 * Anything else is not found, as in Lambda.
 */
export class FunctionModules {
  private readonly cache = new Map<string, { exports: Json }>();
  private readonly scripts: ScriptCache;
  private readonly root: string;
  private readonly runtimeRequire: NodeJS.Require;

  constructor(options: FunctionModulesOptions) {
    this.root = fs.realpathSync(options.folder);
    this.runtimeRequire = nodeModule.createRequire(options.runtimeFrom);
    this.scripts = options.scripts ?? new Map<string, vm.Script>();
  }

  /**
   * The function that a handler setting such as `__index.handler` names. Throws as the Lambda runtime does, with
   * `Runtime.ImportModuleError`, `Runtime.UserCodeSyntaxError` or `Runtime.HandlerNotFound`, or what the code throws.
   * https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
   */
  loadHandler(setting: string): (event: Json, context: Json) => Json {
    const dot = setting.lastIndexOf('.');
    const file = path.join(this.root, `${setting.slice(0, dot)}.js`);
    const name = setting.slice(dot + 1);
    const exported = this.evaluate(file)[name];
    if (exported === undefined) {
      throw runtimeError('HandlerNotFound', `${setting} is undefined or not exported`);
    }
    if (typeof exported !== 'function') {
      throw runtimeError('HandlerNotFound', `${setting} is not a function`);
    }
    return exported;
  }

  private evaluate(file: string): Json {
    try {
      return this.load(file);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') {
        throw runtimeError('ImportModuleError', String(error));
      }
      if (error instanceof SyntaxError) throw runtimeError('UserCodeSyntaxError', String(error));
      throw error;
    }
  }

  private load(file: string): Json {
    const known = this.cache.get(file);
    if (known !== undefined) return known.exports;
    if (!fs.existsSync(file)) throw this.notFound(path.relative(this.root, file));
    if (path.extname(file) === '.json') return JSON.parse(fs.readFileSync(file, 'utf8'));
    if (path.extname(file) !== '.js' && path.extname(file) !== '.cjs') {
      throw new Error(`not implemented in a rehearsal: the module ${this.publicName(file)}`);
    }
    const evaluated = { exports: {} as Json };
    this.cache.set(file, evaluated);
    try {
      const run = this.compile(file).runInThisContext();
      const require = Object.assign((specifier: string) => this.require(specifier, file), {
        resolve: (specifier: string) => this.resolve(specifier, file).target,
      });
      run.call(evaluated.exports, evaluated.exports, require, evaluated, file, path.dirname(file));
    } catch (error) {
      this.cache.delete(file);
      throw error;
    }
    return evaluated.exports;
  }

  private compile(file: string): vm.Script {
    const known = this.scripts.get(file);
    if (known !== undefined) return known;
    // What Node.js itself puts around a module: https://nodejs.org/api/modules.html#the-module-wrapper
    const head = '(function (exports, require, module, __filename, __dirname) { ';
    const text = withoutImports(fs.readFileSync(file, 'utf8'));
    const script = new vm.Script(`${head}${text}\n})`, {
      filename: this.publicName(file),
      columnOffset: -head.length,
    });
    this.scripts.set(file, script);
    return script;
  }

  private require(specifier: string, from: string): Json {
    const { kind, target } = this.resolve(specifier, from);
    return kind === 'archive' ? this.load(target) : this.runtimeRequire(target);
  }

  private resolve(
    specifier: string,
    from: string,
  ): { readonly kind: 'archive' | 'runtime' | 'builtin'; readonly target: string } {
    if (nodeModule.isBuiltin(specifier)) {
      const name = specifier.replace(/^node:/, '');
      if (REFUSED_BUILTINS.has(name.split('/')[0]!)) {
        throw new Error(`not implemented in a rehearsal: function code that uses node:${name}`);
      }
      return { kind: 'builtin', target: `node:${name}` };
    }
    try {
      const target = nodeModule.createRequire(from).resolve(specifier);
      if (target.startsWith(this.root + path.sep)) return { kind: 'archive', target };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
    if (!specifier.startsWith('@aws-sdk/')) throw this.notFound(specifier);
    try {
      return { kind: 'runtime', target: this.runtimeRequire.resolve(specifier) };
    } catch {
      throw this.notFound(specifier);
    }
  }

  private publicName(file: string): string {
    return path.posix.join(TASK_ROOT, ...path.relative(this.root, file).split(path.sep));
  }

  private notFound(specifier: string): Error {
    const remark = /^[./]/.test(specifier)
      ? 'the archive does not have it'
      : specifier.startsWith('@aws-sdk/')
        ? 'the project does not have it as a development dependency'
        : "the Lambda runtime does not have it: it offers Node.js's own modules and @aws-sdk/*";
    const error = new Error(`Cannot find module '${specifier}' (${remark})`);
    return Object.assign(error, { code: 'MODULE_NOT_FOUND' });
  }
}

/** An error with the name that the Lambda runtime gives it. */
export function runtimeError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name: `Runtime.${name}` });
}

/**
 * Turns `import()` into `require`, as the compiler does that Pulumi runs a CommonJS program with. Node.js 20 has no
 * other way of serving it without a flag, https://nodejs.org/docs/latest-v20.x/api/vm.html#importmoduledynamically
 */
function withoutImports(text: string): string {
  if (!/\bimport\s*\(/.test(text)) return text;
  // Loaded only here: it is large, and seldom needed.
  const load = nodeModule.createRequire(__filename);
  const ts = load('typescript') as typeof import('typescript');
  return ts.transpileModule(text, {
    fileName: 'function.js',
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
      alwaysStrict: false,
      allowJs: true,
    },
  }).outputText;
}
