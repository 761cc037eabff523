/**
 * Which source files of the packages run: counted by V8's coverage, by calls of functions that are more than a module's first
 * run. Source maps say in which file a function stands.
 */
import { readFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { SourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'

const session = new Session()

/** From here on calls are counted. */
export async function countFiles(): Promise<void> {
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
}

/** Source files with a call since the last count, or since `countFiles`; and how many scripts were loaded. */
export async function filesTouched(): Promise<{ readonly called: readonly string[]; readonly loaded: number }> {
  const { result } = await session.post('Profiler.takePreciseCoverage')
  const own = result.filter(({ url }) => /\/packages\/(?!bench\/)[^/]+\/dist\//.test(url))
  const called = new Set<string>()
  for (const { url, functions } of own) {
    const ran = functions.flatMap(({ ranges: [range] }) => (range !== undefined && range.count > 0 ? [range] : []))
    const offsets = ran.map(({ startOffset }) => startOffset).filter((offset) => offset > 0)
    if (offsets.length === 0) continue // an entry that only passes on has no map
    const sourceAt = sourcesOf(fileURLToPath(url))
    for (const offset of offsets) called.add(sourceAt(offset))
  }
  return { called: [...called].toSorted(), loaded: own.length }
}

/** By the offset of a function in the script: `core/src/api/agent-handle.ts`. */
function sourcesOf(script: string): (offset: number) => string {
  const lines = readFileSync(script, 'utf8').split('\n')
  const starts: number[] = []
  let end = 0
  for (const line of lines) {
    starts.push(end)
    end += line.length + 1
  }
  const map = new SourceMap(JSON.parse(readFileSync(`${script}.map`, 'utf8')))
  return (offset) => {
    const line = starts.findLastIndex((start) => start <= offset)
    const entry = map.findEntry(line, offset - (starts[line] ?? 0))
    return 'originalSource' in entry ? entry.originalSource.replace(/^(\.\.\/)+/, `${packageOf(script)}/`) : script
  }
}

function packageOf(script: string): string {
  return /\/packages\/([^/]+)\//.exec(script)?.[1] ?? ''
}
