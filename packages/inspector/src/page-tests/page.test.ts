/** The page in a real browser: how it opens, what is told of all agents, and for whom. */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { ownPackage } from '../own-package.js'
import { browserPages, close, PANELS } from './browser-pages.fixture.js'
import { expectRevision } from './served-page.fixture.js'

const pages = browserPages()

async function openAgent(query: string, revision: number): Promise<Page> {
  const page = await pages.open(`/a/research-sky${query}`)
  await expectRevision(page, revision)
  return page
}

test('INS-61 the token is gone from the address, and no link has it', async () => {
  const page = await openAgent('?r=3', 3)
  expect(page.url()).toBe(`${pages.served.origin}/a/research-sky?r=3`)
  expect(await page.evaluate('document.documentElement.outerHTML')).not.toContain('token')
  expect(await page.evaluate('history.length')).toBeLessThanOrEqual(2)
  await close(page)
})

test('INS-61 without the token nothing is shown', async () => {
  const context = await pages.browser.newContext()
  const page = await context.newPage()
  await page.goto(`${pages.served.origin}/a/research-sky`)
  await page.getByText('it holds the token of this run').waitFor()
  expect(await page.locator('body').innerText()).not.toContain('Why is the sky')
  await page.goto(`${pages.served.origin}/a/research-sky#token=wrong`)
  await page.reload()
  await page.getByText('it holds the token of this run').waitFor()
  await context.close()
})

test('INS-60 a view opens again from its address as it was', async () => {
  const page = await pages.open('/a/research-sky?r=9&base=3&p=diff&f=/context/draft&only=effect')
  await page.getByText('From 3 to 9').waitFor()
  await page.getByRole('tab', { name: 'State' }).click()
  await page.getByText('/context/draft').waitFor()
  await page.locator('.track').press('ArrowLeft')
  await page.waitForURL(/r=8/)
  const address = page.url()
  expect(address).toBe(`${pages.served.origin}/a/research-sky?r=8&base=3&f=/context/draft&p=state&only=effect`)
  await page.goto(address)
  await expectRevision(page, 8)
  expect(await page.locator('#filter').inputValue()).toBe('effect')
  expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('State')
  await page.getByRole('link', { name: 'Inbox' }).click()
  await page.getByRole('heading', { name: 'Inbox' }).waitFor()
  await page.goBack()
  await expectRevision(page, 8)
  await close(page)
})

test('INS-63 it works with its own files alone', async () => {
  const { page, problems, hosts } = await pages.served.open(pages.browser, '/a/research-sky?r=3')
  await expectRevision(page, 3)
  await page.locator('.chart .state').first().waitFor()
  expect([...hosts]).toEqual([new URL(pages.served.origin).host])
  expect(problems).toEqual([])
  expect(await page.locator('script:not([src]), style').count()).toBe(0)
  await close(page)
})

test('INS-85 the script of the first view is at most 90 kB compressed, and what reads files is apart', () => {
  const folder = join(ownPackage().page, 'assets')
  const named = readdirSync(folder).filter((name) => name.endsWith('.js'))
  const sizes = new Map(named.map((name) => [name, gzipSync(readFileSync(join(folder, name)), { level: 9 }).length]))
  const first = [...sizes].filter(([name]) => !name.startsWith('file-'))
  expect(first.reduce((sum, [, size]) => sum + size, 0)).toBeLessThan(90_000)
  expect(named.some((name) => name.startsWith('file-worker'))).toBe(true)
  expect(readFileSync(join(ownPackage().page, 'licences.txt'), 'utf8')).toMatch(/preact .*\(MIT\)/)
})

test('INS-75 the fleet is counted and filtered by what stands in the address', async () => {
  const page = await pages.open('/')
  await page.locator('.definition', { hasText: 'invoice' }).getByText('24', { exact: true }).waitFor()
  await page.getByRole('link', { name: /Blocked/ }).click()
  await page.waitForURL(/concern=blocked/)
  await page.locator('tbody tr').nth(1).waitFor()
  expect(await page.locator('tbody tr').count()).toBe(2)
  expect(await page.getByRole('link', { name: /Without a place/ }).getAttribute('title')).toContain('Not known')
  await page.goto(`${pages.served.origin}/?definition=invoice&state=waiting&text=100`)
  await page.locator('.agents tbody tr').first().waitFor()
  expect(await page.locator('.agents tbody tr').count()).toBe(6)
  await page.locator('.agents tbody a').first().click()
  await page.getByRole('heading', { name: /invoice-2026-100/ }).waitFor()
  await close(page)
})

test('INS-76 the chart of a definition shows where its agents stand, and what was never taken', async () => {
  const page = await pages.open('/?definition=invoice')
  const waiting = page.locator('.heat [data-state="waiting"]')
  await waiting.waitFor()
  expect(await page.locator('.heat-mark').allInnerTexts()).toHaveLength(4)
  expect(await page.locator('.edge.never').count()).toBeGreaterThan(0)
  await waiting.click()
  await page.waitForURL(/state=waiting/)
  await close(page)
})

test('INS-77 the inbox leads to what waits for a person', async () => {
  const page = await pages.open('/inbox')
  await page.getByText('invoice-2026-1021 is in doubt about pay').click()
  await page.waitForURL(/invoice-2026-1021\?p=effects/)
  await page.getByText('In doubt: an effect began').waitFor()
  expect(await page.locator('.effect-head[aria-expanded=true]').innerText()).toContain('pay')
  await close(page)
})

test('INS-80 two agents stand beside each other from where they differ', async () => {
  const page = await pages.open('/compare?left=research-moon@7&right=research-sky@9')
  await page.locator('.pair.divergence').waitFor()
  expect(await page.locator('.pair.same').count()).toBe(1)
  await page.locator('.compare-patch .patch-line', { hasText: '/context/question' }).waitFor()
  await page.locator('.pair.divergence a').nth(1).click()
  await page.waitForURL(/\/a\/research-sky\?r=1/)
  await close(page)
})

const VIEWS = [
  '/',
  '/?definition=research',
  '/inbox',
  '/compare?left=research-moon&right=research-sky',
  '/a/invoice-2026-1011',
] as const
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[]
}

/** `within`: looks at that part alone. */
async function violations(page: Page, within = 'html'): Promise<readonly string[]> {
  await page.evaluate(AXE) // a script tag would be refused
  const { violations: found } = (await page.evaluate(`axe.run('${within}')`)) as AxeResult
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)
}

test.each(['light', 'dark'] as const)('INS-83 axe finds nothing against any view, %s', async (scheme) => {
  const page = await pages.open('/a/research-sky?r=9&f=/context/draft&e=1.0', { scheme })
  await expectRevision(page, 9)
  for (const panel of PANELS) {
    await page.locator(`#tab-${panel}`).click()
    await page.waitForTimeout(120)
    expect({ panel, found: await violations(page, '.panels') }).toEqual({ panel, found: [] })
  }
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('?')
  expect(await violations(page, 'dialog')).toEqual([])
  for (const view of VIEWS) {
    await page.goto(`${pages.served.origin}${view}`)
    await page.waitForLoadState('networkidle').catch(() => {})
    expect({ view, found: await violations(page) }).toEqual({ view, found: [] })
  }
  await close(page)
})

test('INS-84 nothing has to be moved sideways at 390 pixels', async () => {
  const page = await pages.open('/a/research-sky?r=9&f=/context/draft&e=1.0', { width: 390, height: 844 })
  const wide = (): Promise<unknown> => page.evaluate('document.documentElement.scrollWidth')
  for (const side of ['chart', 'records', 'details']) {
    await page.getByRole('button', { name: side, exact: true }).click()
    expect({ side, wide: await wide() }).toEqual({ side, wide: 390 })
  }
  for (const panel of PANELS) {
    await page.locator(`#tab-${panel}`).click()
    await page.waitForTimeout(80)
    expect({ panel, wide: await wide() }).toEqual({ panel, wide: 390 })
  }
  for (const view of VIEWS) {
    await page.goto(`${pages.served.origin}${view}`)
    await page.waitForTimeout(500)
    expect({ view, wide: await wide() }).toEqual({ view, wide: 390 })
  }
  await close(page)
})
