import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { personAt, policyDecider } from './person.js'

const proposal = { verdict: 'reject', concerns: [{ isSevere: true, text: '1 from git' }] } as const
const { signal } = new AbortController()

/** What someone who types this decides, and what they were shown. */
async function typed(text: string): Promise<{ decision: unknown; shown: string }> {
  const input = new PassThrough()
  const output = new PassThrough()
  input.end(text)
  const decision = await personAt({ input, output, onInterrupt: () => {} })(proposal, { signal })
  return { decision, shown: String(output.read()) }
}

it.each([
  ['y\n', { verdict: 'accept', by: 'a person' }],
  ['  NO \n', { verdict: 'reject', by: 'a person' }],
  ['\n', { verdict: 'reject', by: 'a person, who agreed with the policy' }],
  ['what?\nyes\n', { verdict: 'accept', by: 'a person' }],
  ['', { verdict: 'reject', by: 'the policy, as no one answered' }],
])('takes %j for a decision', async (text, decision) => {
  expect((await typed(text)).decision).toEqual(decision)
})

it('shows what speaks against it, and the proposal', async () => {
  const { shown } = await typed('y\n')
  expect(shown).toContain('! 1 from git')
  expect(shown).toContain("the policy's 'reject'")
})

it('stops asking when it is interrupted', async () => {
  const interrupted = new AbortController()
  const deciding = personAt({ input: new PassThrough(), output: new PassThrough(), onInterrupt: () => {} })(proposal, {
    signal: interrupted.signal,
  })
  interrupted.abort(new Error('interrupted'))
  await expect(deciding).rejects.toThrow('interrupted')
})

it('is the policy where no one can be asked', async () => {
  expect(await policyDecider(proposal, { signal })).toEqual({ verdict: 'reject', by: 'the policy' })
})
