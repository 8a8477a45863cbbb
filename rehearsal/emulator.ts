import { EMULATOR_HELP, parseEmulatorArguments } from './emulator/arguments';
import { startEmulator } from './emulator/emulator';
import { ProgramError, StackConfigError } from './host/errors';
import { InputError } from './input-error';

/** `npm run emulator`. Exit code: 0 ended by a signal, 2 the input cannot be used. */
async function main(): Promise<void> {
  const options = parseEmulatorArguments(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(EMULATOR_HELP);
    return;
  }
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  // npm runs scripts in the folder of package.json: the stack is one of the program that is there.
  const emulator = await startEmulator(process.cwd(), options);
  const { url, account } = emulator;
  const { region, capturedAt } = account.estate;
  process.stdout.write(
    `Emulating account ${account.estate.account} in ${region}, ${capturedAt}; Ctrl-C ends it.\n` +
      `Services: ${account.services.map(({ id }) => id).join(', ')}\n` +
      `export AWS_ENDPOINT_URL=${url} AWS_REGION=${region} ` +
      `AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any\n`,
  );
  await ended;
  await emulator.close();
}

// The SDK's models are read, nothing is sent with it: its end of support for this Node.js does not matter here.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const unusable = [InputError, StackConfigError, ProgramError];

main().catch((error: unknown) => {
  const isInput = unusable.some((kind) => error instanceof kind);
  const text = error instanceof Error ? (isInput ? error.message : error.stack) : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = isInput ? 2 : 1;
});
