// What questions of a dataset are given, and what some of them answer.

import type { Abortable, Expression, Long, PathLike } from './arguments.js'
import type { Group } from './group.js'
import type { TableOptions } from './table.js'
import type { Explanation as NativeExplanation, Step as NativeStep } from '../native/binding.js'

/** A part of a question, as it was run. */
export interface Step extends NativeStep {
  /** @deprecated `segmentsSkipped` */
  readonly segmentsPassedBy: number
  /** @deprecated `individuals` */
  readonly people: number
}

/** What was done to answer a question. */
export interface Explanation extends NativeExplanation {
  /** The parts, in the order they were run. */
  steps: Step[]
  /** @deprecated `individuals` */
  readonly people: number
}

/** Options of what can be asked about some people only. */
export interface GroupOption {
  /** A group, or an expression that picks one; everybody by default. */
  group?: Group | Expression | undefined
}

/** Options of one table. */
export interface Counted extends TableOptions, GroupOption {}

/** Options of tables that are read in pages. */
export interface Paged extends Counted {
  /** Only rows behind those of a page: the `after` that `Table.page` gave for the same question. */
  after?: string | undefined
}

/** Options of blocks of genotypes. */
export interface BlockOptions extends Abortable, GroupOption {
  /** Variants of a block at most, 4,096 by default; fewer where that were more than 64 MiB. */
  rows?: number | undefined
}

/** How the record of an individual is written. */
export type RecordFormat = 'phenopacket' | 'beacon' | 'text'

/** What is recorded of an individual, put together again from what is stored. */
export interface IndividualRecord {
  /** A Phenopacket 2 (a Family, where a place in one is stored) or an individual of Beacon 2; lines of text to read. */
  record: unknown
  /** What the format has no place for. */
  noPlace: string[]
  /** What datasets do not store. */
  notStored: string[]
}

/** Options of `frequencies`. */
export interface FrequencyOptions extends Paged {
  /**
   * Count by the values of these, a column each: `population`, `sex`, …; `age` or `age(18,40,65)`; a term
   * (`HP:0001250`); `NAME=GROUP` for groups of one's own.
   */
  by?: string | string[] | undefined
  /** Compare these with `controls`: odds ratio, and Fisher's exact test of the alleles. */
  cases?: Group | string | undefined
  /** Whom cases are compared with; nobody can be both. */
  controls?: Group | string | undefined
}

/** Options of `siteFrequencies`. */
export type SiteOptions = Omit<FrequencyOptions, 'cases' | 'controls' | 'after'>

/** Options of `carriers`. */
export interface CarrierOptions extends Paged {
  /** A PED or FAM file: only children of its trios, and from whom they have the variant. */
  trio?: PathLike | undefined
}

/** Options of `export`. */
export interface ExportOptions extends Long, GroupOption {
  /** Threads that compress; as many as the machine has by default. */
  threads?: number | undefined
}
