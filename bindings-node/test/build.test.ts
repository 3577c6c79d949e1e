// Options of a build that change genotypes.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { folder, varidex } from './cohort.js'

const sites = fileURLToPath(new URL('../../docs/counting/sites.vcf', import.meta.url))
const people = fileURLToPath(new URL('../../docs/counting/sexes.ped', import.meta.url))

describe('ploidy by sex', () => {
  it('changes genotypes on X and Y, and is reported', async () => {
    const dataset = await varidex.build(sites, join(folder(), 'x.vdx'), { people, sexPloidy: true })
    expect((await dataset.info()).sexPloidy).toBe(true)
    expect(dataset.report?.sexPloidy).toMatchObject({ males: 2, females: 2, others: 0, haploid: 6, missing: 4 })
    expect(dataset.report?.sexPloidy?.reasons[0]?.places[0]?.found).toBe('M1 0/1')
    expect(await dataset.frequency('x_diploid')).toMatchObject({ ac: 4, an: 6 })
  })

  it('is what is written without it', async () => {
    const dataset = await varidex.build(sites, join(folder(), 'x.vdx'), { people })
    expect((await dataset.info()).sexPloidy).toBe(false)
    expect(dataset.report?.sexPloidy).toBeNull()
    expect(await dataset.frequency('x_diploid')).toMatchObject({ ac: 5, an: 8 })
  })

  it('needs people', async () => {
    const built = varidex.build(sites, join(folder(), 'x.vdx'), { sexPloidy: true })
    await expect(built).rejects.toMatchObject({ message: expect.stringContaining('people with their sexes') })
  })
})
