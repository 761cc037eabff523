/** The command line as `--help` shows it. */
import { Command, InvalidArgumentError } from 'commander'

/** What the program does when a command was given. Each resolves to the exit code. */
export interface Actions {
  up(options: { readonly [name: string]: unknown }): Promise<void>
  start(name: string, options: { readonly [name: string]: unknown }): Promise<void>
  send(
    address: string,
    event: { readonly type: string; readonly payload: string | undefined },
    options: { readonly [name: string]: unknown },
  ): Promise<void>
  list(name: string | undefined, options: { readonly [name: string]: unknown }): Promise<void>
  plan(options: { readonly [name: string]: unknown }): Promise<void>
}

// oxlint-disable-next-line eslint/max-lines-per-function -- a table: one row a command
export function makeProgram(version: string, actions: Actions): Command {
  const program = new Command('refold')
    .description('Agents that survive: XState machines folded from an event store.')
    .version(version)
    .showHelpAfterError('(refold --help says what there is)')
    .addHelpText('after', EXIT_HELP)
  common(program.command('up'))
    .description('keep a fleet of workers alive; a dead one is replaced, its agents are taken over')
    .option('-w, --workers <count>', 'worker processes (default: the configuration, else one a processor)', positive)
    .option('--capacity <agents>', 'agents that one worker performs at once', positive)
    .option('--stall-after <seconds>', 'kill a worker that says nothing for so long (default: 30)', positive)
    .action((options) => actions.up(options))
  common(program.command('start'))
    .description('start an agent; a worker performs it')
    .argument('<definition>', 'name of the agent definition')
    .option('--id <id>', 'the same id twice is the same agent (default: the time)')
    .option('--input <json>', 'JSON, @file, or - for the standard input')
    .option('--event <type>', 'its first event, stored with the start or not at all')
    .option('--payload <json>', 'of that event: JSON object, @file, or - for the standard input')
    .option('--by <who>', 'who starts it; kept in the record')
    .action((name, options) => actions.start(name, options))
  common(program.command('send'))
    .description('send an event to an agent; prints the state after it')
    .argument('<agent>', '<definition>-<id>')
    .argument('<type>', 'type of the event')
    .argument('[payload]', 'JSON object, @file, or - for the standard input')
    .option('--id <id>', 'the same id twice is one event')
    .option('--by <who>', 'who sends it; kept in the record')
    .option('--keep', 'where the agent is blocked: store the event, to be decided after a retry')
    .action((address, type, payload, options) => actions.send(address, { type, payload }, options))
  common(program.command('ls'))
    .description('list agents')
    .argument('[definition]', 'only those of this definition')
    .option('--status <status>', 'active, done, error or stopped')
    .option('--state <path>', 'only those in this state: review, work.draft')
    .option('--limit <count>', 'at most so many', positive)
    .action((name, options) => actions.list(name, options))
  common(program.command('plan'))
    .description('say what a worker that began now would do: resume, ask, fire, report; nothing is written')
    .action((options) => actions.plan(options))
  return program
}

/** Options of every command. */
function common(command: Command): Command {
  return command
    .allowExcessArguments(false)
    .option('-c, --config <file>', 'configuration (default: refold.config.js, .mjs, .ts or .mts here)')
    .option('-s, --store <file>', 'SQLite file or esdb:// address, in place of the configured store')
    .option('--json', 'JSON on the standard output', false)
}

function positive(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a positive integer.')
  return value
}

const EXIT_HELP = `
Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 not found, 5 conflict, 6 unknown outcome (repeat with the
same --id), 7 store out of reach, 70 a defect, 130 interrupted.`
