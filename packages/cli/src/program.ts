/** The command line as `--help` shows it. */
import { Command } from 'commander'
import { addActingCommands } from './program/acting-commands.js'
import { addHistoryCommands } from './program/history-commands.js'
import { addOperatingCommands } from './program/operating-commands.js'
import { addConsumerCommands } from './program/consumer-commands.js'
import { common, port, positive } from './program/options.js'
import { addReadingCommands } from './program/reading-commands.js'
import { addTraceCommands } from './program/trace-commands.js'

/** Each command's code is loaded when it is given. */
export function makeProgram(version: string): Command {
  const program = new Command('refold')
    .description('Agents that survive: XState machines folded from an event store.')
    .version(version)
    .enablePositionalOptions() // `ls --version 2` is about agents
    .addHelpText('after', EXIT_HELP)
  common(program.command('up'))
    .description('keep a fleet of workers alive; a dead one is replaced, its agents are taken over')
    .option('-w, --workers <count>', 'worker processes (default: the configuration, else one a processor)', positive)
    .option('--capacity <agents>', 'agents that one worker performs at once', positive)
    .option('--stall-after <seconds>', 'kill a worker that says nothing for so long (default: 30)', positive)
    .option(
      '--health <address>',
      'host:port or port of /livez, /readyz, /metrics (default: 127.0.0.1:9464, else a free one)',
    )
    .option('--no-health', 'serve none of them')
    .option('--inspect [port]', 'serve the inspector beside the workers, to read only', port)
    .option('--inspect-write', 'the same, and orders may be given from its page')
    .action(async (options) => void (process.exitCode = await (await import('./up/up.js')).up(options)))
  addActingCommands(program)
  addReadingCommands(program)
  addHistoryCommands(program)
  addOperatingCommands(program, version)
  addConsumerCommands(program)
  addTraceCommands(program)
  return program
}

const EXIT_HELP = `
Exit codes: 0 done, 1 failed or no, 2 usage or configuration, 3 not found, 5 conflict, 6 unknown outcome (repeat with the
same --id), 7 store out of reach, 70 a defect, 130 interrupted.`
