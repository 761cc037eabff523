/** Orders from the page, in a real browser, on agents of a real file. */
import { createClient } from '@refold/core'
import type { AgentDefinition } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { browserPages, close, withFleet } from './browser-pages.fixture.js'
import { expectRevision, shownAgents } from './served-page.fixture.js'

const pages = browserPages()

test('INS-78 an event is sent by a form of its schema, and an approval is of exactly what is shown', async () => {
  await withFleet(pages, async (served) => {
    const { page } = await served.open(pages.browser, '/a/research-moon')
    await expectRevision(page, 7)
    await openForm(page, 'Send revise')
    await page.getByLabel('note').fill('It’s too long')
    await page.getByText(String.raw`refold send research-moon revise '{"note":"It’s too long"}'`).waitFor()
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByText('Done: revision 8.').waitFor()
    await expectRevision(page, 8)

    await page.goto(`${served.origin}/a/research-tides`)
    await expectRevision(page, 7)
    await page.getByRole('button', { name: 'Act', exact: true }).click()
    await page.getByRole('button', { name: 'Approve publish' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('spentUsd').waitFor()
    await dialog.getByLabel('channel').selectOption({ label: 'blog' })
    await dialog.getByRole('button', { name: 'Approve exactly this' }).click()
    await page.locator('[role=row]', { hasText: 'publish' }).first().waitFor()
    await close(page)
  })
})

test('INS-109 of two who have the same form open, the second is refused, and does not act on what they did not see', async () => {
  await withFleet(pages, async (served) => {
    const [{ page: first }, { page: second }] = [
      await served.open(pages.browser, '/a/research-moon'),
      await served.open(pages.browser, '/a/research-moon'),
    ]
    for (const page of [first, second]) {
      await expectRevision(page, 7)
      await openForm(page, 'Send revise')
    }
    await sendForm(first, 'shorter')
    await first.getByText('Done: revision 8.').waitFor()
    await expectRevision(second, 8)
    await sendForm(second, 'longer')
    await second.getByText('WRONG_REVISION').waitFor()
    await close(first)
    await close(second)
  })
})

test('INS-109 an event whose answer was lost is given again by its form, and is stored once', async () => {
  await withFleet(pages, async (served) => {
    const { page } = await served.open(pages.browser, '/a/research-moon')
    await expectRevision(page, 7)
    await openForm(page, 'Send revise')
    await page.route('**/api/orders', async (route) => {
      await route.fetch()
      await route.abort()
    })
    await sendForm(page, 'shorter')
    await page.getByText('UNREACHABLE').waitFor()
    await expectRevision(page, 8)
    await page.unroute('**/api/orders')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByText('Done: revision 8.').waitFor()
    await close(page)
  })
})

test('INS-78 INS-97 an effect in doubt is resolved, and an agent is paused and goes on', async () => {
  await withFleet(pages, async (served) => {
    const { page } = await served.open(pages.browser, '/a/invoice-2026-1021')
    await page.getByText('In doubt: an effect began').waitFor()
    await page.getByRole('button', { name: 'Act', exact: true }).click()
    await page.getByRole('button', { name: /Resolve pay/ }).click()
    await page.getByLabel('It happened').check()
    await page.getByLabel(/Output, as JSON/).fill('{"receipt":"R-9"}')
    await page
      .getByText(/^refold resolve invoice-2026-1021 \S+ --complete '\{"receipt":"R-9"\}' --revision \d+/)
      .waitFor()
    await page.getByRole('button', { name: 'Resolve', exact: true }).click()
    await page.locator('.badge', { hasText: 'done' }).waitFor()

    await page.goto(`${served.origin}/a/invoice-2026-1010`)
    await page.getByText('supplier is being checked').first().waitFor()
    await page.getByRole('button', { name: 'Act', exact: true }).click()
    await page.locator('.menu-item', { hasText: 'Resume' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click()
    await page.locator('.badge', { hasText: 'running' }).waitFor()
    expect(await page.locator('.held-up').count()).toBe(0)
    await close(page)
  })
})

test('INS-101 a form says that it acts on the agent as it stands now, and an event goes to no other one', async () => {
  await withFleet(pages, async (served, file) => {
    const { page } = await served.open(pages.browser, '/a/research-moon?r=5')
    await expectRevision(page, 5)
    const act = page.getByRole('button', { name: 'Act', exact: true })
    await act.click()
    await page.locator('.menu-item', { hasText: 'Pause' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('The view shows revision 5. This acts on research-moon as it stands now').waitFor()
    await dialog.getByRole('button', { name: 'Leave it' }).click()

    await act.click()
    await page.getByRole('button', { name: 'Send revise' }).click()
    await dialog.getByText('after revision 7').waitFor()
    await dialog.getByLabel('note').fill('shorter')
    await dialog.getByText(`refold send research-moon revise '{"note":"shorter"}' --expect 7`).waitFor()
    await using client = await createClient({ store: sqliteStore(file), agents: shownAgents() })
    const [moon] = shownAgents().filter(({ name }) => name === 'research')
    await (await client.attach(moon as AgentDefinition, 'moon')).pause()
    await dialog.getByText('research-moon has gone on from revision 7 to 8').waitFor()
    const send = dialog.getByRole('button', { name: 'Send', exact: true })
    await send.click()
    await dialog.locator('.failure', { hasText: 'revision' }).waitFor()
    await dialog.getByLabel('Only if nothing has come since revision 7').uncheck()
    expect(await dialog.getByText('--expect').count()).toBe(0)
    await send.click()
    await page.getByText('Done: revision 9.').waitFor()
    await close(page)
  })
})

test('INS-78 where nothing may be written, every order is off and says why', async () => {
  const page = await pages.open('/a/research-moon')
  await expectRevision(page, 7)
  for (const name of ['Act', 'Fork']) {
    const button = page.getByRole('button', { name, exact: true })
    expect(await button.getAttribute('aria-disabled')).toBe('true')
    expect(await button.getAttribute('title')).toContain('no definitions are loaded')
    await button.click({ force: true })
    expect(await page.locator('.menu-list, dialog').count()).toBe(0)
  }
  await page.keyboard.press('f')
  await page.getByText('Nothing can be forked from here').waitFor()
  expect(await page.locator('dialog').count()).toBe(0)
  await close(page)
})

test('INS-79 a fork is planned with its price before it is made, and is left paused', async () => {
  await withFleet(pages, async (served) => {
    const { page } = await served.open(pages.browser, '/a/research-sky?r=9')
    await expectRevision(page, 9)
    await page.keyboard.press('f')
    const dialog = page.getByRole('dialog', { name: 'Fork research-sky at revision 9' })
    const fork = dialog.getByRole('button', { name: 'Fork, paused' })
    expect(await fork.getAttribute('aria-disabled')).toBe('true')
    await dialog.getByRole('button', { name: /Plan it/ }).click()
    await dialog.getByText(/reused +5 effects/).waitFor()
    await dialog.getByText('refold fork research-sky').waitFor()
    await fork.click()
    await page.getByRole('heading', { name: 'research-sky-fork-9' }).waitFor()
    await page.locator('.badge', { hasText: 'paused' }).waitFor()
    await page.getByRole('link', { name: 'compare', exact: true }).click()
    await page.locator('.pair.divergence').waitFor()
    await close(page)
  })
})

async function openForm(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Act', exact: true }).click()
  await page.getByRole('button', { name }).click()
}

async function sendForm(page: Page, note: string): Promise<void> {
  await page.getByLabel('note').fill(note)
  await page.getByRole('button', { name: 'Send', exact: true }).click()
}
