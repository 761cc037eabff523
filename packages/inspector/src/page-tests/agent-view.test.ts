/** The view of one agent in a real browser. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { browserPages, close } from './browser-pages.fixture.js'
import { expectRevision } from './served-page.fixture.js'

const pages = browserPages()

async function openAgent(query: string, revision: number): Promise<Page> {
  const page = await pages.open(`/a/research-sky${query}`)
  await expectRevision(page, revision)
  return page
}

test('INS-66 every revision is reached by keys, by mouse and by number, and every part shows it', async () => {
  const page = await openAgent('?r=3', 3)
  const slider = page.getByRole('slider', { name: 'Revision' })
  await page.keyboard.press('ArrowRight')
  await expectRevision(page, 4)
  expect(await slider.getAttribute('aria-valuetext')).toBe('revision 4 of 13, search done')
  await page.keyboard.press('ArrowUp')
  await expectRevision(page, 3)
  await page.keyboard.press('Shift+ArrowRight')
  await expectRevision(page, 13)
  await page.keyboard.press('Home')
  await expectRevision(page, 0)
  await page.keyboard.press('End')
  await expectRevision(page, 13)
  await page.keyboard.press('g')
  await page.getByRole('spinbutton').fill('7')
  await page.keyboard.press('Enter')
  await expectRevision(page, 7)
  const box = await slider.boundingBox()
  await page.mouse.click((box?.x ?? 0) + 1, (box?.y ?? 0) + 10)
  await expectRevision(page, 0)
  await page.locator('#record-5').click()
  await expectRevision(page, 5)
  expect(await page.locator('[role=row][aria-selected=true]').getAttribute('id')).toBe('record-5')
  await page.locator('.state.lit [class=name], .state.lit .name').first().waitFor()
  expect(await page.locator('.chart [data-state="gathering.facts.checked"]').getAttribute('class')).toContain('lit')
  await close(page)
})

test('INS-67 the newest wish wins while a revision changes faster than answers come', async () => {
  const page = await openAgent('?r=0', 0)
  const asked: string[] = []
  let open = 0
  let most = 0
  await page.route('**/points/*', async (route) => {
    asked.push(route.request().url().split('/').at(-1) ?? '')
    most = Math.max(most, ++open)
    const response = await route.fetch()
    await page.evaluate('new Promise((done) => setTimeout(done, 120))')
    open--
    await route.fulfill({ response })
  })
  const box = await page.getByRole('slider', { name: 'Revision' }).boundingBox()
  const [x = 0, y = 0, width = 0] = [box?.x, box?.y, box?.width]
  await page.mouse.move(x + 2, y + 8)
  await page.mouse.down()
  await page.mouse.move(x + width - 2, y + 8, { steps: 26 })
  await page.mouse.up()
  await expectRevision(page, 13)
  expect(most).toBeLessThanOrEqual(2) // with the one before it may be that of a neighbour
  expect(asked.length).toBeLessThan(13)
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await close(page)
})

test('INS-65 the chart is lit, folded and told as a list', async () => {
  const page = await openAgent('?r=3', 3)
  const lit = page.locator('.state.lit')
  await page.locator('.chart [data-state="gathering.web.searching"].lit').waitFor()
  expect(await lit.count()).toBe(8)
  expect(await page.locator('.edge.taken').count()).toBe(1)
  const group = page.locator('.chart > g')
  const before = await group.getAttribute('transform')
  await page.getByRole('button', { name: 'Show all of it' }).click()
  expect(await group.getAttribute('transform')).not.toBe(before)
  await page.locator('.chart [data-state="gathering"] > .fold').click()
  expect(await page.locator('.chart [data-state="gathering.web"]').count()).toBe(0)
  expect(await page.locator('.chart [data-state="gathering"]').getAttribute('class')).toContain('lit')
  await page.getByRole('button', { name: 'Show as a list' }).click()
  await page.getByRole('button', { name: 'gathering' }).click()
  const active = page.locator('.chart-list li[aria-current=true]')
  expect(await active.count()).toBe(8)
  await page.getByRole('button', { name: 'checker reading' }).click()
  await page.locator('.chart [data-state="reading"].lit').waitFor()
  await close(page)
})

test('INS-70 the state unfolds, marks what changed, and a field is selected from it', async () => {
  const page = await openAgent('?r=3', 3)
  const line = (name: string) => page.getByRole('treeitem').filter({ hasText: name }).first()
  expect(await line('plan').getAttribute('class')).toContain('changed')
  expect(await line('question').getAttribute('class')).not.toContain('changed')
  await line('messages').locator('.twist').click()
  await line('plan').click()
  await page.waitForURL(/f=\/context\/plan/)
  await page.keyboard.press('Alt+ArrowLeft')
  await expectRevision(page, 0)
  await page.keyboard.press('Alt+ArrowRight')
  await expectRevision(page, 3)
  await close(page)
})

test('INS-71 the difference is to the record before, or to a pinned one', async () => {
  const page = await openAgent('?r=8', 8)
  await page.keyboard.press('d')
  await page.getByText('The pinned revision is this one.').waitFor()
  await page.keyboard.press('ArrowRight')
  await page.getByText('From 8 to 9').waitFor()
  await page.locator('.patch-line', { hasText: '/context/spentUsd' }).waitFor()
  const change = page.locator('.patch-line', { hasText: '/context/spentUsd' })
  expect(await change.locator('del').innerText()).toContain('0.0224')
  expect(await change.locator('ins').innerText()).toContain('0.0336')
  await page.getByRole('button', { name: 'Unpin' }).click()
  await page.keyboard.press('ArrowLeft')
  await page.getByText('From 7 to 8').waitFor()
  await close(page)
})

test('INS-72 the panels tell the record, effects, blame, causes, the conversation and the raw JSON', async () => {
  const page = await openAgent('?r=9&e=1.0&f=/context/draft', 9)
  const panel = page.getByRole('tabpanel')
  const expectShown = async (tab: string, ...texts: readonly string[]): Promise<void> => {
    await page.getByRole('tab', { name: tab }).click()
    for (const text of texts) await panel.getByText(text).first().waitFor()
  }
  await expectShown('Record', 'refold.effect.done', 'research@3', '/context/spentUsd')
  await expectShown(
    'Effects',
    '2 attempts',
    '$0.0112',
    '529 overloaded: try again later',
    'research.ts:41:11',
    'Plan: Why is the sky blue?',
  )
  await expectShown('Blame', 'copied from', '/data/output/text', 'Why that record came', 'grace')
  await expectShown('Explain', 'the effect was asked for by', 'sent from outside')
  await expectShown('Transcript', 'Say why it is not violet.')
  await expectShown('Raw', '"revision": 9')
  await close(page)
})

test('INS-72 causes lead through other agents', async () => {
  const page = await pages.open('/a/newsletter-weekly?p=explain')
  const link = page.getByRole('tabpanel').getByRole('link').filter({ hasText: 'research-sky' }).first()
  await link.click()
  await page.waitForURL(/\/a\/research-sky\?r=/)
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('research-sky')
  await close(page)
})

test('INS-73 lanes show what went on beside each other, and lead to it', async () => {
  const page = await openAgent('?r=3', 3)
  const names = await page.locator('.lane-name').allInnerTexts()
  expect(names).toEqual(['Events', 'model', 'search', 'archive', 'publish', 'Timers', 'Children', 'Owners'])
  expect(await page.locator('.idle').allInnerTexts()).toEqual(['2 h', '30 min'])
  expect(await page.locator('.bar-broken.failed').count()).toBe(1)
  await page.getByRole('button', { name: 'search: done' }).click()
  await page.waitForURL(/r=4&p=effects&e=3\.0/)
  await close(page)
})

test('INS-86 every revision at which a condition holds is a link', async () => {
  const page = await openAgent('', 13)
  await page.keyboard.press('x')
  await page.locator('#where:focus').waitFor()
  await page.keyboard.type('state=review')
  await page.keyboard.press('Enter')
  const flips = page.locator('.flip')
  await flips.first().waitFor()
  expect(await flips.count()).toBe(4)
  await flips.nth(2).click()
  await page.locator('[role=slider][aria-valuenow="9"]').waitFor()
  await close(page)
})

test('INS-74 letters do nothing in fields, can be switched off, and are listed', async () => {
  const page = await openAgent('?r=3', 3)
  await page.keyboard.press('/')
  await page.keyboard.type('bed')
  expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('State')
  await page.locator('#filter').fill('')
  await page.locator('.track').focus()
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).getByText('Who set the selected field').waitFor()
  await page.getByLabel('Letters are keys, too').uncheck()
  await page.keyboard.press('Escape')
  await page.keyboard.press('b')
  expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('State')
  await page.keyboard.press('ArrowRight')
  await expectRevision(page, 4)
  await close(page)
})

test('INS-81 a test and the address are copied', async () => {
  const page = await openAgent('?r=9', 9)
  await page.keyboard.press('t')
  await page.getByText('Copied a test').waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toContain('import { expect, test } from "vitest"')
  await page.keyboard.press('y')
  await page.getByText('Copied the address').waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${pages.served.origin}/a/research-sky?r=9`)
  await close(page)
})
