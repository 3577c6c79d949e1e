// Counts of datasets beside the alleles of somebody's file.

import {
  expression, options, optional, path, runLong, several, text, whole,
  type Expression, type Long, type PathLike,
} from './arguments.js'
import { Dataset, datasetHeldBy } from './dataset.js'
import { wrongArgument } from './errors.js'
import { Group, heldBy } from './group.js'
import { part, Table, type AnnotationRow, type TableOptions } from './table.js'
import { NativeAnnotation, type AnnotateSettings, type AnnotateSummary, type Cancel } from '../native/binding.js'

/** A dataset to annotate with, and what is counted in it. */
export interface AnnotateWith {
  dataset: Dataset
  /** Only these people; everybody by default. */
  group?: Group | Expression | undefined
  /** Also by the values of these fields, as in `frequencies`. */
  by?: string | string[] | undefined
}

/** A dataset, or several by the names that INFO keys and columns begin with. */
export type Cohorts = Dataset | AnnotateWith | Record<string, Dataset | AnnotateWith>

/** Options of `annotateFile`. */
export interface AnnotateOptions extends Long {
  /** Only records with an ALT of which this holds in each of the datasets, such as `af<0.01 | ac=0`. */
  filter?: string | undefined
  /** Threads that work; as many as the machine has by default. */
  threads?: number | undefined
}

function cohort(name: string | null, value: unknown): (to: NativeAnnotation, cancel: Cancel | null) => Promise<void> {
  const shown = name === null ? 'cohorts' : `cohorts.${name}`
  const given = value instanceof Dataset ? { dataset: value } : value as AnnotateWith
  if (typeof given !== 'object' || given === null) throw wrongArgument(shown, 'a Dataset, or an object with one', value)
  const { dataset, group, by } = options(given, ['dataset', 'group', 'by'])
  const held = datasetHeldBy(`${shown}.dataset`, dataset)
  const fields = several(`${shown}.by`, by, text)
  const asked = group === undefined || group instanceof Group ? group : expression(`${shown}.group`, group)
  return async (to, cancel) => {
    const within = typeof asked === 'string' ? await held.ask(asked, cancel) : asked === undefined ? null : heldBy(asked)
    to.add(held, name, within, fields)
  }
}

/** The datasets that are given; what is wrong with them is said now, and groups are asked for later. */
function read(cohorts: Cohorts): (cancel: Cancel | null) => Promise<NativeAnnotation> {
  const one = cohorts instanceof Dataset || (cohorts as AnnotateWith | undefined)?.dataset instanceof Dataset
  if (!one && (typeof cohorts !== 'object' || cohorts === null)) throw wrongArgument('cohorts', 'a Dataset, or several by their names', cohorts)
  const all = one ? [cohort(null, cohorts)] : Object.entries(cohorts).map(([name, value]) => cohort(name, value))
  return async (cancel) => {
    const annotation = new NativeAnnotation()
    for (const add of all) await add(annotation, cancel)
    return annotation
  }
}

/**
 * The alleles of a VCF or BCF file in its order, a row each, with their counts in one dataset or several; computed while
 * they are read, in bounded memory. `ac` is 0 of an allele that a dataset does not have, and `an` is null where somebody
 * was not looked at.
 *
 * ```js
 * const cohorts = { all: dataset, finns: { dataset, group: 'population:FIN' } }
 * for await (const batch of varidex.annotate('case.vcf.gz', cohorts)) {
 *   for (const { pos, alt, all_ac, finns_af } of batch) console.log(pos, alt, all_ac, finns_af)
 * }
 * ```
 */
export function annotate(input: PathLike, cohorts: Cohorts, given?: TableOptions): Table<AnnotationRow> {
  const from = path('input', input)
  const { signal, ...rows } = options(given, ['signal', 'batchRows', 'columns', 'offset', 'limit'])
  const asked = part(rows)
  const bind = read(cohorts)
  const begin = async (cancel: Cancel | null) => (await bind(cancel)).table(from, asked, cancel)
  return Table.of<AnnotationRow>(begin, signal, `annotate: ${from}`)
}

/**
 * Writes a VCF or BCF file again, with counts of datasets beside each allele as INFO fields, NAME_AC and so on (`VDX_AC`
 * of one that is not named): VCF of VCF, BCF of BCF. The file appears whole or not at all.
 */
export async function annotateFile(
  input: PathLike,
  cohorts: Cohorts,
  output: PathLike,
  given?: AnnotateOptions,
): Promise<AnnotateSummary> {
  const [from, to] = [path('input', input), path('output', output)]
  const asked = options(given, ['signal', 'onProgress', 'filter', 'threads'])
  const settings: AnnotateSettings = {}
  const filter = optional('options.filter', asked.filter, text)
  if (filter !== undefined) settings.filter = filter
  const threads = optional('options.threads', asked.threads, whole(1))
  if (threads !== undefined) settings.threads = threads
  const bind = read(cohorts)
  return runLong(asked, async (progress, cancel) =>
    (await bind(cancel)).write(from, to, settings, progress, cancel))
}
