/** The page in a real browser while something goes on: hostile text, a server that goes away, live agents, files. */
import { createRuntime, createWorld } from '@refold/core'
import { exportStreams, openExport } from '@refold/core/history'
import { sqliteStore } from '@refold/sqlite'
import { expect, test } from 'vitest'
import { createInspector } from '../create-inspector.js'
import { openPage } from './browser.fixture.js'
import { browserPages, close, PANELS, withFleet } from './browser-pages.fixture.js'
import { FastClock } from './fast-clock.fixture.js'
import { makeHostile } from './hostile-agents.fixture.js'
import { makeNesting } from './nesting-agents.fixture.js'
import { expectRevision, servePage } from './served-page.fixture.js'
import { researchAgent } from './shown-agents.fixture.js'

const pages = browserPages()

test('INS-62 what agents and people wrote is text in every view, and what is invisible is written out', async () => {
  const store = sqliteStore(pages.files.at('hostile.db'))
  await makeHostile(store)
  await store.close()
  const served = await servePage(pages.files.at('hostile.db'))
  const { page, problems, hosts } = await served.open(pages.browser, '/a/hostile-1?f=/context/note')
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

test('INS-70 values that were cut are loaded when they are asked for', async () => {
  const store = sqliteStore(pages.files.at('large.db'))
  await makeHostile(store)
  await store.close()
  const served = await servePage(pages.files.at('large.db'))
  const { page } = await served.open(pages.browser, '/a/hostile-1')
  const line = (text: string) => page.getByRole('treeitem').filter({ hasText: text }).first()
  await line('90,000 items').locator('.twist').click()
  await page.locator('[title="/root/context/many/0"]').waitFor()
  const tall = async (): Promise<number> => Number(await page.evaluate("document.querySelector('.tree').scrollHeight"))
  const before = await tall()
  await page.evaluate("document.querySelector('.tree').scrollTop = 1e9")
  await line('more: load some').click()
  await expect.poll(tall).toBeGreaterThan(before)
  await page.goto(`${served.origin}/a/hostile-1?f=/context/long`)
  await page.getByRole('button', { name: 'Load this value' }).click()
  await page.locator('.selected-field pre').getByText('word word').waitFor()
  expect((await page.locator('.selected-field pre').innerText()).length).toBe(20_000)
  await close(page)
  await served.close()
})

test('INS-321 agents come a page at a time, and a page stays as new as the counts', async () => {
  const grownTo = (agents: number): Promise<void> => makeNesting(sqliteStore(pages.files.at('many.db')), { agents })
  await grownTo(110)
  const served = await servePage(pages.files.at('many.db'))
  const { page, problems } = await served.open(pages.browser, '/?definition=nesting')
  const rows = page.locator('.agents tbody tr')
  const isAt = async (first: string, count: number): Promise<void> => {
    await rows.first().getByText(first, { exact: true }).waitFor()
    expect(await rows.count()).toBe(count)
  }
  const go = (name: string): Promise<void> => page.getByRole('group', { name: 'Pages' }).getByText(name).click()
  await isAt('nesting-1', 50)
  await go('Next')
  await isAt('nesting-51', 50)
  await go('Next')
  await isAt('nesting-101', 10)
  await grownTo(111)
  await expect.poll(() => rows.count()).toBe(11)
  await go('Previous')
  await isAt('nesting-51', 50)
  await page.locator('#filter').fill('nesting-11')
  await isAt('nesting-11', 3)
  expect(problems).toEqual([])
  await close(page)
  await served.close()
})

test('INS-320 the chart of a machine within the agent is shown where it has no id of its own', async () => {
  await makeNesting(sqliteStore(pages.files.at('nesting.db')), { agents: 1 })
  const served = await servePage(pages.files.at('nesting.db'))
  const { page, problems } = await served.open(pages.browser, '/a/nesting-1')
  const machines = page.getByRole('group', { name: 'Machines' })
  await machines.getByText('deep').click()
  await page.locator('.chart .state.lit > .name', { hasText: /^deep$/ }).waitFor()
  await machines.getByRole('button').first().click()
  await page.locator('.chart .state.lit > .name', { hasText: /^on$/ }).waitFor()
  expect(problems).toEqual([])
  await close(page)
  await served.close()
})

test('INS-64 what was shown stays while the server does not answer, and is never shown as empty', async () => {
  await withFleet(pages, async (served) => {
    const { page } = await served.open(pages.browser, '/?definition=invoice')
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
  await withFleet(pages, async (served, file) => {
    const { page } = await served.open(pages.browser, '/a/research-echo')
    await expectRevision(page, 0)
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
    await expectRevision(page, newest - 1)
    await echo.send({ type: 'revise', note: 'Shorter.' })
    await page.getByRole('button', { name: /[2-9] newer/ }).waitFor()
    await expectRevision(page, newest - 1)
    await page.keyboard.press('l')
    await page.locator('.live-mark').waitFor()
    await page.locator('[role=row][aria-selected=true]', { hasText: 'model done' }).waitFor()
    await runtime.close()
    await store.close()
    await close(page)
  })
})

test('INS-322 what is looked for is looked for again with each record, and the form says what it is', async () => {
  await withFleet(pages, async (served, file) => {
    const { page } = await served.open(pages.browser, '/a/research-echo?p=find')
    await page.getByRole('button', { name: 'state=review' }).click()
    await page.getByText('It never holds.').waitFor()
    expect(await page.locator('#where').inputValue()).toBe('state=review')
    const clock = new FastClock(Date.now())
    const agent = researchAgent(clock)
    const runtime = await createRuntime({
      store: sqliteStore(file),
      agents: [agent],
      world: createWorld({ clock, logger: { log: () => {} } }),
    })
    const echo = await runtime.attach(agent, 'echo')
    await echo.send({ type: 'ask', question: 'Why does a valley answer?', budgetUsd: 1 })
    await page.locator('.flips .flip', { hasText: 'becomes true' }).waitFor()
    await runtime.close()
    await close(page)
  })
})

test('INS-82 an exported history that is dropped on the page opens in it, and its records stay there', async () => {
  const store = sqliteStore(pages.fleet)
  const lines: string[] = []
  for await (const line of exportStreams(store, ['research-sky', 'newsletter-weekly'], { charts: true }))
    lines.push(line)
  await store.close()
  await withFleet(pages, async (served) => {
    const { page, problems } = await served.open(pages.browser, '/inbox')
    const sent: (string | null)[] = []
    page.on('request', (request) => void (request.method() === 'POST' && sent.push(request.postData())))
    await page.evaluate(`(() => {
      const data = new DataTransfer()
      data.items.add(new File([${JSON.stringify(lines.join(''))}], 'sky.jsonl'))
      for (const type of ['dragover', 'drop']) dispatchEvent(new DragEvent(type, { dataTransfer: data, cancelable: true }))
    })()`)
    await page.locator('.agents tbody tr').nth(1).waitFor()
    await page.locator('.agents').getByRole('link', { name: 'research-sky' }).click()
    await expectRevision(page, 13)
    await page.locator('.chart [data-state="published"].lit').waitFor()
    await page.getByRole('tab', { name: 'Effects' }).click()
    await page.getByText('2 attempts').first().waitFor()
    await page.locator('.badge', { hasText: 'done' }).waitFor()
    expect(sent.join('')).not.toContain('Why is the sky blue')
    expect(problems).toEqual([])
    await close(page)
  })
})

test('INS-87 behind a damaged record the newest state before it is shown, and the view says so', async () => {
  const store = sqliteStore(pages.fleet)
  const lines: string[] = []
  for await (const line of exportStreams(store, ['research-sky'], { charts: true })) lines.push(line)
  await store.close()
  const damaged = lines.join('').split('\n')
  const at = damaged.findIndex((line) => line.includes('"revision":6'))
  damaged[at] = (damaged[at] ?? '').replace('/state/root/value', '/state/root/nowhere/x')
  const inspector = await createInspector({ store: await openExport(new Blob([damaged.join('\n')])) }, { port: 0 })
  const { page } = await openPage(pages.browser)
  await page.goto(inspector.url.replace('/#', '/a/research-sky#'))
  await page.getByText('States end before revision 6').waitFor()
  await page.getByText('What is shown is the state after 5.').waitFor()
  await page.getByRole('tree', { name: 'State after revision 5' }).waitFor()
  expect(await page.locator('.record.damaged').getAttribute('id')).toBe('record-6')
  await page.locator('#record-8').click()
  await page.getByRole('tab', { name: 'Record' }).click()
  await page.getByRole('tabpanel').getByText('"Say why it is not violet."', { exact: true }).waitFor()
  await close(page)
  await inspector.close()
})
