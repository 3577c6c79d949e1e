import { existsSync, readdirSync } from 'node:fs'
import { getEventListeners } from 'node:events'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { folder, simulated, varidex } from './cohort.js'

let cohort: Awaited<ReturnType<typeof simulated>>
let dataset: varidex.Dataset
beforeAll(async () => {
  cohort = await simulated()
  dataset = await varidex.build(cohort.genotypes, cohort.path, { people: cohort.people })
})

const aborted = { name: 'AbortError', code: 'ABORT_ERR' }

/** A question that takes long, however quick the machine is. */
const long = Array.from({ length: 400 }, (_, n) => `carriers(all & af<0.${500 + n}, at_least: ${n + 2})`).join(' | ')

describe('a signal', () => {
  it('that was aborted before ends everything at once', async () => {
    const signal = AbortSignal.abort('no reason')
    const out = join(folder(), 'out')
    const calls: (() => Promise<unknown>)[] = [
      () => varidex.open(cohort.path, { signal }),
      () => varidex.build(cohort.genotypes, `${out}.vdx`, { signal }),
      () => varidex.loadPeople(cohort.path, { people: cohort.people, signal }),
      () => varidex.simulate(`${out}.sim`, { signal }),
      () => dataset.ask('all', { signal }),
      () => dataset.explain('all', { signal }),
      () => dataset.variants('all', { signal }).toArray(),
      () => dataset.frequencies('all', { signal, group: 'all' }).toIPC(),
      () => dataset.frequency('chr22:1:A:G', { signal }),
      () => dataset.frequencyMany('22', [1], ['A'], ['G'], { signal }),
      () => dataset.genotypes('all', { signal }),
      () => dataset.export('all', `${out}.vcf`, { signal }),
      () => dataset.verify({ signal }),
      () => dataset.askSync('all').ids({ signal }),
    ]
    for (const call of calls) {
      await expect(call(), String(call)).rejects.toMatchObject({ ...aborted, cause: 'no reason' })
    }
    expect(['.vdx', '.sim', '.vcf'].filter((end) => existsSync(out + end))).toEqual([])
  })

  it('ends a question while it is being answered', async () => {
    const begun = performance.now()
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 20)
    await expect(dataset.ask(long, { signal: controller.signal })).rejects.toMatchObject(aborted)
    const taken = performance.now() - begun
    expect(taken).toBeGreaterThan(15)
    const error = await dataset.ask(long, { signal: AbortSignal.timeout(20) }).catch((error) => error)
    expect(error).toBeInstanceOf(varidex.AbortError)
    expect(error.cause).toMatchObject({ name: 'TimeoutError' })
  })

  it('ends a table between two batches, and the table can be read again', async () => {
    const controller = new AbortController()
    const table = dataset.variants('all', { batchRows: 10, signal: controller.signal })
    const iterator = table.batches()
    expect((await iterator.next()).value).toHaveLength(10)
    controller.abort()
    await expect(iterator.next()).rejects.toMatchObject(aborted)
    expect(await iterator.next()).toEqual({ value: undefined, done: true })
    expect(await dataset.variants('all').toArray()).toHaveLength(dataset.info().rows)
  })

  it('ends a build, of which nothing stays', async () => {
    const output = join(folder(), 'stopped.vdx')
    const controller = new AbortController()
    const building = varidex.build(cohort.genotypes, output, { signal: controller.signal })
    // at once: a build of this size may be done before a callback is heard
    controller.abort()
    await expect(building).rejects.toMatchObject(aborted)
    expect(existsSync(output) ? readdirSync(output) : []).toEqual([])
  })

  it('ends an export, of which nothing stays', async () => {
    const out = folder()
    const exporting = dataset.export('all', join(out, 'a.vcf.gz'), { signal: AbortSignal.timeout(5) })
    await expect(exporting).rejects.toMatchObject(aborted)
    expect(readdirSync(out)).toEqual([])
  })

  it('that is aborted afterwards changes nothing, and is not listened to', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const group = await dataset.ask('all', { signal })
    await dataset.ask('nonsense', { signal }).catch(() => {})
    for await (const _ of dataset.variants('all', { signal, batchRows: 10 })) break
    expect(getEventListeners(signal, 'abort')).toEqual([])
    controller.abort()
    expect(group.count).toBe(cohort.samples)
  })
})

describe('one signal for many questions', () => {
  it('is listened to once, and is no leak', async () => {
    const warnings: Error[] = []
    const warned = (warning: Error) => warnings.push(warning)
    process.on('warning', warned)
    const controller = new AbortController()
    const { signal } = controller
    const asked = Array.from({ length: 50 }, (_, n) => dataset.ask(`carriers(ac>=${n})`, { signal }))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await Promise.all(asked)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    // and it ends all of those that are not done
    const begun = Array.from({ length: 20 }, () => dataset.ask(long, { signal }))
    setTimeout(() => controller.abort(), 20)
    for (const result of await Promise.allSettled(begun)) {
      expect(result).toMatchObject({ status: 'rejected', reason: aborted })
    }
    expect(getEventListeners(signal, 'abort')).toEqual([])
    // warnings come after the turn in which they are made
    await new Promise((resolve) => setTimeout(resolve, 10))
    process.off('warning', warned)
    expect(warnings).toEqual([])
  })
})

describe('a progress callback', () => {
  it('ends the work with what it throws', async () => {
    const output = join(folder(), 'failed.vdx')
    const thrown = new RangeError('enough')
    const building = varidex.build(cohort.genotypes, output, { onProgress: () => { throw thrown } })
    await expect(building).rejects.toBe(thrown)
    expect(existsSync(output) ? readdirSync(output) : []).toEqual([])
  })
})
