import { Worker } from 'node:worker_threads'
import { beforeAll, expect, it } from 'vitest'
import { simulated, varidex } from './cohort.js'

let dataset: varidex.Dataset
beforeAll(async () => {
  const { genotypes, people, path } = await simulated()
  dataset = await varidex.build(genotypes, path, { people })
})

const questions = Array.from({ length: 24 }, (_, n) => `carriers(all & ac<=${n + 1}, at_least: ${(n % 4) + 1}) & sex:${n % 2 ? 'male' : 'female'}`)

it('many questions at once have the answers of one after the other', async () => {
  const serial: string[][] = []
  for (const question of questions) serial.push((await dataset.ask(question)).idsSync())
  const fresh = await varidex.open(dataset.path)
  const together = await Promise.all(questions.map(async (question) => (await fresh.ask(question)).ids()))
  expect(together).toEqual(serial)
  expect(new Set(serial.map(String)).size).toBeGreaterThan(2)
})

it('many tables at once are those of one after the other', async () => {
  const wheres = ['af<0.01', 'af>=0.01', 'type:snv', 'ac>=2']
  const serial: varidex.VariantRow[][] = []
  for (const where of wheres) serial.push(await dataset.variants(where, { batchRows: 100 }).toArray())
  const fresh = await varidex.open(dataset.path)
  const together = await Promise.all(wheres.map((where) => fresh.variants(where, { batchRows: 100 }).toArray()))
  expect(together).toEqual(serial)
})

it('the loop turns while something is computed', async () => {
  let turns = 0
  const timer = setInterval(() => { turns += 1 }, 1)
  const many = Array.from({ length: 40 }, () => questions).flat()
  await Promise.all(many.map((question) => dataset.ask(question)))
  clearInterval(timer)
  expect(turns).toBeGreaterThan(3)
})

it('threads have datasets of their own, and may end while something is computed', async () => {
  const program = `
    const { parentPort, workerData } = require('node:worker_threads')
    const varidex = require(workerData.module)
    const dataset = varidex.openSync(workerData.path)
    parentPort.postMessage(dataset.askSync(workerData.question).idsSync())
    for (let n = 0; n < 20; n++) dataset.ask(workerData.question)
    parentPort.postMessage('asked')
  `
  const [question = ''] = questions
  const workerData = { module: new URL('../lib/index.js', import.meta.url).pathname, path: dataset.path, question }
  const answers = await Promise.all(Array.from({ length: 4 }, () => new Promise((resolve, reject) => {
    const worker = new Worker(program, { eval: true, workerData })
    let ids: unknown
    worker.on('message', (message) => {
      if (message === 'asked') worker.terminate()
      else ids = message
    })
    worker.on('error', reject)
    worker.on('exit', () => resolve(ids))
  })))
  const expected = dataset.askSync(question).idsSync()
  expect(answers).toEqual([expected, expected, expected, expected])
})
