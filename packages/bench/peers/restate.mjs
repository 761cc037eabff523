/**
 * Restate: a workflow with one `ctx.run` for each step. This process is its service; the server is another one, and is not
 * killed with it.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createServer } from 'node:http2'
import { join } from 'node:path'

// The SDK calls what Node has from 22 on.
Promise.withResolvers ??= function withResolvers() {
  let resolve
  let reject
  const promise = new this((...both) => ([resolve, reject] = both))
  return { promise, resolve, reject }
}
const { endpoint, workflow } = await import('@restatedev/restate-sdk')

const connections = new Agent({ keepAlive: true, maxSockets: 1_000 })

export async function open({ directory, effect, given }) {
  const { ingressPort, adminPort, servicePort } = given
  const agents = workflow({
    name: 'agent',
    handlers: {
      run: async (ctx, { steps, keep }) => {
        let results = []
        for (let step = 1; step <= steps; step++) {
          const result = await ctx.run(`step-${step}`, () => effect(ctx.key, step))
          results = keep ? [...results, result] : [result]
        }
        return results
      },
    },
  })
  const service = endpoint()
  service.setLogger(() => {})
  service.bind(agents)
  const server = createServer(service.http2Handler())
  await new Promise((resolve) => server.listen(servicePort, '127.0.0.1', resolve))
  await register(join(directory, 'registered'), { adminPort, servicePort })
  return {
    run: async (agent, input) => {
      const run = await call(ingressPort, { method: 'POST', path: `/agent/${agent}/run`, body: input })
      if (run.status !== 409) return answer(run)
      return answer(await call(ingressPort, { method: 'GET', path: `/restate/workflow/agent/${agent}/attach` }))
    },
    close: async () => {}, // what is kept is with the server
  }
}

/** Once: the server remembers it. */
async function register(marker, { adminPort, servicePort }) {
  if (existsSync(marker)) return
  answer(
    await call(adminPort, {
      method: 'POST',
      path: '/deployments',
      body: { uri: `http://127.0.0.1:${servicePort}/`, force: true },
    }),
  )
  writeFileSync(marker, '')
}

function call(port, { method, path, body }) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = request({ agent: connections, host: '127.0.0.1', port, method, path, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode, text, path }))
    })
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

function answer({ status, text, path }) {
  if (status >= 300) throw new Error(`${path}: ${status} ${text.slice(0, 300)}`)
  return text === '' ? undefined : JSON.parse(text)
}
