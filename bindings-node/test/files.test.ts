// Who reads the files that expressions name: only `@` marks one, and a dataset may be opened without.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { cohort, folder, varidex } from './cohort.js'

let path: string
let list: string
let bed: string
beforeAll(async () => {
  ({ path } = await cohort())
  const at = folder()
  list = join(at, 'ids.txt')
  bed = join(at, 'capture.bed')
  writeFileSync(list, '# two\nCLEO\n\nANNA\n')
  writeFileSync(bed, 'chr21\t999\t1000\n21\t2999\t3000\n')
})

const message = 'no files are read here'

describe('files behind @', () => {
  it('are read, in text and in JSON', async () => {
    const dataset = await varidex.open(path)
    expect((await dataset.ask(`samples(@"${list}")`)).idsSync()).toEqual(['P1', 'P3'])
    expect(dataset.askSync({ samples: { file: list } }).idsSync()).toEqual(['P1', 'P3'])
    const rows = await dataset.variants(`regions(@"${bed}")`).toArray()
    expect(rows.map(({ id }) => id)).toEqual(['rs1', 'rs3'])
    const group = await dataset.ask('samples(CLEO, ANNA)')
    const counted = await dataset.frequency('rs1', { group: `samples(@"${list}")` })
    expect(counted).toEqual(await dataset.frequency('rs1', { group }))
  })

  it('are what nothing else is', async () => {
    const dataset = varidex.openSync(path)
    expect(dataset.askSync({ samples: 'ANNA' }).idsSync()).toEqual(['P1'])
    const wrong = [
      `samples("${list}")`, { samples: list }, '@ids.txt', 'carriers(id:@rs.txt)',
      `carriers(regions("${bed}"))`, { carriers: { of: { regions: bed } } },
    ]
    for (const text of wrong) {
      await expect(dataset.ask(text), String(text)).rejects.toMatchObject({ code: 'ERR_VARIDEX_EXPRESSION' })
    }
  })

  it('are an error where a dataset is opened without', async () => {
    for (const strict of [await varidex.open(path, { files: false }), varidex.openSync(path, { files: false })]) {
      const refused = { code: 'ERR_VARIDEX_EXPRESSION', message: expect.stringContaining(message) }
      for (const text of [`samples(@"${list}")`, { samples: { file: list } }, 'samples(@/dev/zero)']) {
        await expect(strict.ask(text)).rejects.toMatchObject(refused)
        await expect(strict.variants('all', { group: text }).toArray()).rejects.toMatchObject(refused)
      }
      await expect(strict.variants(`regions(@"${bed}")`).toArray()).rejects.toMatchObject(refused)
    }
    expect(() => varidex.openSync(path, { files: 'no' as any })).toThrow(TypeError)
    expect(() => varidex.openSync(path, { file: false } as any)).toThrow(TypeError)
  })

  it('are bounded, and not shown', async () => {
    const dataset = await varidex.open(path)
    const wrong = join(folder(), 'wrong.txt')
    writeFileSync(wrong, 'ANNA\nsecret\n')
    const error = await dataset.ask(`samples(@"${wrong}")`).catch((error) => error)
    expect(error).toMatchObject({ code: 'ERR_VARIDEX_INPUT', file: wrong, line: 2 })
    expect(error.message).not.toContain('secret')
    await expect(dataset.ask('samples(@/no/such/file)')).rejects.toMatchObject({ code: 'ENOENT' })
    if (process.platform === 'linux') {
      await expect(dataset.ask('samples(@/dev/zero)')).rejects.toThrow('found a device')
    }
  })
})
