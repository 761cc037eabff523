import { mkdtempSync } from 'node:fs'
import { expect, test } from 'vitest'
import { writeProject } from '../examples/main-job/project.fixture.js'
import { checkRun, runExamples, type KillPlan } from './real-processes/example-run.js'
import { factsOf } from './real-processes/fact.js'

test('try', async () => {
  const project = writeProject(mkdtempSync('/tmp/proj-') + '/p')
  const t = performance.now()
  const ref = await runExamples([], { project })
  const rounds = Math.max(...Object.values(ref.appends))
  const plans: KillPlan[][] = []
  for (let round = 1; round <= rounds; round++) for (const moment of ['before', 'after'] as const) {
    plans.push([{ round, moment }])
    plans.push([{ round, moment }, { nth: 1 + ((round * 7) % 20), moment: round % 2 ? 'before' : 'after' }])
  }
  let starts = 1
  const bad: string[] = []
  const lane = async () => {
    for (let plan = plans.shift(); plan; plan = plans.shift()) {
      const t0 = performance.now()
      const run = await runExamples(plan, { project }).catch(e => { bad.push(JSON.stringify(plan) + e.message); return undefined })
      if (!run) continue
      starts += run.kills + 1
      const broken = [...checkRun(run)]
      for (const s in ref.ends) if (JSON.stringify(ref.ends[s]) !== JSON.stringify(run.ends[s])) broken.push(['DIFF', s, JSON.stringify(ref.ends[s]).slice(0,400), JSON.stringify(run.ends[s]).slice(0,400)].join(' '))
      console.log(JSON.stringify(plan), run.kills, Math.round(performance.now() - t0), factsOf(run.facts, 'begun').length, broken)
      bad.push(...broken)
    }
  }
  await Promise.all([lane(), lane()])
  console.log(starts, performance.now() - t)
  expect(bad).toEqual([])
}, 120000)
