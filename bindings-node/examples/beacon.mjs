// A small service in the manner of GA4GH Beacon v2: are there such variants, such people, how many?
//
//   node examples/beacon.mjs cohort.vdx 5050
//   curl 'http://127.0.0.1:5050/g_variants?referenceName=22&start=16050074&referenceBases=A&alternateBases=G'
//   curl 'http://127.0.0.1:5050/individuals?filters=HP:0003473&filters=sex:female'

import { createServer } from 'node:http'
import * as varidex from 'varidex'

const [path, port = '0'] = process.argv.slice(2)
// no expression reads a file here
const dataset = await varidex.open(path, { files: false })

// what comes from outside is a name or a number, never an expression of its own
const plain = (what, form, text) => {
  if (!form.test(text ?? '')) throw new TypeError(`not a ${what}: ${text}`)
  return text
}
const name = (text) => plain('name', /^[\w.:-]+$/, text)
const number = (text) => Number(plain('position', /^\d{1,9}$/, text))
const summary = (count, more) => ({ exists: count > 0, numTotalResults: count, ...more })

const entries = {
  /** An allele where it is spelt out, else what varies in a range; Beacon counts bases from 0. */
  async g_variants(query, signal) {
    const [contig, start] = [name(query.get('referenceName')), number(query.get('start')) + 1]
    if (query.has('alternateBases')) {
      const bases = ['referenceBases', 'alternateBases'].map((key) => name(query.get(key)))
      const found = await dataset.frequency([contig, start, ...bases].join(':'), { signal })
      return summary(found.present ? 1 : 0, { alleleFrequency: found.af })
    }
    const where = `region(${contig}, ${start}, ${number(query.get('end'))})`
    let count = 0
    for await (const batch of dataset.variants(where, { signal })) count += batch.length
    return summary(count)
  },
  /** How many people have all that is asked for; never who. */
  async individuals(query, signal) {
    const filters = query.getAll('filters').map(name)
    return summary((await dataset.ask(filters.join(' & ') || 'all', { signal })).count)
  },
}

const meta = { beaconId: 'org.example.varidex', apiVersion: 'v2.0.0', snapshot: dataset.snapshot }
const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://beacon')
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const send = (status, body) => response.writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ meta, ...body }))
  const entry = new Map(Object.entries(entries)).get(pathname.slice(1))
  if (entry === undefined) return send(404, { error: { errorMessage: `no ${pathname} here` } })
  try {
    send(200, { responseSummary: await entry(searchParams, gone.signal) })
  } catch (error) {
    const wrong = error instanceof TypeError || error.code === 'ERR_VARIDEX_EXPRESSION'
    send(wrong ? 400 : 500, { error: { errorMessage: wrong ? error.message : 'the beacon failed' } })
  }
})
server.listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
