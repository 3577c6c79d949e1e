// A beacon: the vectors of every language, and the example of a server over HTTP.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { folder, varidex } from './cohort.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const spec = join(root, '../format-spec/beacon')
const vectors = readdirSync(spec)
  .filter((name) => name.endsWith('.json') && name !== 'schema.json')
  .sort()

/** That an answer has what is expected of it: see the README of the vectors. */
function has(part: unknown, whole: unknown, at: string): void {
  if (Array.isArray(part)) {
    expect(Array.isArray(whole) && whole.length, at).toBe(part.length)
    part.forEach((expected, n) => has(expected, (whole as unknown[])[n], `${at}[${n}]`))
  } else if (typeof part === 'object' && part !== null) {
    expect(typeof whole === 'object' && whole !== null && !Array.isArray(whole), at).toBe(true)
    for (const [name, expected] of Object.entries(part)) has(expected, (whole as Record<string, unknown>)[name], `${at}.${name}`)
  } else if (typeof part === 'number' && !Number.isInteger(part)) {
    expect(Math.abs(Number(whole) - part), at).toBeLessThanOrEqual(Math.abs(part) * 1e-5)
  } else {
    expect(whole ?? null, at).toBe(part)
  }
}

/** The configuration of a file of vectors, beside its datasets, and its vectors. */
async function opened(file: string): Promise<{ config: string, vectors: any[] }> {
  const { datasets, config, vectors } = JSON.parse(readFileSync(join(spec, file), 'utf8'))
  const at = folder()
  for (const [name, made] of Object.entries<Record<string, any>>(datasets)) {
    const paths = (key: string) => made[key]?.map((path: string) => join(spec, path))
    const built = await varidex.build(paths('inputs'), join(at, name), {
      people: paths('people'), ontologies: paths('ontologies'), genes: paths('genes'), info: made.info,
      reference: made.reference === undefined ? undefined : join(spec, made.reference),
    })
    built.close()
  }
  copyFileSync(join(spec, config), join(at, basename(config)))
  return { config: join(at, basename(config)), vectors }
}

/** Asks vectors in their order; the body is `undefined` for GET. */
async function answersAll(vectors: any[], ask: (vector: any, body: string | undefined) => Promise<{ status: number, text: string }>) {
  const answered = new Map<string, string>()
  for (const vector of vectors) {
    const body = vector.text ?? (vector.body === undefined ? '' : JSON.stringify(vector.body))
    const { status, text } = await ask(vector, vector.method === 'GET' ? undefined : body)
    answered.set(vector.name, text)
    expect(status, `${vector.name}: ${text}`).toBe(vector.status)
    has(vector.expect ?? {}, JSON.parse(text), vector.name)
    for (const part of vector.contains ?? []) expect(text, vector.name).toContain(part)
    for (const part of vector.lacks ?? []) expect(text, vector.name).not.toContain(part)
    if (vector.same_as !== undefined) expect(text, vector.name).toBe(answered.get(vector.same_as))
  }
}

const example = join(root, 'examples/beacon-server.mjs')

/** The example of a server, for as long as `use` asks it. */
async function served(config: string, use: (ask: (path: string, query: string, body?: string, token?: string) => Promise<[number, string, string | null]>) => Promise<void>) {
  const server = spawn(process.execPath, [example, config, '0'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], timeout: 100_000 })
  try {
    // one that ends before it listens would be waited for in vain
    const ended = once(server, 'exit').then(([code]) => { throw new Error(`the example ended with ${code}`) })
    const [url] = await Promise.race([once(createInterface({ input: server.stdout }), 'line'), ended])
    await use(async (path, query, body, token) => {
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
      const method = body === undefined ? 'GET' : 'POST'
      const response = await fetch(`${url}${path}?${query}`, {
        method, headers, body: body ?? null, signal: AbortSignal.timeout(60_000),
      })
      return [response.status, await response.text(), response.headers.get('content-type')]
    })
  } finally {
    if (server.kill()) await once(server, 'exit')
  }
}

describe.each(vectors)('vectors: %s', (file) => {
  it('in process', async () => {
    const { config, vectors } = await opened(file)
    const beacon = await varidex.openBeacon(config)
    await answersAll(vectors, async (vector, body) => {
      const answer = await beacon.answer(vector.path, { query: vector.query, body, access: vector.access ?? undefined })
      return { status: answer.status, text: answer.body.toString() }
    })
  })

  it('over HTTP', async () => {
    const { config, vectors } = await opened(file)
    // a server has no token for nobody, who may ask for yes or no as well
    const tokens: Record<string, string | undefined> = { boolean: undefined, count: 'example-count', record: 'example-record' }
    await served(config, (send) => answersAll(vectors, async (vector, body) => {
      const token = tokens[vector.access?.granularity ?? 'boolean']
      const [status, text] = await send(vector.path, vector.query ?? '', body, token)
      return { status, text }
    }))
  })
})

describe('a beacon', () => {
  let config: string
  let parameters: { referenceName: string, start: number, referenceBases: string, alternateBases: string }

  beforeAll(async () => {
    const at = folder()
    const made = await varidex.simulate(join(at, 'cohort'), { samples: 200, variants: 500, people: true })
    const dataset = await varidex.build(made.genotypes, join(at, 'known.vdx'), { people: [made.people!, join(at, 'cohort/populations.tsv')] })
    const { rows: [row] } = await dataset.variants('af>0.2 & af<0.8', { limit: 1 }).page()
    parameters = { referenceName: row!.chrom, start: row!.pos - 1, referenceBases: row!.ref!, alternateBases: row!.alt! }
    config = join(at, 'beacon.toml')
    copyFileSync(join(root, '../beacon-server/beacon.toml'), config)
  })

  const asked = () => ({ query: { requestedGranularity: 'record', requestParameters: parameters } })
  const query = (more = {}) =>
    new URLSearchParams(Object.entries({ ...parameters, requestedGranularity: 'record', ...more }).map(([key, value]) => [key, `${value}`] as [string, string])).toString()

  it('says what access allows', async () => {
    const beacon = await varidex.openBeacon(config)
    const summary = async (access?: { granularity?: 'boolean' | 'count' | 'record' }) => {
      const { status, body } = await beacon.answer('/g_variants', { body: asked(), access })
      expect(status).toBe(200)
      return JSON.parse(body.toString())
    }
    expect((await summary()).responseSummary).toEqual({ exists: true })
    expect((await summary({})).responseSummary).toEqual({ exists: true })
    expect((await summary({ granularity: 'count' })).responseSummary).toEqual({ exists: true, numTotalResults: 1 })
    expect((await summary({ granularity: 'record' })).response.resultSets[0].results).toHaveLength(1)
    const text = JSON.stringify(asked())
    const [one, ...others] = await Promise.all([asked(), text, Buffer.from(text)].map((body) => beacon.answer('/g_variants', { body })))
    for (const other of others) expect(other.body.equals(one!.body)).toBe(true)
  })

  it('refuses what is wrong', async () => {
    const beacon = await varidex.openBeacon(config)
    for (const body of ['{', Buffer.from([255]), '[]', {  query: 1 }]) {
      expect((await beacon.answer('/g_variants', { body })).status).toBe(400)
    }
    expect((await beacon.answer('/nowhere')).status).toBe(404)
    for (const access of [{ granularity: 'all' }, { granularty: 'record' }, []]) {
      await expect(beacon.answer('/info', { access: access as object }), JSON.stringify(access)).rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE' })
    }
    for (const given of [{ body: 7 }, { access: 'record' }, { query: {} }, { acess: {} }]) {
      await expect(beacon.answer('/info', given as object)).rejects.toThrow(TypeError)
    }
    await expect(varidex.openBeacon('/nowhere/beacon.toml')).rejects.toMatchObject({ code: 'ENOENT' })
    const bad = join(folder(), 'bad.toml')
    writeFileSync(bad, 'id = 1\n')
    await expect(varidex.openBeacon(bad)).rejects.toThrow('bad.toml')
    await expect(beacon.answer('/info', { signal: AbortSignal.abort() })).rejects.toThrow(varidex.AbortError)
  })

  it('is served by the example', async () => {
    expect(readFileSync(example, 'utf8').split('\n').length).toBeLessThan(120)
    const beacon = await varidex.openBeacon(config)
    await served(config, async (ask) => {
      const requests: [string, string, string | undefined, number][] = [
        ['/g_variants', query(), undefined, 200],
        ['/g_variants', query({ start: parameters.start + 1 }), undefined, 200],
        ['/g_variants', 'start=x', undefined, 400],
        ['/individuals', 'requestedGranularity=count', undefined, 200],
        ['/g%5Fvariants/a%2Fb', '', undefined, 200],
        ['/g_variants', '', JSON.stringify(asked()), 200],
        ['/g_variants', '', '{', 400],
        ['/g_variants', '', ' '.repeat((1 << 20) + 1), 413],
        ['/info', '', undefined, 200],
        ['', '', undefined, 200],
      ]
      const tokens = [[undefined, undefined], ['example-count', 'count'], ['example-record', 'record']] as const
      for (const [token, granularity] of tokens) {
        for (const [path, query, body, wanted] of requests) {
          const { status, body: answer } = await beacon.answer(path, { query, body, access: granularity && { granularity } })
          expect(await ask(path, query, body, token), path).toEqual([status, answer.toString(), 'application/json'])
          expect(status, `${path}?${query}`).toBe(wanted)
        }
      }
      expect((await ask('/info', '', undefined, 'guessed'))[0]).toBe(401)
      const many = await Promise.all(Array.from({ length: 64 }, () => ask('/g_variants', query())))
      expect(many.every(([status]) => status === 200)).toBe(true)
    })
  })

  // else a few clients who never end what they send would hold their connections for ever
  it('is served to others while slow clients are cut off', async () => {
    const below = join(folder(), 'beacon.toml')
    writeFileSync(below, readFileSync(config, 'utf8').replace(':5050/api', ':5050/beacon/v2').replace('"known.vdx"', JSON.stringify(join(config, '../known.vdx'))))
    const server = spawn(process.execPath, [join(root, 'examples/beacon-server.mjs'), below, '0', '0.5'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], timeout: 100_000 })
    try {
      const [url] = await once(createInterface({ input: server.stdout }), 'line') as [string]
      expect(url.endsWith('/beacon/v2')).toBe(true)
      const trickle = async (begin: string, more: string) => {
        const begun = Date.now()
        const socket = connect(Number(new URL(url).port), '127.0.0.1')
        socket.on('error', () => {}).on('data', () => {}).write(begin)
        const timer = setInterval(() => socket.write(more), 50)
        // `once` of node:events would reject where the server resets the connection
        await new Promise((resolve) => socket.once('close', resolve))
        clearInterval(timer)
        return Date.now() - begun
      }
      const post = 'POST /beacon/v2/g_variants HTTP/1.1\r\nHost: beacon\r\n'
      const slow = [
        ['', ''],
        ['GET /beacon/v2/info HTTP/1.1\r\nX-Slow: ', 'a'],
        [`${post}Content-Length: 100000\r\n\r\n{`, ' '],
        [`${post}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n'],
      ] as const
      const clients = Array.from({ length: 8 }, () => slow.map(([begin, more]) => trickle(begin, more))).flat()
      for (const path of ['', '/', '/info', '/info/', '/map', '/g_variants/']) {
        const response = await fetch(url + path, { signal: AbortSignal.timeout(20_000) })
        expect([response.status, 'meta' in (await response.json() as object)], path).toEqual([200, true])
      }
      expect(Math.max(...await Promise.all(clients))).toBeLessThan(30_000)
    } finally {
      if (server.kill()) await once(server, 'exit')
    }
  }, 90_000)
})
