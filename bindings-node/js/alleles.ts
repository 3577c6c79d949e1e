// Columns of alleles.

import { text } from './arguments.js'
import { wrongArgument } from './errors.js'

/** @internal Columns of equal length; `chrom` may be one name for all. */
export function columns(
  chrom: string | readonly string[],
  pos: ArrayLike<number>,
  ref: readonly string[],
  alt: readonly string[],
) {
  const list = (name: string, value: readonly string[]): string[] => {
    if (!Array.isArray(value)) throw wrongArgument(name, 'an array of strings', value)
    value.forEach((item, i) => text(`${name}[${i}]`, item))
    return value
  }
  if (typeof pos !== 'object' || pos === null || typeof pos.length !== 'number') {
    throw wrongArgument('pos', 'an array of numbers', pos)
  }
  const check = (value: number, i: number): number => {
    if (!Number.isInteger(value) || value < 1 || value > 0x7fff_ffff) {
      throw wrongArgument(`pos[${i}]`, 'a whole number from 1 to 2147483647', value)
    }
    return value
  }
  const alleles = {
    chrom: typeof chrom === 'string'
      ? new Array<string>(pos.length).fill(chrom)
      : list('chrom', chrom),
    pos: pos instanceof Int32Array ? pos : Int32Array.from(pos, check),
    ref: list('ref', ref),
    alt: list('alt', alt),
  }
  for (const name of ['chrom', 'ref', 'alt'] as const) {
    if (alleles[name].length !== pos.length) {
      const expected = `as long as "pos", which has ${pos.length} items`
      throw wrongArgument(name, expected, alleles[name].length)
    }
  }
  return alleles
}
