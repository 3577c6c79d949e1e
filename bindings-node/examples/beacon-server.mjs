// Requests of Beacon 2 over HTTP, answered by varidex: fastify.
//
//   node beacon-server.mjs beacon.toml 5050
//   curl 'http://127.0.0.1:5050/api/g_variants?referenceName=22&start=20070102&referenceBases=G&alternateBases=A'

import Fastify from 'fastify'
import * as varidex from 'varidex'

const [config, port = '5050', seconds = '10'] = process.argv.slice(2)
const beacon = await varidex.openBeacon(config)

// the path below which it is asked, by its own address
const map = JSON.parse((await beacon.answer('/map')).body.toString())
const root = new URL(map.response.endpointSets.dataset.rootUrl).pathname.slice(0, -'/datasets'.length)

// who may be answered what. A service asks whoever has authenticated its users; a token for everybody is an example
const tokens = new Map([
  [undefined, undefined],
  ['Bearer example-count', { granularity: 'count' }],
  ['Bearer example-record', { granularity: 'record' }],
])

// what a client may take to send a request: who is slower is cut off
const patience = Number(seconds) * 1000
const server = Fastify({
  // one byte more than a beacon reads, which refuses it in its own words
  bodyLimit: (1 << 20) + 1,
  requestTimeout: patience,
  http: { headersTimeout: patience, connectionsCheckingInterval: Math.min(patience, 1000) },
})
server.server.maxConnections = 512
server.removeAllContentTypeParsers()
server.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => done(null, body))

async function answer(request, reply) {
  const { authorization } = request.headers
  if (!tokens.has(authorization)) return reply.code(401).send()
  const [path, ...query] = request.raw.url.slice(root.length).split('?')
  // who hangs up is not answered, and who takes an answer too slowly is cut off
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const { status, body } = await beacon.answer(path, {
    query: query.join('?'),
    body: request.method === 'POST' ? request.body ?? '' : undefined,
    access: tokens.get(authorization),
    signal: gone.signal,
  })
  const late = setTimeout(() => request.raw.destroy(), 6 * patience)
  reply.raw.once('close', () => clearTimeout(late))
  return reply.code(status).type('application/json').send(body)
}

for (const url of [root || '/', `${root}/*`]) server.route({ method: ['GET', 'POST'], url, handler: answer })
console.log(`${await server.listen({ host: '127.0.0.1', port: Number(port) })}${root}`)
