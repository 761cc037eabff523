/** The page in a real browser, over the real server and a real file of agents. */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { sqliteStore } from '@refold/sqlite'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ownPackage } from '../own-package.js'
import { CHROMIUM, launchBrowser, NO_CHROMIUM } from './browser.fixture.js'
import { ownFiles, servePage, shows } from './served-page.fixture.js'
import type { ServedPage } from './served-page.fixture.js'
import { makeFleet } from './shown-fleet.fixture.js'

const files = ownFiles()
let browser: Browser
let served: ServedPage

beforeAll(async () => {
  if (CHROMIUM === undefined) return
  const store = sqliteStore(files.at('fleet.db'))
  await makeFleet(store)
  await store.close()
  served = await servePage(files.at('fleet.db'))
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
  await served?.close()
  files.remove()
})

beforeEach((context) => {
  if (CHROMIUM === undefined) context.skip(NO_CHROMIUM)
})

async function open(path: string, options = {}): Promise<Page> {
  const { page } = await served.open(browser, path, options)
  return page
}

async function openAgent(query: string, revision: number): Promise<Page> {
  const page = await open(`/a/research-sky${query}`)
  await shows(page, revision)
  return page
}

const close = (page: Page): Promise<void> => page.context().close()

describe('opening', () => {
  test('INS-61 the token is gone from the address, and no link has it', async () => {
    const page = await openAgent('?r=3', 3)
    expect(page.url()).toBe(`${served.origin}/a/research-sky?r=3`)
    expect(await page.evaluate('document.documentElement.outerHTML')).not.toContain('token')
    expect(await page.evaluate('history.length')).toBeLessThanOrEqual(2)
    await close(page)
  })

  test('INS-61 without the token nothing is shown', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${served.origin}/a/research-sky`)
    await page.getByText('it holds the token of this run').waitFor()
    expect(await page.locator('body').innerText()).not.toContain('Why is the sky')
    await page.goto(`${served.origin}/a/research-sky#token=wrong`)
    await page.reload()
    await page.getByText('it holds the token of this run').waitFor()
    await context.close()
  })

  test('INS-60 a view opens again from its address as it was', async () => {
    const page = await open('/a/research-sky?r=9&base=3&p=diff&f=/context/draft&only=effect')
    await page.getByText('From 3 to 9').waitFor()
    await page.getByRole('tab', { name: 'State' }).click()
    await page.getByText('/context/draft').waitFor()
    await page.locator('.track').press('ArrowLeft')
    await page.waitForURL(/r=8/)
    const address = page.url()
    expect(address).toBe(`${served.origin}/a/research-sky?r=8&base=3&f=/context/draft&p=state&only=effect`)
    await page.goto(address)
    await shows(page, 8)
    expect(await page.locator('#filter').inputValue()).toBe('effect')
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('State')
    await page.getByRole('link', { name: 'Inbox' }).click()
    await page.getByRole('heading', { name: 'Inbox' }).waitFor()
    await page.goBack()
    await shows(page, 8)
    await close(page)
  })

  test('INS-63 it works with its own files alone', async () => {
    const { page, problems, hosts } = await served.open(browser, '/a/research-sky?r=3')
    await shows(page, 3)
    await page.locator('.chart .state').first().waitFor()
    expect([...hosts]).toEqual([new URL(served.origin).host])
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
})

describe('an agent', () => {
  test('INS-66 every revision is reached by keys, by mouse and by number, and every part shows it', async () => {
    const page = await openAgent('?r=3', 3)
    const slider = page.getByRole('slider', { name: 'Revision' })
    await page.keyboard.press('ArrowRight')
    await shows(page, 4)
    expect(await slider.getAttribute('aria-valuetext')).toBe('revision 4 of 13, search done')
    await page.keyboard.press('ArrowUp')
    await shows(page, 3)
    await page.keyboard.press('Shift+ArrowRight')
    await shows(page, 13)
    await page.keyboard.press('Home')
    await shows(page, 0)
    await page.keyboard.press('End')
    await shows(page, 13)
    await page.keyboard.press('g')
    await page.getByRole('spinbutton').fill('7')
    await page.keyboard.press('Enter')
    await shows(page, 7)
    const box = await slider.boundingBox()
    await page.mouse.click((box?.x ?? 0) + 1, (box?.y ?? 0) + 10)
    await shows(page, 0)
    await page.locator('#record-5').click()
    await shows(page, 5)
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
    await shows(page, 13)
    expect(most).toBeLessThanOrEqual(2) // with the one before it may be that of a neighbour
    expect(asked.length).toBeLessThan(13)
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
    const line = (name: string) =>
      page
        .getByRole('treeitem')
        .filter({ hasText: `${name}` })
        .first()
    expect(await line('plan').getAttribute('class')).toContain('changed')
    expect(await line('question').getAttribute('class')).not.toContain('changed')
    await line('messages').locator('.twist').click()
    await line('plan').click()
    await page.waitForURL(/f=\/context\/plan/)
    await page.keyboard.press('Alt+ArrowLeft')
    await shows(page, 0)
    await page.keyboard.press('Alt+ArrowRight')
    await shows(page, 3)
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
    const shown = async (tab: string, ...texts: readonly string[]): Promise<void> => {
      await page.getByRole('tab', { name: tab }).click()
      for (const text of texts) await panel.getByText(text).first().waitFor()
    }
    await shown('Record', 'refold.effect.done', 'research@3', '/context/spentUsd')
    await shown(
      'Effects',
      '2 attempts',
      '$0.0112',
      '529 overloaded: try again later',
      'research.ts:41:11',
      'Plan: Why is the sky blue?',
    )
    await shown('Blame', 'copied from', '/data/output/text', 'Why that record came', 'grace')
    await shown('Explain', 'the effect was asked for by', 'sent from outside')
    await shown('Transcript', 'Say why it is not violet.')
    await shown('Raw', '"revision": 9')
    await close(page)
  })

  test('INS-72 causes lead through other agents', async () => {
    const page = await open('/a/newsletter-weekly?p=explain')
    const link = page.getByRole('tabpanel').getByRole('link').filter({ hasText: 'research-sky' }).first()
    await link.click()
    await page.waitForURL(/\/a\/research-sky\?r=/)
    await close(page)
  })

  test('INS-73 lanes show what went on beside each other, and lead to it', async () => {
    const page = await openAgent('?r=3', 3)
    const names = await page.locator('.lane-name').allInnerTexts()
    expect(names).toEqual(['Events', 'model', 'search', 'archive', 'publish', 'Timers', 'Children', 'Owners'])
    expect(await page.locator('.idle').allInnerTexts()).toEqual(['2 h', '30 min'])
    expect(await page.locator('.bar-failed').count()).toBe(1)
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
    await shows(page, 4)
    await close(page)
  })

  test('INS-81 a test and the address are copied', async () => {
    const page = await openAgent('?r=9', 9)
    await page.keyboard.press('t')
    await page.getByText('Copied a test').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain('import { expect, test } from "vitest"')
    await page.keyboard.press('y')
    await page.getByText('Copied the address').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${served.origin}/a/research-sky?r=9`)
    await close(page)
  })
})

describe('all agents', () => {
  test('INS-75 the fleet is counted and filtered by what stands in the address', async () => {
    const page = await open('/')
    await page.locator('.definition', { hasText: 'invoice' }).getByText('24', { exact: true }).waitFor()
    await page.getByRole('link', { name: /Blocked/ }).click()
    await page.waitForURL(/concern=blocked/)
    await page.locator('tbody tr').nth(1).waitFor()
    expect(await page.locator('tbody tr').count()).toBe(2)
    expect(await page.getByRole('link', { name: /Without a place/ }).getAttribute('title')).toContain('Not known')
    await page.goto(`${served.origin}/?definition=invoice&state=waiting&text=100`)
    await page.locator('.agents tbody tr').first().waitFor()
    expect(await page.locator('.agents tbody tr').count()).toBe(6)
    await page.locator('.agents tbody a').first().click()
    await page.getByRole('heading', { name: /invoice-2026-100/ }).waitFor()
    await close(page)
  })

  test('INS-76 the chart of a definition shows where its agents stand, and what was never taken', async () => {
    const page = await open('/?definition=invoice')
    const waiting = page.locator('.heat [data-state="waiting"]')
    await waiting.waitFor()
    expect(await page.locator('.heat-mark').allInnerTexts()).toHaveLength(4)
    expect(await page.locator('.edge.never').count()).toBeGreaterThan(0)
    await waiting.click()
    await page.waitForURL(/state=waiting/)
    await close(page)
  })

  test('INS-77 the inbox leads to what waits for a person', async () => {
    const page = await open('/inbox')
    await page.getByText('invoice-2026-1021 is in doubt about pay').click()
    await page.waitForURL(/invoice-2026-1021\?p=effects/)
    await page.getByText('In doubt: an effect began').waitFor()
    await close(page)
  })

  test('INS-80 two agents stand beside each other from where they differ', async () => {
    const page = await open('/compare?left=research-moon@7&right=research-sky@9')
    await page.locator('.pair.divergence').waitFor()
    expect(await page.locator('.pair.same').count()).toBe(1)
    await page.locator('.compare-patch .patch-line', { hasText: '/context/question' }).waitFor()
    await page.locator('.pair.divergence a').nth(1).click()
    await page.waitForURL(/\/a\/research-sky\?r=1/)
    await close(page)
  })
})

const VIEWS = [
  '/',
  '/?definition=research',
  '/inbox',
  '/compare?left=research-moon&right=research-sky',
  '/a/invoice-2026-1011',
] as const
const PANELS = ['state', 'diff', 'record', 'effects', 'blame', 'explain', 'find', 'transcript', 'raw'] as const
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

describe('for everyone', () => {
  test.each(['light', 'dark'] as const)('INS-83 axe finds nothing against any view, %s', async (scheme) => {
    const page = await open('/a/research-sky?r=9&f=/context/draft&e=1.0', { scheme })
    await shows(page, 9)
    for (const panel of PANELS) {
      await page.locator(`#tab-${panel}`).click()
      await page.waitForTimeout(120)
      expect({ panel, found: await violations(page, '.panels') }).toEqual({ panel, found: [] })
    }
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('?')
    expect(await violations(page, 'dialog')).toEqual([])
    for (const view of VIEWS) {
      await page.goto(`${served.origin}${view}`)
      await page.waitForLoadState('networkidle').catch(() => {})
      expect({ view, found: await violations(page) }).toEqual({ view, found: [] })
    }
    await close(page)
  })

  test('INS-84 nothing has to be moved sideways at 390 pixels', async () => {
    const page = await open('/a/research-sky?r=9&f=/context/draft&e=1.0', { width: 390, height: 844 })
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
      await page.goto(`${served.origin}${view}`)
      await page.waitForTimeout(500)
      expect({ view, wide: await wide() }).toEqual({ view, wide: 390 })
    }
    await close(page)
  })
})
