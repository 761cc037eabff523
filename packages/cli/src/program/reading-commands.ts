/** Commands that look, and change nothing. */
import type { Command } from 'commander'
import { present, print, printPart, report } from '../output.js'
import { common, CONDITIONS, hiding, positive, seconds, severalOf } from './options.js'

export function addReadingCommands(program: Command): void {
  common(program.command('ls'))
    .description('list agents')
    .argument('[definition]', 'only those of this definition')
    .option('--status <status>', 'active, done, error or stopped')
    .option('--condition <condition>', 'running, paused, blocked, in-doubt or suspected')
    .option('--state <path>', 'only those in this state: review, work.draft')
    .option('--version <number>', 'only those at this version of the definition', positive)
    .option('--owner <worker>', 'only those of this worker; none: of no one')
    .option('--in-doubt', 'only those with an effect that waits for someone to say what became of it')
    .option('--overdue', 'only those with a timer or a deadline that is past')
    .option('--where <condition>', `only those in whose state it is so, each is read: ${CONDITIONS}`, severalOf)
    .option('--limit <count>', 'at most so many (default: 100 on a terminal, else all)', positive)
    .option('-q, --quiet', 'only their names')
    .action(async (name, options) => present(await (await import('../commands/list.js')).list(name, options)))
  hiding(program.command('tail'))
    .description('tell what happens to agents, as it is recorded, until it is interrupted')
    .argument('[who]', 'an agent (<definition>-<id>) or a definition; default: all')
    .option('--since <place>', 'start, now, a time, or a cursor of --json (default: now; with --once: start)')
    .option('--once', 'end when all that is stored was told')
    .action(async (who, options) => {
      const { tail } = await import('../commands/tail.js')
      await tail(who, options, { tell: printPart, note: (text) => console.error(text) })
    })
  hiding(program.command('wait'))
    .description('wait until an agent is in a state, or has ended; exit code 1 when it ends otherwise')
    .argument('<agent>', '<definition>-<id>')
    .option('--state <path>', 'review, work.draft (default: until it has ended well)')
    .option('--timeout <seconds>', 'at most so long', seconds)
    .action(async (agent, options) => {
      const { wait } = await import('../commands/wait.js')
      report(await wait(agent, options, (text) => console.error(text)))
    })
  addQuery(program)
  common(program.command('plan'))
    .description('say what a worker that began now would do: resume, ask, fire, report; nothing is written')
    .action(async (options) => print(await (await import('../commands/plan.js')).plan(options)))
  addVerify(program)
}

function addVerify(program: Command): void {
  hiding(program.command('verify'))
    .description(
      'decide recorded histories again with the code of the configuration: would it change anything? exit code 1: it would',
    )
    .argument('[names...]', 'agents (<definition>-<id>), or a definition')
    .option('--all', 'all agents of the store')
    .option('--since <time>', 'decide only records from this time on (2026-11-29T14:00:00Z)')
    .option('--limit <count>', 'at most so many agents', positive)
    .action(async (names, options) => report(await (await import('../commands/verify.js')).verify(names, options)))
}

function addQuery(program: Command): void {
  common(program.command('query'))
    .description('ask the documents of projections, in SQL; without a question: list the projections')
    .argument('[question]', 'SELECT … FROM projection_<name> …; or the name of a projection: its documents')
    .action(async (question, options) => present(await (await import('../commands/query.js')).query(question, options)))
}
