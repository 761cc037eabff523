import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeProject } from '../fleet.fixture.js'
import type { Project } from '../fleet.fixture.js'

/** Looks like a definition. */
const AGENT = "{ name: 'a', version: 1 }"

let project: Project
beforeAll(() => {
  project = makeProject()
})
afterAll(() => project.remove())

test.each(['() => {}', 'async () => undefined', '() => 7'])(
  'CLI-664 a `store: %s` of a configuration, which gives no store, is told by every command as that',
  async (store) => {
    const file = join(project.directory, 'no-store.mjs')
    writeFileSync(file, `export default { agents: [${AGENT}], store: ${store} }`)
    for (const command of [['ls'], ['show', 'a-1'], ['stats'], ['export', '--all'], ['start', 'a']]) {
      const ended = await project.run(...command, '--config', file)
      expect(ended).toMatchObject({ code: 2, stdout: '' })
      expect(ended.stderr).toContain("error[INVALID_CONFIG] the configuration's `store` gives no store")
    }
  },
)
