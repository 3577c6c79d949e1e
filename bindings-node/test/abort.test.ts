import { execFileSync } from 'node:child_process'
import { createWriteStream, existsSync, readdirSync } from 'node:fs'
import { getEventListeners } from 'node:events'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { folder, simulated, varidex } from './cohort.js'

let cohort: Awaited<ReturnType<typeof simulated>>
let dataset: varidex.Dataset
beforeAll(async () => {
  cohort = await simulated()
  dataset = await varidex.build(cohort.genotypes, cohort.path, { people: cohort.people })
})

const aborted = { name: 'AbortError', code: 'ABORT_ERR' }

/**
 * A file of variants that has no end: a pipe of which the writer says no more than what comes first. Work on it lasts
 * until it is stopped.
 */
function endless(): string {
  const pipe = join(folder(), 'pipe.vcf')
  execFileSync('mkfifo', [pipe])
  const writer = createWriteStream(pipe)
  onTestFinished(() => void writer.destroy())
  writer.write('##fileformat=VCFv4.2\n##contig=<ID=22>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS\n')
  return pipe
}

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
    const building = varidex.build(endless(), output, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    })
    await expect(building).rejects.toMatchObject(aborted)
    expect(existsSync(output) ? readdirSync(output) : []).toEqual([])
  })

  it('ends an export, of which nothing stays', async () => {
    const out = folder()
    const controller = new AbortController()
    const exporting = dataset.export('all', join(out, 'a.vcf.gz'), { signal: controller.signal })
    // at once: an export of this size may be done before a timer is heard
    controller.abort()
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
    const building = varidex.build(endless(), output, { onProgress: () => { throw thrown } })
    await expect(building).rejects.toBe(thrown)
    expect(existsSync(output) ? readdirSync(output) : []).toEqual([])
  })
})
