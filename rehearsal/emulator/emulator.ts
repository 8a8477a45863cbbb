import { loadEstate } from '../estate';
import { runProgram } from '../host/run-program';
import { InputError } from '../input-error';
import { startWireServer, type WireServer } from '../wire/server';
import { EmulatedAccount } from './account';
import type { EmulatorArguments } from './arguments';
import { answerControl } from './control';

/** An emulated account that is being served. */
export interface Emulator extends WireServer {
  readonly account: EmulatedAccount;
}

/**
 * Serves an account on the loopback interface until it is closed.
 *
 * @param directory folder of the Pulumi program; looked at only where a stack is wanted
 * @throws InputError, StackConfigError or ProgramError where the input cannot be used
 */
export async function startEmulator(
  directory: string,
  { estate: file, stack, port }: Pick<EmulatorArguments, 'estate' | 'stack' | 'port'>,
): Promise<Emulator> {
  const estate = loadEstate(file);
  const program =
    stack === undefined
      ? undefined
      : await runProgram({ directory, stack, account: estate.account, region: estate.region });
  const resources = program?.resources.filter((resource) => resource.custom) ?? [];
  const account = new EmulatedAccount(estate, resources);
  try {
    const server = await startWireServer({
      services: account.services,
      port,
      onCall: async (call) => account.answer(call),
      now: () => account.now,
      onUnsigned: async (request) => answerControl(account, request),
    });
    return { ...server, account };
  } catch (error) {
    throw portProblem(port, error) ?? error;
  }
}

/** What the operating system says of a port that cannot be listened on. */
function portProblem(port: number, error: unknown): InputError | undefined {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program listens on that port; choose another one, or 0 for a free one',
    EACCES: 'that port is reserved to administrators; choose one from 1024 on',
  };
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''];
  if (reason === undefined) return undefined;
  return new InputError('The emulator cannot start', [`--port is ${port}, but ${reason}`]);
}
