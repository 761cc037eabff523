/**
 * `refold complete`: what may come at the end of a command line. Asked by a shell, at each press of a key: so it runs nothing of the
 * project's own code, opens a store for reading only, and says nothing where it does not know.
 */
import type { Argument, Command, Option } from 'commander'
import { openStore } from '../config/open-store.js'
import { SHELLS } from './completion.js'

/** A word, and what it means. */
export interface Candidate {
  readonly word: string
  readonly meaning?: string
}

/** Words behind `refold`; the last one is being written, and may be empty. */
export async function complete(program: Command, words: readonly string[]): Promise<readonly Candidate[]> {
  const current = words.at(-1) ?? ''
  const command = words.length > 1 ? program.commands.find((one) => one.name() === words[0]) : program
  if (command === undefined) return []
  const found = command === program ? commandsOf(program) : await inCommand(command, words.slice(1))
  return found.filter(({ word }) => word.startsWith(current) && SAFE.test(word))
}

/** Nothing that a shell could take for more than a word. */
const SAFE = /^[\w.:@~+=-]+$/

function commandsOf(program: Command): readonly Candidate[] {
  const visible = program.createHelp().visibleCommands(program)
  return visible.map((one) => ({ word: one.name(), meaning: one.description() }))
}

async function inCommand(command: Command, words: readonly string[]): Promise<readonly Candidate[]> {
  const [current = '', previous = ''] = words.toReversed()
  const store = valueOf(command, words, '--store')
  const asked = command.options.find((option) => (option.required || option.optional) && isNamed(option, previous))
  if (asked !== undefined) return valuesOf(asked.attributeName(), store)
  if (current.startsWith('-'))
    return command
      .createHelp()
      .visibleOptions(command)
      .map(({ long, short, description }) => ({ word: long ?? short ?? '', meaning: description }))
  const argument = argumentAt(command, words)
  return argument === undefined ? [] : valuesOf(argument.name(), store)
}

function isNamed({ long, short }: Option, word: string): boolean {
  return word !== '' && (word === long || word === short)
}

/** What the line gives an option already. */
function valueOf(command: Command, words: readonly string[], long: string): string | undefined {
  const option = command.options.find((one) => one.long === long)
  const at = words.findIndex((word) => option !== undefined && isNamed(option, word))
  if (at >= 0) return words[at + 1]
  return words.find((word) => word.startsWith(`${long}=`))?.slice(long.length + 1)
}

/** That of the last word. */
function argumentAt(command: Command, words: readonly string[]): Argument | undefined {
  let place = -1
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const option = command.options.find((one) => isNamed(one, word))
    if (option?.required === true && at < words.length - 1) at++
    else if (!word.startsWith('-') || word === '-') place++
  }
  const known = command.registeredArguments
  const last = known.at(-1)
  return known[place] ?? (last?.variadic === true ? last : undefined)
}

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  status: ['active', 'done', 'error', 'stopped'],
  condition: ['running', 'paused', 'blocked', 'in-doubt', 'suspected'],
  format: ['mermaid', 'svg'],
  since: ['start', 'now'],
  shell: SHELLS,
}

/** Of an option or an argument by its name. */
async function valuesOf(name: string, store: string | undefined): Promise<readonly Candidate[]> {
  const choices = CHOICES[name]
  if (choices !== undefined) return choices.map((word) => ({ word }))
  if (name === 'definition') return (await inStore(store)).definitions
  if (name === 'agent' || name === 'agents') return (await inStore(store)).agents
  if (name !== 'who' && name !== 'names') return []
  const { definitions, agents } = await inStore(store)
  return [...definitions, ...agents]
}

interface Stored {
  readonly definitions: readonly Candidate[]
  readonly agents: readonly Candidate[]
}

const NOTHING: Stored = { definitions: [], agents: [] }
/** More are not looked at, so that a key is answered at once. */
const MOST_AGENTS = 5_000

/** A key waits for a store no longer than that. */
const PATIENCE_MS = 1_000

/** Of the store that the line names, else of the one that is there by default; nothing where it does not answer soon. */
async function inStore(named: string | undefined): Promise<Stored> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<Stored>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS, NOTHING)))
  try {
    return await Promise.race([read(named), tooLate])
  } finally {
    clearTimeout(timer)
  }
}

async function read(named: string | undefined): Promise<Stored> {
  try {
    const store = await openStore({}, named, { mustExist: true, readOnly: true })
    try {
      const definitions = new Set<string>()
      const agents: Candidate[] = []
      for await (const page of store.directory.find({ limit: MOST_AGENTS }))
        for (const { stream, definition, status, active } of page) {
          definitions.add(definition)
          agents.push({ word: stream, meaning: [status, ...active].join(' ') })
        }
      return { definitions: [...definitions].map((word) => ({ word })), agents }
    } finally {
      await store.close()
    }
  } catch {
    return NOTHING // a key that was pressed is no place for errors
  }
}
