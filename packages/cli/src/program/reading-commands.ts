/** Commands that look, and change nothing. */
import type { Command } from 'commander'
import { print, report } from '../output.js'
import { common, positive, seconds } from './options.js'

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
    .option('--limit <count>', 'at most so many (default: 100 on a terminal, else all)', positive)
    .option('-q, --quiet', 'only their names')
    .action(async (name, options) => {
      const { text, note } = await (await import('../commands/list.js')).list(name, options)
      print(text)
      if (note !== undefined) console.error(note)
    })
  common(program.command('tail'))
    .description('tell what happens to agents, as it is recorded, until it is interrupted')
    .argument('[who]', 'an agent (<definition>-<id>) or a definition; default: all')
    .option('--since <place>', 'start, now, a time, or a cursor of --json (default: now; with --once: start)')
    .option('--once', 'end when all that is stored was told')
    .action(async (who, options) => (await import('../commands/tail.js')).tail(who, options, print))
  common(program.command('wait'))
    .description('wait until an agent is in a state, or has ended; exit code 1 when it ends otherwise')
    .argument('<agent>', '<definition>-<id>')
    .option('--state <path>', 'review, work.draft (default: until it has ended well)')
    .option('--timeout <seconds>', 'at most so long', seconds)
    .action(async (agent, options) => report(await (await import('../commands/wait.js')).wait(agent, options)))
  addQuery(program)
  common(program.command('plan'))
    .description('say what a worker that began now would do: resume, ask, fire, report; nothing is written')
    .action(async (options) => print(await (await import('../commands/plan.js')).plan(options)))
}

function addQuery(program: Command): void {
  common(program.command('query'))
    .description('ask the documents of projections, in SQL; without a question: list the projections')
    .argument('[question]', 'SELECT … FROM projection_<name> …; or the name of a projection: its documents')
    .action(async (question, options) => {
      const { text, note } = await (await import('../commands/query.js')).query(question, options)
      print(text)
      if (note !== undefined) console.error(note)
    })
}
