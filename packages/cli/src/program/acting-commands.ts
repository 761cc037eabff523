/** Commands that change something: an agent, or many. */
import { Option } from 'commander'
import type { Command } from 'commander'
import { report } from '../output.js'
import { common, noted, ofMany, positive, revision, seconds } from './options.js'

export function addActingCommands(program: Command): void {
  addEvents(program)
  addControl(program)
  addAnswers(program)
  addMigrate(program)
  addForks(program)
}

function addEvents(program: Command): void {
  common(program.command('start'))
    .description('start an agent; a worker performs it')
    .argument('<definition>', 'name of the agent definition')
    .option('--id <id>', 'the same id twice is the same agent (default: one of its own, that begins with the time)')
    .option('--input <json>', 'JSON, @file, or - for the standard input')
    .option('--event <type>', 'its first event, stored with the start or not at all')
    .option('--payload <json>', 'of that event: JSON object, @file, or - for the standard input')
    .option('--by <who>', 'who starts it; kept in the record (default: REFOLD_BY)')
    .action(async (name, options) => report(await (await import('../commands/start.js')).start(name, options)))
  noted(program.command('send'))
    .description('send an event to an agent; prints the state after it')
    .argument('<agent>', '<definition>-<id>')
    .argument('<type>', 'type of the event')
    .argument('[payload]', 'JSON object, @file, or - for the standard input')
    .option('--id <id>', 'the same id twice is one event')
    .option('--expect <revision>', 'only if it is as it was at this revision; else WRONG_REVISION', revision)
    .option('--keep', 'where the agent is blocked: store the event, to be decided after a retry')
    .action(async (agent, type, payload, options) =>
      report(await (await import('../commands/send.js')).send(agent, { type, payload }, options)),
    )
}

function addControl(program: Command): void {
  ofMany(program.command('pause'))
    .description('hold effects and timers; of a definition or of all: also of agents that start later')
    .action(async (names, options) => report(await (await import('../commands/control.js')).pause(names, options)))
  ofMany(program.command('resume'))
    .description('take a pause back')
    .action(async (names, options) => report(await (await import('../commands/control.js')).resume(names, options)))
  ofMany(program.command('cancel'))
    .description('end agents as stopped; of several, asks first')
    .option('--deadline <seconds>', 'how long the chart may take to end by itself', seconds)
    .option('--children', 'the detached children too')
    .action(async (names, options) => report(await (await import('../commands/control.js')).cancel(names, options)))
  ofMany(program.command('retry'))
    .description('decide again what blocked agents hold, as after a fix')
    .action(async (names, options) => report(await (await import('../commands/control.js')).retry(names, options)))
}

function addAnswers(program: Command): void {
  noted(program.command('approve'))
    .description('show what exactly is to be approved, and say yes to that')
    .argument('<agent>', '<definition>-<id>')
    .argument('<type>', 'type of the event that says yes')
    .argument('[payload]', 'JSON object, @file, or - for the standard input')
    .option('--about <json>', 'which of several questions: members that the event has')
    .option('--show', 'only show it')
    .option('--show-secrets', 'also what the schemas say is secret (.meta({ secret: true }))')
    .option('--shown <hash>', 'payloadHash of --show --json: say yes to that, and to nothing else')
    .option('--revision <number>', 'revision of --show --json: nor to the same that is asked again', revision)
    .option('-y, --yes', 'do not ask')
    .action(async (agent, type, payload, options) =>
      report(await (await import('../commands/approve.js')).approve(agent, { type, payload }, options)),
    )
  noted(program.command('resolve'))
    .description('say what became of an effect in doubt')
    .argument('<agent>', '<definition>-<id>')
    .argument('<effect>', 'its id, or its source where one effect of it is in doubt')
    .option('--complete <json>', 'it has happened, with this output: JSON, @file, or -; null for none')
    .option('--again', 'it has not happened: once more, with the same key')
    .option('--force', 'with --again: although its old owner may be alive')
    .option('--fail <reason>', 'it has failed')
    .option('--revision <number>', 'at which it was looked at: no doubt of it that arose since', revision)
    .option('--acknowledge', 'of an effect whose agent does not wait for it any more: it is known')
    .action(async (agent, effect, options) =>
      report(await (await import('../commands/resolve.js')).resolve(agent, effect, options)),
    )
}

function addMigrate(program: Command): void {
  noted(program.command('migrate'))
    .description('move agents to another version of their definition; say what would become of them, or do it')
    .argument('<names...>', 'agents (<definition>-<id>), or a definition: its active agents at other versions')
    .requiredOption('--to <version>', 'of the definition', positive)
    .option('--plan', 'only say what would change, and what would be refused')
    .option('--apply', 'do it')
    .option('--patch <json>', 'RFC 6902 over the state document: JSON array, @file, or - for the standard input')
    .option(
      '--begin-missing',
      'begin what a deploy added to states in which they wait; of a definition: also agents that are at the version',
    )
    .option('-y, --yes', 'do not ask')
    .action(async (names, options) => report(await (await import('../commands/migrate.js')).migrate(names, options)))
}

function addForks(program: Command): void {
  noted(program.command('fork'))
    .description('make another agent that goes on from where one was, otherwise; shows its plan and price, and asks')
    .argument('<agent>', '<definition>-<id>')
    .requiredOption('--as <id>', 'of the fork; the same request under the same id is the same fork')
    .option('--at <place>', 'after this revision or time, or before:<state> (default: the newest record)')
    .option('--event <json>', 'it is told this event first: JSON with its type, @file, or -')
    .option('--outcome <effect=json>', 'an effect that was pending ends with this output, and does not run')
    .option('--fail <effect=reason>', 'an effect that was pending fails, and does not run')
    .option('--input <json>', 'it starts from another input: JSON, @file, or -')
    .option(
      '--version <number>',
      'of the definition that it goes on under (default: that of the agent there)',
      positive,
    )
    .addOption(
      new Option('--timers <what>', 'timers that were set (default: shift)').choices(['shift', 'keep', 'drop']),
    )
    .addOption(
      new Option('--keys <which>', 'idempotency keys of what was pending (default: new)').choices(['new', 'keep']),
    )
    .option('--run <effects...>', 'never-retry effects that run when it is resumed; the others wait for resolve')
    .option('--dry-run', 'only show the plan')
    .option('-y, --yes', 'do not ask')
    .action(async (agent, options) => report(await (await import('../commands/fork.js')).fork(agent, options)))
}
