import { RecordBatchReader, tableFromIPC } from 'apache-arrow'
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import { cohort, files, varidex } from './cohort.js'

let dataset: varidex.Dataset
beforeAll(async () => {
  dataset = await cohort()
})

describe('rows', () => {
  it('are what the command line prints', async () => {
    const rows = await dataset.variants('all').toArray()
    expect(rows).toHaveLength(5)
    expect(rows[0]).toEqual({
      chrom: 'chr21', pos: 1000, id: 'rs1', ref: 'A', alt: 'G', type: 'snv', filter: 'PASS',
      gene: rows[0]?.gene, consequence: null, impact: null,
      ac: 4, an: 8, af: 0.5, n_het: 2, n_hom: 1, n_hemi: 0, n_missing: 0,
    })
    expect(rows[3]).toMatchObject({ pos: 3000, type: 'del', filter: null, ac: 0 })
    expect(rows[4]).toMatchObject({ chrom: 'chrX', ref: 'N', alt: '<DEL>', n_hemi: 1, n_missing: 2 })
  })

  it('are counted in groups', async () => {
    const women = dataset.askSync('sex:female')
    const [row] = await dataset.frequencies('rs1', { group: women }).toArray()
    expect(row).toMatchObject({ group: 'sex:female', ac: 3, an: 4 })
    expect(await dataset.frequencies('rs1', { group: 'sex:female' }).toArray()).toEqual([row])
    const by = await dataset.frequencies('rs1', { by: ['population', 'sex'] }).toArray()
    expect(by.map(({ population, sex, ac, an }) => [population, sex, ac, an])).toEqual([
      ['all', 'all', 4, 8],
      ['FIN', 'female', 1, 2], ['FIN', 'male', 1, 2], ['GBR', 'female', 2, 2], [null, null, 0, 2],
    ])
    const named = await dataset.frequencies('rs1', { by: ['women=sex:female', 'rest=!sex:female'] }).toArray()
    expect(named.map(({ group, an }) => [group, an])).toEqual([['all', 8], ['women', 4], ['rest', 4]])
  })

  it('have columns that are asked for, and pages', async () => {
    const columns = ['pos', 'end', 'covered', 'af_low']
    const rows = await dataset.variants('chr21', { columns, offset: 1, limit: 2 }).toArray()
    expect(rows.map((row) => Object.keys(row))).toEqual([columns, columns])
    expect(rows.map(({ pos }) => pos)).toEqual([2000, 2000])
    await expect(dataset.variants('all', { columns: 'coverd' }).toArray())
      .rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE', message: expect.stringContaining('did you mean covered') })
  })

  it('compare cases with controls', async () => {
    const cases = await dataset.ask('carriers(rs1)')
    const [row] = await dataset.frequencies('rs1', { cases, controls: '!carriers(rs1)' }).toArray()
    expect(row).toMatchObject({ ac_cases: 4, an_cases: 6, ac_controls: 0, an_controls: 2, odds_ratio: Infinity })
    expect(row?.p).toBeCloseTo(3 / 7, 12)
    expect(() => dataset.frequencies('rs1', { cases })).toThrow('controls')
  })

  it('tell who carries', async () => {
    const rows = await dataset.carriers('chr21:1000:A:G').toArray()
    expect(rows.map(({ sample, individual, zygosity, phase }) => [sample, individual, zygosity, phase])).toEqual([
      ['ANNA', 'P1', 'het', '0|1'], ['BEN', 'P2', 'het', '1|0'], ['CLEO', 'P3', 'hom', '1|1'],
    ])
    const { write } = files()
    const trio = write('a.ped', 'f\tCLEO\tBEN\tANNA\t2\t1\n')
    const children = await dataset.carriers('chr21:1000:A:G', { trio }).toArray()
    expect(children.map(({ sample, origin }) => [sample, typeof origin])).toEqual([['CLEO', 'string']])
    const pairs = await dataset.compounds('gene:ALPHA').toArray()
    expect(pairs.length).toBeGreaterThan(0)
    expect(pairs[0]).toMatchObject({ gene: 'ALPHA', chrom_2: 'chr21' })
  })

  it('come in batches, and one by one', async () => {
    const table = dataset.variants('all', { batchRows: 2 })
    const sizes: number[] = []
    for await (const batch of table) sizes.push(batch.length)
    expect(sizes).toEqual([2, 2, 1])
    const positions: number[] = []
    for await (const row of table.rows()) {
      expectTypeOf(row.pos).toBeNumber()
      positions.push(row.pos)
    }
    expect(positions).toEqual([1000, 2000, 2000, 3000, 50000000])
  })

  it('are none where nothing fits', async () => {
    expect(await dataset.variants('chr21:1-10').toArray()).toEqual([])
    for await (const _ of dataset.variants('chr21:1-10')) expect.unreachable('there is no batch')
  })
})

describe('an iterator', () => {
  it('may be left early, and asked before it has answered', async () => {
    const table = dataset.variants('all', { batchRows: 1 })
    for await (const batch of table) {
      expect(batch[0]?.pos).toBe(1000)
      break
    }
    const iterator = table.batches()
    const three = await Promise.all([iterator.next(), iterator.next(), iterator.next()])
    expect(three.map(({ value }) => value?.[0]?.alt)).toEqual(['G', 'CA', 'T'])
    await iterator.return()
    expect(await iterator.next()).toEqual({ value: undefined, done: true })
  })

  it('says what is wrong when it is first asked', async () => {
    const table = dataset.variants('aff<0.1')
    await expect(table.toArray()).rejects.toMatchObject({ code: 'ERR_VARIDEX_EXPRESSION' })
    await expect(table.toIPC()).rejects.toMatchObject({ code: 'ERR_VARIDEX_EXPRESSION' })
  })
})

describe('Arrow', () => {
  it('reads all of a table', async () => {
    const table = tableFromIPC(await dataset.variants('all', { batchRows: 2 }).toIPC())
    expect(table.numRows).toBe(5)
    expect(table.batches).toHaveLength(3)
    expect(table.schema.fields.map(({ name }) => name)).toEqual([
      'chrom', 'pos', 'id', 'ref', 'alt', 'type', 'filter', 'gene', 'consequence', 'impact',
      'ac', 'an', 'af', 'n_het', 'n_hom', 'n_hemi', 'n_missing',
    ])
    // 64 bits are BigInt in Arrow, and numbers in rows
    expect([...(table.getChild('pos') ?? [])]).toEqual([1000n, 2000n, 2000n, 3000n, 50000000n])
    const rows = await dataset.variants('all').toArray()
    const same = table.toArray().map((row) => Object.fromEntries(
      Object.entries(row.toJSON()).map(([key, cell]) => [key, typeof cell === 'bigint' ? Number(cell) : cell]),
    ))
    expect(same).toEqual(rows)
  })

  it('reads batch by batch', async () => {
    const reader = await RecordBatchReader.from(dataset.carriers('all', { batchRows: 3 }).ipc())
    let rows = 0
    for await (const batch of reader) rows += batch.numRows
    expect(rows).toBe((await dataset.carriers('all').toArray()).length)
  })

  it('has the columns of an empty table', async () => {
    const table = tableFromIPC(await dataset.variants('chr21:1-10').toIPC())
    expect([table.numRows, table.numCols]).toEqual([0, 17])
  })

  it('gives memory that may be written to', async () => {
    const bytes = await dataset.variants('all').toIPC()
    bytes.fill(0)
    for await (const part of dataset.variants('all').ipc()) part.fill(0)
    await dataset.verify()
  })
})
