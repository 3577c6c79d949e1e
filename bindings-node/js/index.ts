/**
 * Varidex: an embedded index of a cohort's variants and its people.
 *
 * Positions are 1-based, as in VCF. Everything that takes time, or may read a file, is a promise and
 * runs on Node's thread pool; what ends with `Sync` is the same here and now, for questions that take
 * microseconds. Counts are numbers: no dataset comes near 2^53.
 */

import * as binding from '../native/binding.js'
import {
  flag, now, number, optional, options, path, run, runLong, several, text, whole,
  type Abortable, type Long, type PathLike,
} from './arguments.js'
import { Dataset } from './dataset.js'
import {
  compaction, growth, LONG, PEOPLE, peopleFiles, READING, settingsOf, stated, type AddOptions, type BuildOptions, type CompactOptions,
  type CompactReport, type PeopleOptions,
} from './growth.js'
import type { BuildReport, PeopleFiles, PeopleReport, Simulated } from '../native/binding.js'

export { AbortError, VaridexError, type ErrorCode, type ErrorDetails } from './errors.js'
export type { Abortable, Expression, Long, PathLike, Progress } from './arguments.js'
export { Dataset, type ExportSummary, type Genotypes, type Haplotypes, type ManyFrequencies } from './dataset.js'
export type {
  BlockOptions, CarrierOptions, Counted, Explanation, ExportOptions, FrequencyOptions, GroupOption, IndividualRecord, Paged, RecordFormat,
  SiteOptions, Step,
} from './questions.js'
export type { AddOptions, BuildOptions, CompactOptions, CompactReport, PeopleOptions } from './growth.js'
export type { ConsentOptions, DecisionReport, ViewOptions, Withdrawal } from './decisions.js'
export {
  PolicyView, type Policy, type PolicyOptions, type ShownFrequencyOptions, type ShownFrequencyRow, type ShownPeopleOptions, type ShownPeopleRow,
  type ShownStatus, type ShownTerm,
} from './shown.js'
export {
  openPublished, Published, type PublishedInfo, type PublishedOptions, type PublishedRow, type PublishedSiteOptions, type PublishOptions,
  type PublishReport, type StratumLeak,
} from './published.js'
export { Beacon, openBeacon, type Access, type BeaconRequest } from './beacon.js'
export { Group } from './group.js'
export { annotate, annotateFile, type AnnotateOptions, type AnnotateWith, type Cohorts } from './annotate.js'
export {
  Table, type AnnotationRow, type CarrierRow, type CohortRow, type CompoundRow, type CountColumns, type FoundGene, type FoundTerm,
  type FrequencyRow, type OntologyRow, type Page, type SampleRow, type SnapshotRow, type TableOptions, type VariantRow,
} from './table.js'
export type {
  AnnotateSummary, AnnotateTally, AnnotationReport, AttributeCount, BeaconResponse, BuildReport, BuildWarning, ContigRows, Frequency, Info, InfoKey, PeopleCount,
  PeopleRefusal, PeopleReport, PeopleWarning, PlannedPart, PublishedCounts, Ranked, RefusedPlace, RefusedRecords, SectionSize,
  SexPloidyReport, ShownPeople, Simulated, SimulatedFile, TermCount,
} from '../native/binding.js'

/** This version. */
export const version: string = binding.version()

/** How much memory loading people may take, and how many states are kept. */
export interface Memory {
  /** So many states of the dataset can be opened after, the new one among them; 1 by default. */
  keep?: number | undefined
  /** Memory to use at most, about: bytes, beside some for each person. 1 GiB by default. */
  memory?: number | undefined
}

/** How a dataset is opened. */
export interface OpenOptions {
  /**
   * Whether expressions may name files behind `@`, as in `samples(@ids.txt)`: they are read by the
   * rights of this process. True by default; false for expressions of strangers, as a server gets them.
   */
  files?: boolean | undefined
  /** An earlier state that is kept, by its id or the first digits of it: `snapshots` of a dataset lists them. */
  snapshot?: string | undefined
}

function readsFiles({ files }: OpenOptions): boolean {
  return optional('options.files', files, flag) ?? true
}

/**
 * Opens a dataset: cheap, for nothing is read before it is asked for.
 *
 * Its files must not be changed in place: where another program cuts one that is open, the process ends
 * (SIGBUS). Builds, and what loads people, write new files.
 *
 * ```js
 * import * as varidex from 'varidex'
 * const dataset = await varidex.open('cohort.vdx')
 * console.log((await dataset.ask('carriers(22:16050075:A:G)')).count)
 * ```
 */
export async function open(dataset: PathLike, given?: Abortable & OpenOptions): Promise<Dataset> {
  const from = path('path', dataset)
  const asked = options(given, ['signal', 'files', 'snapshot'])
  const files = readsFiles(asked)
  const snapshot = optional('options.snapshot', asked.snapshot, text)
  return Dataset.of(await run(asked.signal, (cancel) => binding.open(from, files, snapshot, cancel)))
}

/** `open`, here and now. */
export function openSync(dataset: PathLike, given?: OpenOptions): Dataset {
  const from = path('path', dataset)
  const asked = options(given, ['files', 'snapshot'])
  const files = readsFiles(asked)
  const snapshot = optional('options.snapshot', asked.snapshot, text)
  return Dataset.of(now(() => binding.openSync(from, files, snapshot)))
}

/**
 * Builds a dataset from VCF and BCF files, and opens it: `report` of the dataset says what was read,
 * stored and refused. The dataset appears whole or not at all, also where a signal stops the build.
 *
 * ```js
 * const dataset = await varidex.build('cohort.vcf.gz', 'cohort.vdx', {
 *   people: 'individuals.json', genes: 'genes.gff3.gz', ontologies: 'hp.obo',
 *   onProgress: ({ what, done, total }) => console.error(what, done, total),
 * })
 * ```
 */
export async function build(
  inputs: PathLike | PathLike[],
  output: PathLike,
  given?: BuildOptions,
): Promise<Dataset> {
  const from = several('inputs', inputs, path)
  const to = path('output', output)
  const asked = options(given, [...READING, 'force'])
  const settings = { ...settingsOf(asked), force: optional('options.force', asked.force, flag) ?? false }
  const report: BuildReport = await runLong(asked, (progress, cancel) =>
    binding.build(from, to, settings, progress, cancel))
  return Dataset.of(await run(undefined, () => binding.open(to, true, undefined)), report)
}

/**
 * Adds VCF and BCF files to the dataset in a directory, and opens its new state: `add` of a dataset is the same.
 */
export async function add(
  dataset: PathLike,
  inputs: PathLike | PathLike[],
  given?: AddOptions,
): Promise<Dataset> {
  const { report } = await growth(dataset, inputs, given)
  return Dataset.of(await run(undefined, () => binding.open(path('dataset', dataset), true, undefined)), report)
}

/**
 * Merges the segments of a dataset to fewer, with the same answers; variants of one position may come in another order. Datasets
 * that are open go on with the state that they opened. With `erase` whoever withdrew is taken out for good.
 *
 * ```js
 * const { segments, erased } = await varidex.compact('cohort.vdx', { erase: true })
 * ```
 */
export async function compact(dataset: PathLike, given?: CompactOptions): Promise<CompactReport> {
  return compaction(dataset, given)
}

/**
 * Loads what is known of people into a dataset, in the place of those that are there. Datasets that
 * are open keep the state they were opened with.
 */
export async function loadPeople(
  dataset: PathLike,
  given: PeopleOptions & Memory & Long,
): Promise<PeopleReport> {
  const to = path('path', dataset)
  const asked = options(given, [...PEOPLE, 'memory', 'keep', ...LONG])
  const memory = optional('options.memory', asked.memory, number)
  const keep = optional('options.keep', asked.keep, whole(1))
  const files = stated<PeopleFiles>({ ...peopleFiles(asked), memory, keep })
  return runLong(asked, (progress, cancel) => binding.loadPeople(to, files, progress, cancel))
}

/** A mapping for a table of people, in TOML, to be looked over and given as `peopleMap`. */
export async function guessMapping(table: PathLike, given?: Abortable): Promise<string> {
  const from = path('table', table)
  const { signal } = options(given, ['signal'])
  return run(signal, (cancel) => binding.guessMapping(from, cancel))
}

/** What to simulate. */
export interface SimulateOptions extends Long {
  /** People. */
  samples?: number | undefined
  /** ALT alleles. */
  variants?: number | undefined
  /** Same seed and options, same bytes. */
  seed?: number | undefined
  /** Format of the genotypes. */
  format?: 'vcf' | 'vcf.gz' | 'bcf' | undefined
  /** The contig. */
  contig?: string | undefined
  /** Its length. */
  contigLength?: number | undefined
  /** First base that can vary, 1-based. */
  start?: number | undefined
  /**
   * Also what is recorded of people, an ontology to ask for it, genes, families, and the true answers of
   * questions about them.
   */
  people?: boolean | undefined
  /** Consequences in the file of genotypes, too; with people by default. */
  annotations?: boolean | undefined
  /** Children with both parents in the cohort; with people two in a hundred by default. */
  trios?: number | undefined
  /** Replace files of an earlier run. */
  force?: boolean | undefined
}

/** Writes a synthetic cohort with the true answers to a directory. */
export async function simulate(directory: PathLike, given?: SimulateOptions): Promise<Simulated> {
  const to = path('directory', directory)
  const asked = options(given, [
    'samples', 'variants', 'seed', 'format', 'contig', 'contigLength', 'start', 'people',
    'annotations', 'trios', 'force', ...LONG,
  ])
  const settings = stated<binding.SimulateSettings>({
    samples: optional('options.samples', asked.samples, whole(0)),
    variants: optional('options.variants', asked.variants, whole(0)),
    seed: optional('options.seed', asked.seed, whole(0)),
    format: optional('options.format', asked.format, text),
    contig: optional('options.contig', asked.contig, text),
    contigLength: optional('options.contigLength', asked.contigLength, whole(1)),
    start: optional('options.start', asked.start, whole(1)),
    people: optional('options.people', asked.people, flag),
    annotations: optional('options.annotations', asked.annotations, flag),
    trios: optional('options.trios', asked.trios, whole(0)),
    force: optional('options.force', asked.force, flag),
  })
  return runLong(asked, (progress, cancel) => binding.simulate(to, settings, progress, cancel))
}
