/** Commands for those who look after a store: files, checks, numbers, tools. */
import { Argument, type Command } from 'commander'
import { print, report } from '../output.js'
import { common, hiding, noted, port, positive, seconds } from './options.js'

export function addOperatingCommands(program: Command, version: string): void {
  addFiles(program)
  addChecks(program)
  addViews(program)
  addDrain(program)
  addInspector(program)
  addCompletion(program)
  hiding(program.command('mcp'))
    .description(
      'serve these commands as tools to a coding agent (Model Context Protocol), on standard input and output',
    )
    .option(
      '--write',
      'also those that act: start, send, approve, resolve, retry, pause, resume, cancel, fork, parked retry and skip',
    )
    .action(async (options) => (await import('../commands/mcp.js')).mcp(options, version))
}

function addFiles(program: Command): void {
  common(program.command('export'))
    .description('write agents as a file that can be looked at elsewhere, or imported')
    .argument('[names...]', 'agents (<definition>-<id>) and definitions')
    .option('--all', 'all agents of the store')
    .option('-o, --output <file>', 'in place of the standard output: all of it, or nothing')
    .option('--redact', 'without the values of fields that a schema says are secret')
    .action(async (names, options) =>
      report(await (await import('../commands/export.js')).exportAgents(names, options)),
    )
  noted(program.command('import'))
    .description('bring agents of an exported file into a store that does not have them; they come paused')
    .argument('<file>', 'as `refold export` made it')
    .action(async (file, options) => report(await (await import('../commands/import.js')).importAgents(file, options)))
}

function addChecks(program: Command): void {
  common(program.command('doctor'))
    .description('look through a store for what is wrong: exit code 1 when something is; nothing is written')
    .option('--agents', "load the configuration's agents: has each stored one a place in them?")
    .action(async (options) => report(await (await import('../commands/doctor.js')).doctor(options)))
  common(program.command('rebuild'))
    .description('make the directory, which `ls` shows, again from the log; agents go on meanwhile')
    .action(async (options) => report(await (await import('../commands/rebuild.js')).rebuild(options)))
}

function addViews(program: Command): void {
  common(program.command('chart'))
    .description('draw the chart of a definition, as it is stored with its agents or in the configuration')
    .argument('[definition]', 'name of the agent definition; with --agent its own')
    .option('--format <format>', 'mermaid or svg (default: mermaid)')
    .option('--version <number>', 'of the definition (default: that of the newest agent)', positive)
    .option('--agent <agent>', 'light the states of this agent: <definition>-<id>, or at a revision, order-7@12')
    .action(async (name, options) => print(await (await import('../commands/chart.js')).chart(name, options)))
  common(program.command('stats'))
    .description('count agents by definition, version, status, condition and state')
    .argument('[definition]', 'only those of this definition')
    .option('--log', 'what they write: reads the whole log')
    .action(async (name, options) => print(await (await import('../commands/stats.js')).stats(name, options)))
}

function addDrain(program: Command): void {
  noted(program.command('drain'))
    .description('have a worker hand over what it is at, and end, wherever it runs; waits until it has gone')
    .argument('<worker>', 'its id, the beginning of it, or its name where it has work')
    .option(
      '--deadline <seconds>',
      'how long bodies that are waited for may take (default: as the worker says)',
      seconds,
    )
    .option('--finish', 'wait for bodies that may be repeated too, in place of aborting them')
    .action(async (worker, options) => report(await (await import('../commands/drain.js')).drain(worker, options)))
}

function addInspector(program: Command): void {
  common(program.command('inspect'))
    .description(
      'show agents in a browser: their past, their states, why, and what can be done; until it is interrupted',
    )
    .argument('[target]', 'a SQLite file, an exported history, the address of a server, or an agent of the store')
    .option('--host <host>', 'another one than this machine needs a certificate (default: 127.0.0.1)')
    .option('--port <port>', 'taken, or refused; 0: any (default: 7433, or the next that is free)', port)
    .option('--write', "orders may be given from the page: loads the configuration's agents")
    .option('--no-open', 'start no browser')
    .option('--tls-cert <file>', 'certificate, PEM')
    .option('--tls-key <file>', 'its key, PEM')
    .action(async (target, options) => {
      process.exitCode = await (await import('../commands/inspect-until-ended.js')).inspect(target, options)
    })
}

function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print what a shell sources to complete commands, options, agents and definitions')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action(async (shell) => print((await import('../commands/completion.js')).completion(shell)))
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      const found = await (await import('../commands/complete.js')).complete(program, words)
      print(found.map(({ word, meaning = '' }) => `${word}\t${meaning}`).join('\n'))
      if (found.length === 0) process.exit() // a store that does not answer may still be asked
    })
}
