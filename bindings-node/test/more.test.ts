// Parts of tables, blocks of genotypes, what is there, and the alleles of somebody's file.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import { cohort, files, folder, varidex } from './cohort.js'

let dataset: varidex.Dataset
beforeAll(async () => {
  dataset = await cohort()
})

describe('pages', () => {
  const ask = {
    variants: (given: varidex.Paged) => dataset.variants('all', given),
    frequencies: (given: varidex.Paged) => dataset.frequencies('all', { by: 'sex', ...given }),
    carriers: (given: varidex.Paged) => dataset.carriers('all', given),
  }
  for (const [name, table] of Object.entries(ask)) {
    it(`together are all ${name}`, async () => {
      const all = await table({}).toArray()
      for (const limit of [1, 2, 3, all.length, all.length + 1]) {
        const found: unknown[] = []
        let after: string | undefined
        let pages = 0
        do {
          const page: varidex.Page<unknown> = await table(after === undefined ? { limit } : { limit, after }).page()
          found.push(...page.rows)
          after = page.after ?? undefined
          pages += 1
        } while (after !== undefined)
        expect(found).toEqual(all)
        expect(pages).toBe(Math.ceil(all.length / limit))
      }
      expect(await table({}).count()).toBe(all.length)
      expect(await table({ offset: 1, limit: 2 }).count()).toBe(2)
    })
  }

  it('are of one question', async () => {
    const { after } = await dataset.variants('all', { limit: 1 }).page()
    await expect(dataset.variants('chr21', { after: after ?? '' }).toArray())
      .rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE' })
    await expect(dataset.variants('all', { after: 'no' }).count()).rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE' })
    expect(() => dataset.compounds('all', { after } as object)).toThrow('There is no option "after"')
    // of what has no pages
    expect(await dataset.genes(undefined, { limit: 1 }).page()).toMatchObject({ rows: [{ symbol: 'ALPHA' }], after: null })
  })
})

describe('blocks', () => {
  it('together are the matrix', async () => {
    const all = await dataset.genotypes('all')
    const whole = await dataset.haplotypes('all')
    for (const rows of [1, 2, 5, 100]) {
      const positions: number[] = []
      const dosages: number[] = []
      for await (const block of dataset.genotypeBlocks('all', { rows })) {
        expectTypeOf(block.dosages).toEqualTypeOf<Int8Array>()
        expect(block.rows).toBeLessThanOrEqual(rows)
        expect(block.columns).toBe(all.columns)
        expect([...block.samples]).toEqual([...all.samples])
        positions.push(...block.pos)
        dosages.push(...block.dosages)
      }
      expect([positions, dosages]).toEqual([[...all.pos], [...all.dosages]])
      const [alleles, phased]: [number[], number[]] = [[], []]
      for await (const block of dataset.haplotypeBlocks('all', { rows })) {
        expect(block.ploidy).toBe(whole.ploidy)
        alleles.push(...block.alleles)
        phased.push(...block.phased)
      }
      expect([alleles, phased]).toEqual([[...whole.alleles], [...whole.phased]])
    }
  })

  it('are of a group, and may be left and given up', async () => {
    for await (const block of dataset.genotypeBlocks('rs1', { group: 'sex:female' })) {
      expect([block.rows, block.columns, ...block.dosages]).toEqual([1, 2, 1, 2])
    }
    const blocks = dataset.genotypeBlocks('all', { rows: 1 })
    for await (const block of blocks) {
      expect(block.rows).toBe(1)
      break
    }
    expect(await blocks.next()).toEqual({ value: undefined, done: true })
    const controller = new AbortController()
    const stopped = (async () => {
      for await (const _ of dataset.haplotypeBlocks('all', { rows: 1, signal: controller.signal })) controller.abort()
    })()
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
    expect(() => dataset.genotypeBlocks('all', { rows: 0 })).toThrow('whole number')
    await expect(dataset.genotypeBlocks('aff<1').next()).rejects.toMatchObject({ code: 'ERR_VARIDEX_EXPRESSION' })
  })
})

describe('what is there', () => {
  it('individuals', async () => {
    const { record, noPlace, notStored } = await dataset.individual('P1')
    expect(record).toMatchObject({ subject: { id: 'P1', sex: 'FEMALE' } })
    expect(notStored.length).toBeGreaterThan(0)
    expect(noPlace).toEqual(expect.any(Array))
    // also by a sample
    expect((await dataset.individual('ANNA')).record).toEqual(record)
    const beacon = await dataset.individual('P1', { format: 'beacon' })
    expect(beacon.record).toMatchObject({ id: 'P1' })
    expect((await dataset.individual('P1', { format: 'text' })).record).toContain('P1')
    await expect(dataset.individual('P9')).rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE' })
    await expect(dataset.individual('P1', { format: 'yaml' as 'text' })).rejects.toThrow('phenopacket')
  })

  it('terms, genes, samples and ontologies', async () => {
    expect(await dataset.findTerms('weak gen').toArray()).toEqual([{
      id: 'HP:0003324', label: 'Generalized muscle weakness', scopes: 'phenotype', people: 1, people_below: 2, excluded: 0,
    }])
    expect((await dataset.findTerms().toArray()).map(({ id }) => id).sort()).toEqual(['HP:0003324', 'HP:0003473'])
    expect(await dataset.genes('alp').toArray()).toMatchObject([{ symbol: 'ALPHA', chrom: 'chr21', start: 900, end: 2100 }])
    expect(await dataset.genes().count()).toBe(2)
    expect(await dataset.sampleTable({ columns: ['individual', 'sample'] }).toArray()).toEqual([
      { individual: 'P1', sample: 'ANNA' }, { individual: 'P2', sample: 'BEN' },
      { individual: 'P3', sample: 'CLEO' }, { individual: null, sample: 'DAN' },
    ])
    expect(await dataset.ontologies().count()).toBe(1)
  })

  it('people by the fields of frequencies', async () => {
    const counts = await dataset.peopleCounts(['HP:0003324', 'women=sex:female', 'finns=population:FIN'])
    expect(counts).toEqual([
      { values: ['present', 'women'], people: 2 }, { values: ['present', 'finns'], people: 1 },
      { values: [null, 'finns'], people: 1 },
    ])
  })
})

describe("the alleles of somebody's file", () => {
  const SITES = `##fileformat=VCFv4.3
##contig=<ID=chr21>
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO
chr21\t1000\trs1\tA\tG,T\t.\t.\tX=1
chr21\t1000\t.\tA\t*\t.\t.\t.
chr21\t2500\t.\tC\tG\t.\t.\t.
`

  it('are counted as those of the dataset', async () => {
    const sites = files().write('sites.vcf', SITES)
    const rows = await dataset.siteFrequencies(sites, { by: 'sex' }).toArray()
    const [all, women] = (await dataset.frequencies('rs1', { by: 'sex' }).toArray())
    expect(rows[0]).toEqual(all)
    expect(rows[1]).toEqual(women)
    const counts = rows.filter(({ sex }) => sex === 'all').map(({ alt, ac, an }) => [alt, ac, an])
    expect(counts).toEqual([['G', 4, 8], ['T', 0, 8], ['*', null, null], ['G', 0, null]])
    const [row] = await dataset.siteFrequencies(sites, { group: 'sex:female', columns: ['group', 'ac'] }).toArray()
    expect(row).toEqual({ group: 'sex:female', ac: 3 })
    await expect(dataset.siteFrequencies('no.vcf').toArray()).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('are annotated with several cohorts', async () => {
    const sites = files().write('sites.vcf', SITES)
    const cohorts = { all: dataset, women: { dataset, group: 'sex:female', by: 'population' } }
    const rows = await varidex.annotate(sites, cohorts, { batchRows: 2 }).toArray()
    expect(rows).toHaveLength(4)
    expect(rows[0]).toMatchObject({ pos: 1000, alt: 'G', all_ac: 4, all_an: 8, women_ac: 3, women_ac_FIN: 1, women_an_GBR: 2 })
    expect(rows[2]).toMatchObject({ alt: '*', all_ac: null, women_an: null })
    const one = await varidex.annotate(sites, dataset, { columns: ['alt', 'ac'], limit: 1 }).toArray()
    expect(one).toEqual([{ alt: 'G', ac: 4 }])
    expect(await varidex.annotate(sites, { dataset, group: dataset.askSync('sex:male') }).count()).toBe(4)

    const output = join(folder(), 'annotated.vcf')
    const done = await varidex.annotateFile(sites, cohorts, output, { threads: 1 })
    expect(done).toMatchObject({ records: 3, written: 3, tallies: [{ name: 'all', present: 1, uncovered: 1 }, { name: 'women' }] })
    const lines = readFileSync(output, 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    expect(lines[0]).toContain('X=1;all_AC=4,0;all_AN=8,8')
    const rare = join(folder(), 'rare.vcf')
    expect(await varidex.annotateFile(sites, dataset, rare, { filter: 'ac=0' })).toMatchObject({ records: 3, written: 2 })
  })

  it('are refused with what is wrong', async () => {
    expect(() => varidex.annotate('a.vcf', 7 as never)).toThrow('cohorts')
    expect(() => varidex.annotate('a.vcf', { a: 'b' } as never)).toThrow('cohorts.a')
    expect(() => varidex.annotate('a.vcf', { a: { dataset, grp: 'all' } } as never)).toThrow('grp')
    await expect(varidex.annotate('a.vcf', {}).toArray()).rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE' })
    await expect(varidex.annotate('no.vcf', dataset).toArray()).rejects.toMatchObject({ code: 'ENOENT' })
    const twice = varidex.annotate(files().write('s.vcf', SITES), { a: { dataset, by: 'group=all' } })
    expect((await twice.toArray()).length).toBe(4)
    const signal = AbortSignal.abort()
    await expect(varidex.annotate('a.vcf', dataset, { signal }).toArray()).rejects.toMatchObject({ name: 'AbortError' })
  })
})
