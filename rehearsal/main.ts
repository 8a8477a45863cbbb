import { HELP, parseArguments } from './arguments';
import { ProgramError, StackConfigError } from './host/errors';
import { InputError } from './input-error';
import { rehearse } from './rehearse';
import { renderHtml } from './report/html';
import { writeJson, writeWhole } from './report/json';
import { renderTimeline } from './report/timeline';
import { sweepCommand } from './sweep/command';

/** `npm run rehearse`. Exit code: 0 every invariant held, 1 one was broken, 2 the input cannot be used. */
async function main(): Promise<number> {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  // npm runs scripts in the folder of package.json: the program that is rehearsed is the one that is there.
  const rehearsal = await rehearse(process.cwd(), options, process.stderr);
  const { result, violations, warnings } = rehearsal;
  if (options.json !== undefined) writeJson(options.json, result);
  if (options.report !== undefined) writeWhole(options.report, renderHtml(result));
  for (const warning of warnings) process.stderr.write(`Warning: ${warning}\n`);
  for (const { policy, enforcement, message, urn } of violations) {
    process.stderr.write(`Policy ${policy} (${enforcement}): ${message}\n  ${urn}\n`);
  }
  process.stdout.write(renderTimeline(result));
  const swept = !options.sweep || (await sweepCommand(rehearsal, options, process));
  return result.ok && swept ? 0 : 1;
}

// The SDK's models are read, nothing is sent with it: its end of support for this Node.js does not matter here.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const unusable = [InputError, StackConfigError, ProgramError];

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const isInput = unusable.some((kind) => error instanceof kind);
    const text = error instanceof Error ? (isInput ? error.message : error.stack) : String(error);
    process.stderr.write(`${text}\n`);
    process.exitCode = isInput ? 2 : 1;
  },
);
