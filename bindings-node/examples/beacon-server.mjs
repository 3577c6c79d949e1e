// Requests of Beacon 2 over HTTP, answered by varidex: fastify.
//
//   node beacon-server.mjs beacon.toml 5050
//   curl 'http://127.0.0.1:5050/api/g_variants?referenceName=22&start=20070102&referenceBases=G&alternateBases=A'

import Fastify from 'fastify'
import * as varidex from 'varidex'

const [config, port = '5050'] = process.argv.slice(2)
const beacon = await varidex.openBeacon(config)

// who may be answered what. A service asks whoever has authenticated its users; a token for everybody is an example
const tokens = new Map([
  [undefined, undefined],
  ['Bearer example-count', { granularity: 'count' }],
  ['Bearer example-record', { granularity: 'record' }],
])

// one byte more than a beacon reads, which refuses it in its own words
const server = Fastify({ bodyLimit: (1 << 20) + 1 })
server.removeAllContentTypeParsers()
server.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => done(null, body))

async function answer(request, reply) {
  const { authorization } = request.headers
  if (!tokens.has(authorization)) return reply.code(401).send()
  const [path, ...query] = request.raw.url.slice('/api'.length).split('?')
  // who hangs up is not answered
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const { status, body } = await beacon.answer(path, {
    query: query.join('?'),
    body: request.method === 'POST' ? request.body ?? '' : undefined,
    access: tokens.get(authorization),
    signal: gone.signal,
  })
  return reply.code(status).type('application/json').send(body)
}

for (const url of ['/api', '/api/*']) server.route({ method: ['GET', 'POST'], url, handler: answer })
console.log(`${await server.listen({ host: '127.0.0.1', port: Number(port) })}/api`)
