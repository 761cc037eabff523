/** The page in a real browser, while something goes on: hostile text, a server that goes away, live agents, orders, files. */
import { createRuntime, createWorld } from '@refold/core'
import { exportStreams } from '@refold/core/history'
import { sqliteStore } from '@refold/sqlite'
import { writeFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { CHROMIUM, launchBrowser, NO_CHROMIUM, openPage } from './browser.fixture.js'
import { FastClock } from './fast-clock.fixture.js'
import { makeHostile } from './hostile-agents.fixture.js'
import { continueLongLife, LONG, makeLongLife } from './long-life.fixture.js'
import { ownFiles, servePage, shownAgents, shows } from './served-page.fixture.js'
import type { ServedPage } from './served-page.fixture.js'
import { researchAgent } from './shown-agents.fixture.js'
import { makeFleet } from './shown-fleet.fixture.js'

const files = ownFiles()
let browser: Browser

beforeAll(async () => {
  if (CHROMIUM === undefined) return
  const store = sqliteStore(files.at('fleet.db'))
  await makeFleet(store)
  await store.close()
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
  files.remove()
})

beforeEach((context) => {
  if (CHROMIUM === undefined) context.skip(NO_CHROMIUM)
})

const close = (page: Page): Promise<void> => page.context().close()

/** Over the fleet of its own, on which orders may be given. */
async function withFleet(name: string, act: (served: ServedPage, file: string) => Promise<void>): Promise<void> {
  const file = files.copy(files.at('fleet.db'), `${name}.db`)
  const served = await servePage(file, { agents: shownAgents(), write: true })
  try {
    await act(served, file)
  } finally {
    await served.close()
  }
}

const PANELS = ['state', 'diff', 'record', 'effects', 'blame', 'explain', 'find', 'transcript', 'raw'] as const

test('INS-62 what agents and people wrote is text in every view, and what is invisible is written out', async () => {
  const store = sqliteStore(files.at('hostile.db'))
  await makeHostile(store)
  await store.close()
  const served = await servePage(files.at('hostile.db'))
  const { page, problems, hosts } = await served.open(browser, '/a/hostile-1?f=/context/note')
  const isHarmless = async (where: string): Promise<void> => {
    const images = await page
      .locator('img, script:not([src]), iframe, object, [onerror], a[href^="javascript"]')
      .count()
    const text = String(await page.evaluate('document.documentElement.outerHTML'))
    // oxlint-disable-next-line no-control-regex -- none may be left
    const isPlain = !/[\u0000-\u0008\u000e-\u001f\u200b\u202e]/.test(text)
    expect({ where, images, isPlain }).toEqual({ where, images: 0, isPlain: true })
  }
  await page.locator('[role=tree]').getByText('\\u202eevil').first().waitFor()
  await page.locator('.chart .state.lit').first().waitFor()
  const last = Number(await page.getByRole('slider').getAttribute('aria-valuenow'))
  for (let revision = 0; revision <= last; revision++) {
    for (const panel of PANELS) {
      await page.locator(`#tab-${panel}`).click()
      await page.locator('#panel > *').first().waitFor()
      await isHarmless(`${panel} of ${revision}`)
    }
    await page.locator(`#record-${revision}`).click()
  }
  for (const view of ['/', '/?definition=hostile', '/inbox', '/compare?left=hostile-1@1&right=hostile-1']) {
    await page.goto(`${served.origin}${view}`)
    await page.getByRole('main').waitFor()
    await page.waitForLoadState('networkidle')
    await isHarmless(view)
  }
  expect(await page.evaluate('globalThis.harmed')).toBeUndefined()
  expect(problems).toEqual([])
  expect(hosts.size).toBe(1)
  await close(page)
  await served.close()
})

test('INS-64 what was shown stays while the server does not answer, and is never shown as empty', async () => {
  await withFleet('away', async (served) => {
    const { page } = await served.open(browser, '/?definition=invoice')
    await page.locator('.agents tbody tr').nth(5).waitFor()
    await page.context().setOffline(true)
    await page.getByLabel('Search agents by name').fill('2026')
    await page.getByRole('alert').getByText('does not answer').waitFor()
    expect(await page.locator('.agents tbody tr').count()).toBeGreaterThan(5)
    expect(await page.getByText('No agent fits').count()).toBe(0)
    await page.context().setOffline(false)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('alert').waitFor({ state: 'detached' })
    await close(page)
  })
})

test('INS-69 a view follows its agent live until a revision is chosen, and again when it is asked to', async () => {
  await withFleet('live', async (served, file) => {
    const { page } = await served.open(browser, '/a/research-echo')
    await shows(page, 0)
    const clock = new FastClock(Date.now())
    const store = sqliteStore(file)
    const agent = researchAgent(clock)
    const runtime = await createRuntime({
      store,
      agents: [agent],
      world: createWorld({ clock, logger: { log: () => {} } }),
    })
    const echo = await runtime.attach(agent, 'echo')
    await echo.send({ type: 'ask', question: 'Why does a valley answer?', budgetUsd: 1 })
    await page.locator('.chart [data-state="review"].lit').waitFor()
    const newest = Number(await page.getByRole('slider').getAttribute('aria-valuenow'))
    expect(newest).toBeGreaterThanOrEqual(7)
    await page.keyboard.press('ArrowLeft')
    await shows(page, newest - 1)
    await echo.send({ type: 'revise', note: 'Shorter.' })
    await page.getByRole('button', { name: /[2-9] newer/ }).waitFor()
    await shows(page, newest - 1)
    await page.keyboard.press('l')
    await page.locator('.live-mark').waitFor()
    await page.locator('[role=row][aria-selected=true]', { hasText: 'model done' }).waitFor()
    await runtime.close()
    await store.close()
    await close(page)
  })
})

test('INS-78 an event is sent by a form of its schema, and an approval is of exactly what is shown', async () => {
  await withFleet('orders', async (served) => {
    const { page } = await served.open(browser, '/a/research-moon')
    await shows(page, 7)
    await page.getByRole('button', { name: 'Act', exact: true }).click()
    await page.getByRole('button', { name: 'Send revise' }).click()
    await page.getByLabel('note').fill('It’s too long')
    await page.getByText(String.raw`refold send research-moon revise '{"note":"It’s too long"}'`).waitFor()
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByText('Done: revision 8.').waitFor()
    await shows(page, 8)

    await page.goto(`${served.origin}/a/research-tides`)
    await shows(page, 7)
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

test('INS-78 an effect in doubt is resolved, and an agent is paused and goes on', async () => {
  await withFleet('doubt', async (served) => {
    const { page } = await served.open(browser, '/a/invoice-2026-1021')
    await page.getByText('In doubt: an effect began').waitFor()
    await page.getByRole('button', { name: 'Act', exact: true }).click()
    await page.getByRole('button', { name: /Resolve pay/ }).click()
    await page.getByLabel('It happened').check()
    await page.getByLabel(/Output, as JSON/).fill('{"receipt":"R-9"}')
    await page.getByRole('button', { name: 'Resolve', exact: true }).click()
    await page.locator('.badge', { hasText: 'done' }).waitFor()

    await page.goto(`${served.origin}/a/invoice-2026-1010`)
    await page.getByText('supplier is being checked').first().waitFor()
    await page.getByRole('button', { name: 'Act', exact: true }).click()
    await page.locator('.menu-item', { hasText: 'Resume' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click()
    await page.locator('.badge', { hasText: 'running' }).waitFor()
    await close(page)
  })
})

test('INS-78 where nothing may be written, every order is off and says why', async () => {
  const served = await servePage(files.at('fleet.db'))
  const { page } = await served.open(browser, '/a/research-moon')
  await shows(page, 7)
  for (const name of ['Act', 'Fork']) {
    const button = page.getByRole('button', { name, exact: true })
    expect(await button.getAttribute('aria-disabled')).toBe('true')
    expect(await button.getAttribute('title')).toContain('no definitions are loaded')
    await button.click({ force: true })
    expect(await page.locator('.menu-list, dialog').count()).toBe(0)
  }
  await close(page)
  await served.close()
})

test('INS-79 a fork is planned with its price before it is made, and is left paused', async () => {
  await withFleet('fork', async (served) => {
    const { page } = await served.open(browser, '/a/research-sky?r=9')
    await shows(page, 9)
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

test('INS-82 an exported history that is dropped on the page opens in it, and its records stay there', async () => {
  const store = sqliteStore(files.at('fleet.db'))
  const lines: string[] = []
  for await (const line of exportStreams(store, ['research-sky', 'newsletter-weekly'], { charts: true }))
    lines.push(line)
  await store.close()
  writeFileSync(files.at('sky.jsonl'), lines.join(''))
  await withFleet('drop', async (served) => {
    const { page, problems } = await served.open(browser, '/inbox')
    const sent: (string | null)[] = []
    page.on('request', (request) => void (request.method() === 'POST' && sent.push(request.postData())))
    await page.evaluate(`(() => {
      const data = new DataTransfer()
      data.items.add(new File([${JSON.stringify(lines.join(''))}], 'sky.jsonl'))
      for (const type of ['dragover', 'drop']) dispatchEvent(new DragEvent(type, { dataTransfer: data, cancelable: true }))
    })()`)
    await page.locator('.agents tbody tr').nth(1).waitFor()
    await page.locator('.agents').getByRole('link', { name: 'research-sky' }).click()
    await shows(page, 13)
    await page.locator('.chart [data-state="published"].lit').waitFor()
    await page.getByRole('tab', { name: 'Effects' }).click()
    await page.getByText('2 attempts').first().waitFor()
    await page.locator('.badge', { hasText: 'done' }).waitFor()
    expect(sent.join('')).not.toContain('Why is the sky blue')
    expect(problems).toEqual([])
    await close(page)
  })
})

const FRAMES = 150

/** Drags through the whole life, one step a frame. In the page, since a busy machine would not keep up from outside. */
const DRAG = `new Promise((done) => {
  const track = document.querySelector('.track')
  const { left, top, width } = track.getBoundingClientRect()
  track.setPointerCapture = () => {}
  track.hasPointerCapture = () => true
  const send = (type, part) => track.dispatchEvent(
    new PointerEvent(type, { pointerId: 1, clientX: left + 2 + part * (width - 4), clientY: top + 8, bubbles: true }))
  let frame = 0
  const step = () => {
    if (++frame > ${FRAMES}) return done()
    send('pointermove', frame / ${FRAMES})
    requestAnimationFrame(step)
  }
  send('pointerdown', 0)
  step()
})`

/** Milliseconds of the main thread for a frame. Printed: what else a machine does makes it longer. */
async function scrubTime(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const spent = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000
  }
  const before = await spent()
  await page.evaluate(DRAG)
  return ((await spent()) - before) / FRAMES
}

test('INS-68 a history of 100,000 records is a few requests and at most 60 rows', async () => {
  await makeLongLife(sqliteStore(files.at('long.db')))
  const served = await servePage(files.at('long.db'))
  const warm = await served.open(browser, '/a/counter-long')
  await shows(warm.page, LONG - 1)
  await close(warm.page)
  const opened = await openPage(browser)
  const { page } = opened
  const asked: string[] = []
  page.on(
    'request',
    (request) => void asked.push(new URL(request.url()).pathname.replace('/api/agents/counter-long', '')),
  )
  const from = performance.now()
  await page.goto(new URL('/a/counter-long', served.origin).href + new URL(served.inspector.url).hash)
  await shows(page, LONG - 1)
  const first = performance.now() - from
  const count = (part: string): number => asked.filter((path) => path.startsWith(part)).length
  expect([count('/skeleton'), count('/points'), count('/lanes')]).toEqual([1, 1, 1])
  expect(count('/rows')).toBeLessThanOrEqual(2)
  expect(await page.locator('.record').count()).toBeLessThanOrEqual(60)
  const scrub = await scrubTime(page)
  expect(await page.locator('.record').count()).toBeLessThanOrEqual(60)
  await page.keyboard.press('l')
  const before = asked.length
  await continueLongLife(sqliteStore(files.at('long.db')), 1_000)
  await page.locator(`[role=slider][aria-valuenow="${LONG + 999}"]`).waitFor()
  expect(await page.locator('.record').count()).toBeLessThanOrEqual(60)
  const told = `first view ${Math.round(first)} ms, scrubbing ${scrub.toFixed(1)} ms a frame`
  console.log(`100,000 records: ${told}, ${asked.length - before} requests for 1,000 records that came live`)
  await close(page)
  await served.close()
})
