/** The dashboard and the guide ask for what a real fleet has. `npm run build` comes first. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { tempFile } from '../temp-file.fixture.js'

const ROOT = new URL('../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')
const SUFFIX = /_(bucket|sum|count)$/

interface Dashboard {
  readonly panels: readonly {
    readonly id: number
    readonly gridPos: { readonly x: number; readonly w: number }
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[]
  }[]
}

/** The metrics that a fleet shows, by their `TYPE` lines. */
async function metricsOfAFleet(): Promise<readonly string[]> {
  const command = fileURLToPath(new URL('packages/cli/dist/main.js', ROOT))
  const config = fileURLToPath(new URL('examples/dist/main-job/refold.config.js', ROOT))
  const args = ['up', '--json', '--workers', '1', '--health', '0', '--config', config, '--store', tempFile()]
  const fleet = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(async () => {
    fleet.kill('SIGTERM')
    if (fleet.exitCode === null) await once(fleet, 'exit')
  })
  const lines = createInterface({ input: fleet.stdout })[Symbol.asyncIterator]()
  const { url } = JSON.parse(String((await lines.next()).value)) as { url: string }
  for (;;) {
    const text = await (await fetch(`${url}/metrics`)).text()
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name)
    if (names.includes('refold_agents')) return names
    await sleep(200)
  }
}

test('OBS-16 the dashboard and the guide name metrics that there are, and the guide names all of them', async () => {
  const { panels } = JSON.parse(read('examples/dashboard/refold.json')) as Dashboard
  const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
  const asked = new Set(queries.flatMap((query) => query.match(/refold_\w+/g) ?? []))
  const guide = new Set(
    read('docs/operate.md')
      .match(/`refold_\w+`/g)
      ?.map((name) => name.slice(1, -1)),
  )
  const there = await metricsOfAFleet()
  expect(queries.length).toBeGreaterThan(20)
  expect([...asked].map((name) => name.replace(SUFFIX, '')).filter((name) => !there.includes(name))).toEqual([])
  expect([...guide].toSorted()).toEqual(there.toSorted())
})

test('the dashboard has panels of its own numbers side by side, and legends of labels that the query keeps', () => {
  const { panels } = JSON.parse(read('examples/dashboard/refold.json')) as Dashboard
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  for (const { gridPos, targets = [] } of panels) {
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
    for (const { expr, legendFormat } of targets) {
      const kept = /by \(([^)]*)\)/.exec(expr)?.[1]?.split(', ') ?? []
      const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label)
      expect(kept).toEqual(expect.arrayContaining(shown))
    }
  }
})
