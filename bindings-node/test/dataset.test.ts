import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { cohort, files, folder, varidex } from './cohort.js'

let dataset: varidex.Dataset
beforeAll(async () => {
  dataset = await cohort()
})

describe('a build', () => {
  it('says what it read, and gives the dataset open', async () => {
    expect(dataset.report).toMatchObject({
      records: 4, stored: 4, refused: 0, rows: 5, samples: 4, contigs: 2,
      people: { read: 3, people: 3, refused: 0, samplesWithoutPerson: 1 },
    })
    expect(dataset.report?.snapshot).toBe(dataset.snapshot)
    await dataset.verify()
  })

  it('says how far it is', async () => {
    const { vcf, people, dataset: output } = files()
    const seen: varidex.Progress[] = []
    await varidex.build([vcf], output, { people, onProgress: (at) => seen.push(at) })
    expect(seen.length).toBeGreaterThan(0)
    expect(seen[0]).toEqual({ what: expect.any(String), done: 0, total: null })
    expect(seen.some(({ what, done, total }) => what === `reading ${vcf}` && done <= (total ?? 0))).toBe(true)
  })

  it('refuses malformed records one by one where it may', async () => {
    const { vcf, write, dataset: output } = files()
    const bad = write('bad.vcf', `${readFileSync(vcf, 'utf8')}chrX\tx\n`)
    const { report } = await varidex.build(bad, output, { skipMalformed: true })
    expect(report).toMatchObject({ records: 5, stored: 4, refused: 1 })
    expect(report?.reasons[0]?.places[0]?.place).toBe(`${bad}:12`)
  })
})

describe('a dataset', () => {
  it('is opened by a path or a URL, now or later', async () => {
    const later = await varidex.open(pathToFileURL(dataset.path))
    expect(later.snapshot).toBe(dataset.snapshot)
    expect(later.report).toBeNull()
    expect(varidex.openSync(dataset.path).snapshot).toBe(dataset.snapshot)
  })

  it('says what it holds', async () => {
    expect(dataset.info()).toMatchObject({
      path: dataset.path, snapshot: dataset.snapshot, assembly: 'GRCh38',
      samples: 4, people: 3, terms: 2, genes: 2, records: 4, rows: 5, segments: 1,
      contigs: [{ name: 'chr21', rows: 4 }, { name: 'chrX', rows: 1 }],
      info: [{ key: 'CADD', type: 'float' }],
    })
    expect(await dataset.samples()).toEqual(['ANNA', 'BEN', 'CLEO', 'DAN'])
    const sections = await dataset.sections()
    expect(sections.length).toBeGreaterThan(5)
    expect(sections.every(({ name, bytes }) => name !== '' && Number.isInteger(bytes))).toBe(true)
  })

  it('answers questions about people', async () => {
    const carriers = await dataset.ask('carriers(22:1, hom)').catch((error) => error.code)
    expect(carriers).toBe('ERR_VARIDEX_EXPRESSION')
    expect((await dataset.ask('carriers(chr21:1000:A:G)')).count).toBe(3)
    expect((await dataset.ask('carriers(gene:ALPHA, hom)')).idsSync()).toEqual(['P3'])
    expect(dataset.askSync('HP:0003324 & population:FIN').idsSync()).toEqual(['P1'])
    const explained = await dataset.explain('carriers(gene:ALPHA, hom) & sex:female')
    expect(explained.individuals).toBe(1)
    expect(explained.steps.length).toBe(2)
    expect(explained.text).toContain('people 1')
  })

  it('knows old names, and warns of them once', async () => {
    const warnings: string[] = []
    const heard = (warning: Error) => { warnings.push(`${warning.name}: ${warning.message}`) }
    process.on('warning', heard)
    const explained = await dataset.explain('carriers(gene:ALPHA, hom)')
    expect([explained.people, explained.people]).toEqual([explained.individuals, explained.individuals])
    for (const step of explained.steps) {
      expect(step.people).toBe(step.individuals)
      expect(step.segmentsPassedBy).toBe(step.segmentsSkipped)
    }
    const finns = await dataset.ask('population:FIN')
    expect(finns.others().equals(finns.complement())).toBe(true)
    expect(finns.without(finns).exists).toBe(false)
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', heard)
    expect(warnings.filter((text) => text === 'DeprecationWarning: Explanation.people is individuals now')).toHaveLength(1)
    expect(warnings).toContain('DeprecationWarning: Group.without is difference now')
  })

  it('counts people and terms', async () => {
    expect(await dataset.peopleCounts(['population', 'sex'])).toEqual([
      { values: ['FIN', 'female'], people: 1 },
      { values: ['FIN', 'male'], people: 1 },
      { values: ['GBR', 'female'], people: 1 },
    ])
    expect(await dataset.termCounts({ scope: 'phenotype' })).toEqual([
      { id: 'HP:0003324', label: 'Generalized muscle weakness', people: 2 },
      { id: 'HP:0003473', label: 'Fatigable weakness', people: 1 },
    ])
  })

  it('counts one allele', async () => {
    const there = { present: true, covered: true, others: [], reason: null }
    const expected = { ...there, ac: 4, an: 8, af: 0.5, n_het: 2, n_hom: 1, n_hemi: 0, n_missing: 0 }
    expect(await dataset.frequency('chr21:1000:A:G')).toEqual(expected)
    expect(dataset.frequencySync('21-1000-A-G')).toEqual(expected)
    expect(dataset.frequencySync('chr21:2000:C:T')).toMatchObject({ ac: 2, an: 5, n_missing: 2 })
    const absent = {
      present: false, covered: true, others: ['A>G'], ac: 0, an: 8, af: 0, n_het: 0, n_hom: 0, n_hemi: 0, n_missing: 0,
      reason: 'nobody has it: 4 samples were looked at here; there is A>G',
    }
    expect(await dataset.frequency('chr21:1000:A:T')).toEqual(absent)
    expect(dataset.frequencySync('chr21:1000:A:T')).toEqual(absent)
    expect(await dataset.frequency('chr21:46709984:A:T')).toMatchObject({
      present: false, covered: false, an: null, af: null,
      reason: 'the position is behind the end of chr21, which has 46709983 bases',
    })
    expect(dataset.frequencySync('chr21:1000:T:A')).toMatchObject({
      an: null, reason: expect.stringContaining('the reference here is A, not T'),
    })
    const women = await dataset.frequency('chr21:1000:A:G', { group: 'sex:female' })
    expect(women).toMatchObject({ ac: 3, an: 4, af: 0.75 })
    expect(dataset.frequencySync('chr21:1000:A:G', { group: dataset.askSync('sex:female') })).toEqual(women)
    const nobody = dataset.frequencySync('chr21:1000:A:G', { group: '!all' })
    expect(nobody).toMatchObject({ ac: 0, an: 0, af: null })
  })

  it('counts many alleles', async () => {
    const many = await dataset.frequencyMany(
      'chr21', [1000, 2000, 1500, 3000], ['A', 'C', 'A', 'ACGT'], ['G', 'CA', 'G', 'A'],
    )
    expect([...many.found]).toEqual([1, 1, 0, 1])
    expect([...many.ac]).toEqual([4, 2, NaN, 0])
    expect([...many.an]).toEqual([8, 5, NaN, 8])
    expect([...many.af]).toEqual([0.5, 0.4, NaN, 0])
    expect([...many.n_missing]).toEqual([0, 2, NaN, 0])
    const women = await dataset.frequencyMany(['21', 'X'], Int32Array.of(1000, 7), ['A', 'A'], ['G', 'C'], {
      group: 'sex:female',
    })
    expect([...women.ac]).toEqual([3, NaN])
    expect((await dataset.frequencyMany([], [], [], [])).ac).toHaveLength(0)
  })

  it('has genotypes as a matrix', async () => {
    const all = await dataset.genotypes('chr21:1-2500')
    expect([all.rows, all.columns]).toEqual([3, 4])
    expect(all.dosages).toEqual(Int8Array.of(1, 1, 2, 0, 0, -1, 1, -1, 1, -1, 1, -1))
    expect([all.chrom, [...all.pos], all.ref, all.alt]).toEqual([
      ['chr21', 'chr21', 'chr21'], [1000, 2000, 2000], ['A', 'C', 'C'], ['G', 'CA', 'T'],
    ])
    const women = await dataset.genotypes('rs1', { group: 'sex:female' })
    expect([women.dosages, women.samples]).toEqual([Int8Array.of(1, 2), Uint32Array.of(0, 2)])
    const none = await dataset.genotypes('chr21:1-10', { group: '!all' })
    expect([none.rows, none.columns, none.dosages.length]).toEqual([0, 0, 0])
  })

  it('has alleles of each copy as a matrix', async () => {
    const all = await dataset.haplotypes('chr21:1-2500')
    expect([all.rows, all.columns, all.ploidy]).toEqual([3, 4, 2])
    expect(all.alleles).toEqual(Int8Array.of(
      0, 1, 1, 0, 1, 1, 0, 0,
      0, 0, -1, 1, 0, 1, -1, -1,
      0, 1, -1, 0, 0, 1, -1, -1,
    ))
    expect(all.phased).toEqual(Uint8Array.of(1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0))
    expect([all.chrom, [...all.pos], all.ref, all.alt]).toEqual([
      ['chr21', 'chr21', 'chr21'], [1000, 2000, 2000], ['A', 'C', 'C'], ['G', 'CA', 'T'],
    ])
    const men = await dataset.haplotypes({ id: 'sv1' }, { group: { sex: 'male' } })
    expect([men.alleles, men.phased, men.samples]).toEqual([Int8Array.of(1, -2), Uint8Array.of(1), Uint32Array.of(1)])
  })

  it('goes back to VCF', async () => {
    const vcf = join(folder(), 'out.vcf')
    const seen: varidex.Progress[] = []
    const summary = await dataset.export('gene:ALPHA', vcf, { group: 'sex:female', onProgress: (at) => seen.push(at) })
    expect(summary).toMatchObject({ records: 2, rows: 3, samples: 2 })
    const lines = readFileSync(vcf, 'utf8').split('\n').filter((line) => !line.startsWith('##'))
    expect(lines[0]).toMatch(/FORMAT\tANNA\tCLEO$/)
    expect(lines[1]).toMatch(/^chr21\t1000\trs1\tA\tG\t.*\t0\|1\t1\|1$/)
  })

  it('takes other people, and keeps the state it was opened with', async () => {
    const { vcf, people, dataset: path } = files()
    const before = await varidex.build(vcf, path)
    expect(before.report?.people).toBeNull()
    const report = await varidex.loadPeople(path, { people })
    expect(report).toMatchObject({ people: 3, peopleWithoutSample: 0 })
    expect(before.info().people).toBe(0)
    expect((await varidex.open(path)).info().people).toBe(3)
    expect(await varidex.guessMapping(people)).toContain('population')
  })
})

describe('a group', () => {
  it('names its people', async () => {
    const group = await dataset.ask('carriers(chr21:1000:A:G)')
    expect(await group.ids()).toEqual(['P1', 'P2', 'P3'])
    expect([...group]).toEqual(group.idsSync())
    expect(group.has('P2') && group.has('CLEO')).toBe(true)
    expect(group.has('DAN') || group.has('nobody')).toBe(false)
    expect(group.samples()).toEqual(Uint32Array.of(0, 1, 2))
    expect(await group.ranked()).toEqual(['P1', 'P2', 'P3'].map((id) => ({ id, score: null })))
    expect(JSON.parse(JSON.stringify(group))).toEqual({ expression: group.expression, count: 3 })
    expect(String(group)).toBe(`3 people: ${group.expression}`)
  })

  it('is made of ids', async () => {
    const group = await dataset.group(['P3', 'ANNA', 'P3', 'DAN'])
    expect(group.idsSync()).toEqual(['P1', 'P3', 'DAN'])
    expect(dataset.askSync(group.expression).equals(group)).toBe(true)
    expect((await dataset.group(new Set(['P2']))).idsSync()).toEqual(['P2'])
    expect((await dataset.group(group)).equals(group)).toBe(true)
    expect((await dataset.group([])).count).toBe(0)
    await expect(dataset.group(['P2', 'ANN'])).rejects.toMatchObject({
      code: 'ERR_VARIDEX_EXPRESSION', candidates: expect.arrayContaining(['ANNA']),
      message: expect.stringContaining('no individual or sample `ANN` here'),
    })
  })

  it('combines with expressions, and is shown', async () => {
    const finns = await dataset.ask('population:FIN')
    expect(finns.and('sex:female').idsSync()).toEqual(['P1'])
    expect(finns.or({ sex: 'female' }).idsSync()).toEqual(['P1', 'P2', 'P3'])
    expect(finns.difference('sex:female').idsSync()).toEqual(['P2'])
    expect(finns.xor('sex:female').idsSync()).toEqual(['P2', 'P3'])
    expect(() => finns.and('sexx:female')).toThrow(expect.objectContaining({ code: 'ERR_VARIDEX_EXPRESSION' }))
    expect(inspect(finns)).toBe("Group { count: 2, expression: 'population:FIN' }")
    expect(inspect({ finns })).toBe("{ finns: Group { count: 2, expression: 'population:FIN' } }")
    expect(inspect(dataset)).toBe(`Dataset { path: '${dataset.path}', samples: 4, people: 3, variants: 5 }`)
    expect(inspect(dataset.variants('rs1'))).toBe("Table { of: 'variants: rs1' }")
  })

  it('has an algebra', async () => {
    const [finns, women] = [await dataset.ask('population:FIN'), await dataset.ask('sex:female')]
    expect(finns.and(women).idsSync()).toEqual(['P1'])
    expect(finns.or(women).idsSync()).toEqual(['P1', 'P2', 'P3'])
    expect(finns.difference(women).idsSync()).toEqual(['P2'])
    expect(finns.xor(women).idsSync()).toEqual(['P2', 'P3'])
    expect(finns.complement().idsSync()).toEqual(['P3', 'DAN'])
    expect(finns.and(women).equals(dataset.askSync('samples(ANNA)'))).toBe(true)
    expect(finns.equals(women)).toBe(false)
    expect(finns.difference(finns).exists).toBe(false)
  })

  it('is ranked where a similarity was asked for', async () => {
    const group = await dataset.ask('similar(HP:0003473; score>=0)')
    expect(await group.ranked()).toEqual([{ id: 'P1', score: 1 }])
  })
})

it('has the version of the package', () => {
  const told = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(varidex.version).toBe(told.version)
})
