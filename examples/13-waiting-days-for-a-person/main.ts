/**
 * Each command is a process of its own; between two of them nothing runs, for days.
 *   (nothing)            starts the refund, and prints what is asked, with a link that carries the question
 *   approve LINK NAME    answers it; an answer to something that has changed is refused
 *   amend CENTS
 * `--days N` in front lets N days have passed.
 */
import { createRuntime, createWorld, formatPlan, isRefoldError, planRecovery, toRevision } from '@refold/core'
import type { Approval } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { filter, firstValueFrom } from 'rxjs'
import { laterClock } from '../03-timers/later-clock.js'
import { refund } from './agent.js'

const [, , ...given] = process.argv
const days = given[0] === '--days' ? Number(given.splice(0, 2)[1]) : 0
const [command, first = '', by = ''] = given

const options = {
  store: sqliteStore(process.env['REFUND_DB'] ?? 'refunds.db'),
  agents: [refund],
  world: createWorld({ clock: laterClock({ byMs: days * 86_400_000 }) }),
}
const plan = await planRecovery(options)
if (plan.overdue.length > 0) console.log(formatPlan(plan))

await using refold = await createRuntime(options)
const agent = await refold.start(refund, { id: 'parcel-7', input: { to: 'Ana', cents: 1_000 } })
if (plan.overdue.length > 0) {
  // What was to happen while nothing ran happens now.
  const fired = agent
    .eventsFrom(toRevision(0))
    .pipe(filter(({ type, at }) => type === 'refold.timer.fired' && at >= plan.at))
  await firstValueFrom(fired)
}

try {
  if (command === 'approve') await agent.send({ type: 'approve' }, { by, approval: fromLink(first) })
  if (command === 'amend') await agent.send({ type: 'amend', cents: Number(first) }, { by: 'the shop' })
} catch (error) {
  if (!isRefoldError(error)) throw error
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = 1
}

const now = await agent.waitFor((state) => state.matches({ asking: 'patient' }) || state.status !== 'active')
if (now.status === 'done') console.log(now.output.why || `transferred: ${now.output.receipt}`)
else {
  const { payload, ...question } = await agent.approval('approve')
  console.log(`${payload.cents} cents for ${payload.to}? reminded ${now.context.reminders} times`)
  console.log(`approve ${Buffer.from(JSON.stringify(question)).toString('base64url')}`)
}

/** What came back with a person's click. It names a question, and is no proof of who clicked. */
function fromLink(link: string): Approval {
  return JSON.parse(Buffer.from(link, 'base64url').toString('utf8')) as Approval
}
