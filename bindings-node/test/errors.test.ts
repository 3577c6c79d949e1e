import { appendFileSync, cpSync, mkdirSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { cohort, files, folder, varidex } from './cohort.js'

let dataset: varidex.Dataset
beforeAll(async () => {
  dataset = await cohort()
})

/** A copy of the dataset that may be spoilt, and its largest file: the segment. */
function copy() {
  const path = join(folder(), 'copy.vdx')
  cpSync(dataset.path, path, { recursive: true })
  const [segment] = readdirSync(path)
    .filter((name) => name.endsWith('.segment'))
    .map((name) => join(path, name))
  if (segment === undefined) throw new Error(`no segment among ${readdirSync(path)}`)
  return { path, segment }
}

describe('expressions', () => {
  it('that are wrong say where, and what would be right', async () => {
    const error = await dataset.ask('samples(ANN)').catch((error) => error)
    expect(error).toBeInstanceOf(varidex.VaridexError)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'VaridexError', code: 'ERR_VARIDEX_EXPRESSION', expression: 'samples(ANN)', candidates: expect.arrayContaining(['ANNA']),
    })
    expect(error.message).toContain('did you mean ANNA')
    expect(error.stack).toContain('errors.test.ts')
    expect(() => dataset.askSync('samples(ANN)')).toThrow(error.message)
  })

  it('are pointed into as JavaScript counts', async () => {
    const text = '!filter:"😀é" & nonsense<5'
    const error = await dataset.variants(text).toArray().catch((error) => error)
    expect(error.code).toBe('ERR_VARIDEX_EXPRESSION')
    expect(text.slice(...(error.at as [number, number]))).toBe('nonsense')
  })

  it('may be anything, and are never a crash', async () => {
    const wrong = ['', ' ', '(', ')', '&', '!'.repeat(5000), '('.repeat(100_000), '\0', 'carriers(', '😀', 'af<', 'all &']
    for (const text of wrong) {
      await expect(dataset.ask(text), JSON.stringify(text.slice(0, 9))).rejects.toMatchObject({ code: 'ERR_VARIDEX_EXPRESSION' })
      await expect(dataset.variants(text).toArray()).rejects.toMatchObject({ code: 'ERR_VARIDEX_EXPRESSION' })
    }
  })

  it('that name nothing here are not empty answers', async () => {
    for (const text of ['gene:GAMMA', 'chr7:1-100', 'samples(EVE)', 'HP:9999999']) {
      const asked = text.startsWith('gene') || text.startsWith('chr')
        ? dataset.variants(text).toArray()
        : dataset.ask(text)
      await expect(asked, text).rejects.toMatchObject({ code: 'ERR_VARIDEX_EXPRESSION' })
    }
  })
})

describe('arguments of a wrong type', () => {
  const wrong: [string, (anything: any) => unknown][] = [
    ['open', () => varidex.open(5 as any)],
    ['open without', () => (varidex.open as any)()],
    ['an empty path', () => varidex.open('')],
    ['a path with a null byte', () => varidex.open('a\0b')],
    ['a URL that is no file', () => varidex.open(new URL('http://example.org/'))],
    ['openSync', () => varidex.openSync(null as any)],
    ['build', () => varidex.build([5 as any], 'x')],
    ['a build option', () => varidex.build('a.vcf', 'x', { threads: 0 })],
    ['a flag', () => varidex.build('a.vcf', 'x', { sort: 'yes' as any })],
    ['onProgress', () => varidex.build('a.vcf', 'x', { onProgress: 7 as any })],
    ['ask', (dataset) => dataset.ask(5)],
    ['askSync', (dataset) => dataset.askSync(['all'])],
    ['a function', (dataset) => dataset.askSync(() => 'all')],
    ['explain', (dataset) => dataset.explain(Symbol('x'))],
    ['variants', (dataset) => dataset.variants(undefined)],
    ['a group', (dataset) => dataset.variants('all', { group: 5 })],
    ['by', (dataset) => dataset.frequencies('all', { by: [5] })],
    ['batchRows', (dataset) => dataset.variants('all', { batchRows: 1.5 })],
    ['a signal', (dataset) => dataset.ask('all', { signal: {} })],
    ['options', (dataset) => dataset.ask('all', 'fast')],
    ['frequency', (dataset) => dataset.frequency(1000)],
    ['ids in a text', (dataset) => dataset.group('ANNA')],
    ['an id that is no text', (dataset) => dataset.group(['ANNA', 5])],
    ['haplotypes', (dataset) => dataset.haplotypes(5)],
    ['a position', (dataset) => dataset.frequencyMany('1', [0], ['A'], ['G'])],
    ['a large position', (dataset) => dataset.frequencyMany('1', [2 ** 31], ['A'], ['G'])],
    ['columns that differ in length', (dataset) => dataset.frequencyMany('1', [1, 2], ['A'], ['G'])],
    ['an allele', (dataset) => dataset.frequencyMany('1', [1], [null], ['G'])],
    ['a group to and', (dataset) => dataset.askSync('all').and(5)],
    ['an id', (dataset) => dataset.askSync('all').has(5)],
  ]
  it.each(wrong)('are a TypeError: %s', async (_, call) => {
    const error = await (async () => call(dataset))().then(() => undefined, (error) => error)
    expect(error).toBeInstanceOf(TypeError)
    expect(error.code).toMatch(/^ERR_INVALID_/)
  })

  it('and options that do not exist, so that none is forgotten', async () => {
    const call = dataset.ask('all', { sginal: undefined } as object)
    await expect(call).rejects.toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' })
    await expect(call).rejects.toThrow('no option "sginal"')
  })

  it('and methods torn from their objects', () => {
    const { askSync } = dataset
    expect(() => askSync('all')).toThrow(TypeError)
    expect(() => Object.create(varidex.Group.prototype).count).toThrow(TypeError)
  })

  it('and other usage that makes no sense', async () => {
    await expect(dataset.termCounts({ scope: 'nonsense' })).rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE' })
    await expect(dataset.peopleCounts('nonsense')).rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE' })
    await expect(dataset.frequencies('all', { by: 'nonsense' }).toArray()).rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE' })
    await expect(dataset.export('all', 'a.txt')).rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE' })
    await expect(varidex.loadPeople(dataset.path, {})).rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE' })
    for (const options of [{ minDp: -1 }, { memory: 1 }]) {
      const { vcf, dataset: output } = files()
      await expect(varidex.build(vcf, output, options)).rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE' })
    }
    for (const options of [{ minGq: NaN }, { memory: NaN }, { threads: 0 }]) {
      const { vcf, dataset: output } = files()
      await expect(varidex.build(vcf, output, options)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
    }
    // no more threads are started than make sense
    await varidex.build(files().vcf, files().dataset, { threads: 2 ** 32 - 1 })
    const other = await varidex.build(files().vcf, files().dataset)
    const group = dataset.askSync('all')
    const theirs = other.askSync('all')
    const mixed: (() => Promise<unknown>)[] = [
      () => other.variants('all', { group }).toArray(),
      () => other.frequencies('all', { group }).toArray(),
      () => other.frequencies('all', { group, by: 'sex' }).toArray(),
      () => other.carriers('all', { group }).toArray(),
      () => other.compounds('all', { group }).toArray(),
      () => other.frequency('rs1', { group }),
      () => other.frequency('chr21:1001:A:G', { group }),
      () => other.frequencyMany('21', [1000], ['A'], ['G'], { group }),
      () => other.genotypes('all', { group }),
      () => other.export('all', join(folder(), 'a.vcf'), { group }),
      async () => other.frequencySync('rs1', { group }),
      async () => theirs.and(group),
      async () => theirs.or(group),
      async () => theirs.difference(group),
      async () => theirs.xor(group),
    ]
    for (const mix of mixed) {
      await expect(mix(), String(mix)).rejects.toMatchObject({
        code: 'ERR_VARIDEX_USAGE', message: expect.stringContaining('does not fit'),
      })
    }
  })
})

describe('files', () => {
  it('that are not there are ENOENT, and say which', async () => {
    const path = join(folder(), 'none.vdx')
    await expect(varidex.open(path)).rejects.toMatchObject({ code: 'ENOENT', path: expect.stringContaining(path), errno: 2 })
    expect(() => varidex.openSync(path)).toThrow(`no dataset at ${path}`)
    await expect(varidex.build(join(path, 'a.vcf'), path)).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(varidex.loadPeople(dataset.path, { people: path })).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('that are something else are refused', async () => {
    const { at, vcf } = files()
    await expect(varidex.open(at)).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(varidex.open(vcf)).rejects.toBeInstanceOf(varidex.VaridexError)
    const odd = join(at, 'odd.vdx')
    mkdirSync(odd)
    writeFileSync(join(odd, 'manifest.json'), '{"what": "not ours"}')
    await expect(varidex.open(odd)).rejects.toMatchObject({ code: 'ERR_VARIDEX_DAMAGED' })
  })

  it('with a fault say where, and leave nothing behind', async () => {
    const { vcf, write, dataset: output, at } = files()
    const bad = write('bad.vcf', `${readFileSync(vcf, 'utf8')}chrX\tx\n`)
    const there = readdirSync(at)
    await expect(varidex.build(bad, output)).rejects.toMatchObject({
      code: 'ERR_VARIDEX_INPUT', file: bad, line: 12, expected: expect.any(String), found: expect.any(String),
    })
    expect(readdirSync(at)).toEqual(there)
  })

  it('that are cut short or changed are damaged', async () => {
    const cut = copy()
    truncateSync(cut.segment, statSync(cut.segment).size - 1)
    const asked = async () => (await varidex.open(cut.path)).variants('all').toArray()
    await expect(asked()).rejects.toMatchObject({ code: 'ERR_VARIDEX_DAMAGED', file: cut.segment })
    const long = copy()
    appendFileSync(long.segment, 'x')
    await expect((async () => (await varidex.open(long.path)).verify())()).rejects.toMatchObject({
      code: 'ERR_VARIDEX_DAMAGED', section: expect.any(String), offset: expect.any(Number),
    })
    const changed = copy()
    const bytes = readFileSync(changed.segment)
    bytes.fill(0xa5, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 256)
    writeFileSync(changed.segment, bytes)
    await expect((async () => (await varidex.open(changed.path)).verify())())
      .rejects.toMatchObject({ code: 'ERR_VARIDEX_DAMAGED' })
  })

  it('of a dataset that is there are not replaced unless asked for', async () => {
    const { vcf, dataset: output } = files()
    const first = await varidex.build(vcf, output)
    await expect(varidex.build(vcf, output)).rejects.toBeInstanceOf(varidex.VaridexError)
    const second = await varidex.build(vcf, output, { force: true })
    expect(second.snapshot).toBe(first.snapshot)
  })
})

describe('a closed dataset', () => {
  it('refuses what is asked of it, once and again', async () => {
    const closed = await varidex.open(dataset.path)
    const group = await closed.ask('sex:female')
    const table = closed.variants('all')
    closed.close()
    closed.close()
    expect(closed.closed).toBe(true)
    const refusal = { name: 'VaridexError', code: 'ERR_VARIDEX_CLOSED' }
    const calls = [
      () => closed.ask('all'), () => closed.explain('all'), () => table.toArray(), () => table.toIPC(),
      () => closed.carriers('all').toArray(), () => closed.frequency('rs1'), () => closed.verify(),
      () => closed.frequencyMany('21', [1], ['A'], ['G']), () => closed.samples(), () => closed.sections(),
      () => closed.peopleCounts('sex'), () => closed.termCounts(), () => closed.export('all', 'x.vcf'),
      () => closed.genotypes('all'),
      async () => closed.askSync('all'), async () => closed.frequencySync('rs1'), async () => closed.info(),
    ]
    for (const call of calls) await expect(call(), String(call)).rejects.toMatchObject(refusal)
    // who was found stays found
    expect(group.and(group).idsSync()).toEqual(['P1', 'P3'])
    expect(await dataset.variants('all', { group }).toArray()).toHaveLength(5)
  })

  it('is closed at the end of a block', () => {
    const open = varidex.openSync(dataset.path)
    open[Symbol.dispose]()
    expect(open.closed).toBe(true)
  })

  it('ends what was begun', async () => {
    const closing = await varidex.open(dataset.path)
    const asked = closing.ask('all')
    const iterator = closing.variants('all', { batchRows: 1 }).batches()
    await iterator.next()
    closing.close()
    expect((await asked).count).toBe(4)
    expect((await iterator.next()).value?.[0]?.pos).toBe(2000)
    await iterator.return()
  })
})
