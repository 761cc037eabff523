/** Commands that concern consumers: how they stand, and the records that they have parked. */
import type { Command } from 'commander'
import { print, report } from '../output.js'
import { common, noted } from './options.js'

export function addConsumerCommands(program: Command): void {
  common(program.command('consumers'))
    .description('list consumers: who runs them, how far behind they are, what they have parked')
    .action(async (options) => print(await (await import('../commands/consumers.js')).consumers(options)))
  const parked = common(program.command('parked'))
    .description('list the records that consumers could not deal with, and why')
    .argument('[consumer]', 'only those of this consumer')
    .action(async (name, options) => print(await (await import('../commands/parked.js')).parked(name, options)))
  settling(parked, 'retry').description('give parked records to their consumer again, as after a fix')
  settling(parked, 'skip').description('parked records that need not be dealt with any more')
}

function settling(parked: Command, verb: 'retry' | 'skip'): Command {
  return noted(parked.command(verb))
    .argument('<consumer>', 'its name')
    .argument('[keys...]', 'as `refold parked` shows them')
    .option('--all', 'all parked records of the consumer; asks first')
    .option('-y, --yes', 'do not ask')
    .action(async (consumer, keys, { json, ...options }) => {
      const before = parked.opts() // given before the verb
      const { settle } = await import('../commands/parked.js')
      const all = { ...before, ...options, json: json === true || before['json'] === true }
      report(await settle(verb, { consumer, keys }, all))
    })
}
