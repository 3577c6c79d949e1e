// Does everything many times, lets go of it, and reports what stays: run with --expose-gc.

import { readFileSync } from 'node:fs'
import * as varidex from 'varidex'

const [path] = process.argv.slice(2)
const settle = () => new Promise((resolve) => setTimeout(resolve, 5))

async function collect() {
  for (let n = 0; n < 5; n++) {
    globalThis.gc()
    await settle()
  }
}

async function round() {
  const dataset = await varidex.open(path)
  const controller = new AbortController()
  const { signal } = controller
  const group = await dataset.ask('carriers(all & ac>=2, at_least: 2)', { signal })
  const other = dataset.askSync('sex:female').and(group).xor(group)
  await group.ids()
  await other.ranked()
  await dataset.variants('all', { group, batchRows: 500 }).toArray()
  await dataset.frequencies('all', { by: ['sex'] }).toIPC()
  // iterators that nobody reads to the end, some of them not even left
  for await (const _ of dataset.carriers('all', { batchRows: 10 })) break
  await dataset.variants('all', { batchRows: 10 }).batches().next()
  await dataset.variants('all', { batchRows: 10 }).ipc().next()
  await dataset.frequencyMany('22', new Int32Array(1000).fill(5), Array(1000).fill('A'), Array(1000).fill('G'))
  await dataset.genotypes('ac>=5', { group })
  for (let n = 0; n < 200; n++) dataset.frequencySync(`chr22:${n + 1}:A:G`)
  for (const wrong of ['nonsense', 'samples(nobody)']) await dataset.ask(wrong).catch(() => {})
  const aborted = dataset.explain('carriers(all, at_least: 3)', { signal }).catch(() => {})
  controller.abort()
  await aborted
  if (Math.random() < 0.5) dataset.close()
}

const rounds = async (n) => {
  for (; n > 0; n--) await round()
  await collect()
  return process.memoryUsage().rss
}

await rounds(10)
const before = await rounds(10)
const after = await rounds(40)
const maps = process.platform === 'linux' ? readFileSync('/proc/self/maps', 'utf8').split('\n') : []
console.log(JSON.stringify({
  growth: Math.round((after - before) / 2 ** 20),
  mapped: maps.filter((line) => line.includes(path)).length,
}))
