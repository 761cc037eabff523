/** `refold doctor`: what is wrong in a store, what is lost by it, and what to do. Nothing is written. */
import { examineStore, planRecovery } from '@refold/core'
import type { ExaminedFinding, ExaminedStore } from '@refold/core'
import { findConfig, loadConfig } from '../config/load-config.js'
import type { Told } from '../output.js'
import { withStore } from './store-only.js'
import type { ProjectOptions } from './store-only.js'
import { unplacedIn } from './unplaced.js'
import type { Advised } from './unplaced.js'
import { shellWord } from '@refold/inspector/commands'
import { counted } from '@refold/core/store'

export interface DoctorCommandOptions extends ProjectOptions {
  /** Loads the configuration's agents: can they take over what is stored? */
  readonly agents?: boolean
  readonly json: boolean
}

/** `isDone: false`: something is wrong. */
export async function doctor(options: DoctorCommandOptions): Promise<Told> {
  const config = options.agents === true ? await loadConfig(findConfig(options.config, process.cwd())) : undefined
  return withStore({ ...options, readOnly: true }, async ({ store, codecs: opened }) => {
    const codecs = config?.codecs ?? opened
    const examined = await examineStore(store, { codecs })
    const unplaced =
      config === undefined ? [] : unplacedIn(await planRecovery({ store, agents: config.agents, codecs }))
    const findings = [...examined.findings.map(advised), ...unplaced].map((finding) => placed(finding, options))
    const isDone = findings.every(({ kind }) => kind === 'note')
    if (options.json) return { text: JSON.stringify({ ...examined, findings }), isDone }
    return { text: [summaryOf(examined), ...findings.map(textOf), conclusion(findings)].join('\n'), isDone }
  })
}

function advised(finding: ExaminedFinding): Advised {
  return { ...finding, commands: commandsFor(finding) }
}

/** Its commands look at the same store. */
function placed(finding: Advised, options: DoctorCommandOptions): Advised {
  return { ...finding, commands: finding.commands.map((command) => command + placeOf(options)) }
}

/** To look at it, to keep what can be kept, to repair it. */
function commandsFor({ trouble, stream = '' }: ExaminedFinding): readonly string[] {
  const agent = shellWord(stream)
  switch (trouble) {
    case 'GAP':
    case 'LINEAGE':
    case 'UNREADABLE':
      return [`refold export ${agent} -o ${shellWord(`${stream}.jsonl`)}`]
    case 'DIRECTORY':
      return ['refold rebuild']
    case 'NEWER_FORMAT':
    case 'ENCODED':
    case 'FOREIGN':
    case 'STORE':
    case 'LOG':
      return []
  }
}

function placeOf({ store, config }: ProjectOptions): string {
  const named = [
    ...(config === undefined ? [] : ['--config', config]),
    ...(store === undefined ? [] : ['--store', store]),
  ]
  return named.map((text) => ` ${shellWord(text)}`).join('')
}

function summaryOf({ agents, records, streams, facts }: ExaminedStore): string {
  const counts = { agents, records, 'other streams': streams - agents, ...facts }
  return Object.entries(counts)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
}

function textOf({ kind, stream, message, lost, revision, remedy, commands }: Advised): string {
  const head = `\n${kind}  ${stream === undefined ? '' : `${stream}: `}${message}`
  const loss =
    lost === undefined || lost === 0
      ? []
      : [`  lost: its state from record ${revision} on, of ${counted(lost, 'record')}`]
  const advice = remedy === undefined ? [] : [`  ${remedy}`]
  return [head, ...loss, ...advice, ...commands.map((command) => `    ${command}`)].join('\n')
}

function conclusion(findings: readonly Advised[]): string {
  const wrong = findings.filter(({ kind }) => kind === 'wrong').length
  return wrong === 0 ? '\nnothing is wrong' : `\n${wrong} ${wrong === 1 ? 'thing is' : 'things are'} wrong`
}
