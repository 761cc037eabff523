/** Commands that tell what agents did and what they were. */
import type { Command } from 'commander'
import { present } from '../output.js'
import { common, CONDITIONS, hiding, positive, severalOf } from './options.js'

const AGENT = '<definition>-<id>'
const AT = 'a revision, a time (2026-11-29T14:00:00Z), or so long ago (-1h)'
const AGENT_AT = '<definition>-<id>@<revision or time>'

export function addHistoryCommands(program: Command): void {
  addLooks(program)
  addQuestions(program)
}

function addLooks(program: Command): void {
  hiding(program.command('show'))
    .description('tell how an agent stands: where, what holds it up, what it waits for, what can be done')
    .argument('<agent>', AGENT)
    .action(async (agent, options) => present(await (await import('../commands/reading/show.js')).show(agent, options)))
  hiding(program.command('history'))
    .description('list what happened to an agent: its records, and when and by whom')
    .argument('<agent>', AGENT)
    .option('--from <moment>', `from ${AT}`)
    .option('--to <moment>', 'to a moment, included')
    .option('--type <type>', 'only records of this type')
    .option('--touch <pointer>', 'only records that wrote to this place: /context/total')
    .option('--payload', 'what came with each')
    .option('--limit <count>', 'at most so many, the newest (default: 100 on a terminal, else all)', positive)
    .action(async (agent, options) =>
      present(await (await import('../commands/reading/history.js')).history(agent, options)),
    )
  hiding(program.command('state'))
    .description('print what an agent was at a moment')
    .argument('<agent>', AGENT)
    .option('--at <moment>', `${AT} (default: now)`)
    .option('--path <pointer>', "only what stands at this place: /context/total; '' is all")
    .action(async (agent, options) =>
      present(await (await import('../commands/reading/state.js')).state(agent, options)),
    )
  hiding(program.command('diff'))
    .description('tell what differs between two moments of an agent, or between two agents')
    .argument('<agent>', `${AGENT}, or ${AGENT_AT}`)
    .argument('<moments>', 'two moments: 400..412, -1h..-0s; or the other agent, as it is now or with @')
    .option('--patch', 'the JSON patch from the one to the other')
    .option('--exit-code', 'end with 1 where something differs')
    .action(async (one, other, options) =>
      present(await (await import('../commands/reading/diff.js')).diff(one, other, options)),
    )
}

function addQuestions(program: Command): void {
  hiding(program.command('blame'))
    .description('tell who set a field, and where its value came from')
    .argument('<agent>', AGENT)
    .argument('<pointer>', 'the place in its state: /context/total')
    .option('--at <moment>', `${AT} (default: now)`)
    .action(async (agent, path, options) =>
      present(await (await import('../commands/reading/blame.js')).blame(agent, path, options)),
    )
  hiding(program.command('explain'))
    .description('tell what a record was: who, when, what it changed; and the chain of its causes')
    .argument('<record>', AGENT_AT)
    .action(async (what, options) =>
      present(await (await import('../commands/reading/explain.js')).explain(what, options)),
    )
  common(program.command('find'))
    .description('tell when something became true of an agent')
    .argument('<agent>', AGENT)
    .requiredOption('--where <condition>', CONDITIONS, severalOf)
    .option('--all', 'every revision at which it became true or false, not only the first')
    .action(async (agent, options) => present(await (await import('../commands/reading/find.js')).find(agent, options)))
}
