/**
 * Varidex: an embedded index of a cohort's variants and its people.
 *
 * Positions are 1-based, as in VCF. Everything that takes time, or may read a file, is a promise and
 * runs on Node's thread pool; what ends with `Sync` is the same here and now, for questions that take
 * microseconds. Counts are numbers: no dataset comes near 2^53.
 */
import { type Abortable, type Long, type PathLike } from './arguments.js';
import { Dataset } from './dataset.js';
import { type AddOptions, type BuildOptions, type CompactOptions, type CompactReport, type PeopleOptions } from './growth.js';
import type { PeopleReport, Simulated } from '../native/binding.js';
export { AbortError, VaridexError, type ErrorCode, type ErrorDetails } from './errors.js';
export type { Abortable, Expression, Long, PathLike, Progress } from './arguments.js';
export { Dataset, type ExportSummary, type Genotypes, type Haplotypes, type ManyFrequencies } from './dataset.js';
export type { BlockOptions, CarrierOptions, Counted, Explanation, ExportOptions, FrequencyOptions, GroupOption, IndividualRecord, Paged, RecordFormat, SiteOptions, Step, } from './questions.js';
export type { AddOptions, BuildOptions, CompactOptions, CompactReport, PeopleOptions } from './growth.js';
export type { ConsentOptions, DecisionReport, ViewOptions, Withdrawal } from './decisions.js';
export { PolicyView, type Policy, type PolicyOptions, type ShownFrequencyOptions, type ShownFrequencyRow, type ShownPeopleOptions, type ShownPeopleRow, type ShownStatus, type ShownTerm, } from './shown.js';
export { openPublished, Published, type PublishedInfo, type PublishedOptions, type PublishedRow, type PublishedSiteOptions, type PublishOptions, type PublishReport, type StratumLeak, } from './published.js';
export { Beacon, openBeacon, type Access, type BeaconRequest } from './beacon.js';
export { Group } from './group.js';
export { annotate, annotateFile, type AnnotateOptions, type AnnotateWith, type Cohorts } from './annotate.js';
export { Table, type AnnotationRow, type CarrierRow, type CohortRow, type CompoundRow, type CountColumns, type FoundGene, type FoundTerm, type FrequencyRow, type OntologyRow, type Page, type SampleRow, type SnapshotRow, type TableOptions, type VariantRow, } from './table.js';
export type { AnnotateSummary, AnnotateTally, AnnotationReport, AttributeCount, BeaconResponse, BuildReport, BuildWarning, ContigRows, Frequency, Info, InfoKey, PeopleCount, PeopleRefusal, PeopleReport, PeopleWarning, PlannedPart, PublishedCounts, Ranked, RefusedPlace, RefusedRecords, SectionSize, SexPloidyReport, ShownPeople, Simulated, SimulatedFile, TermCount, } from '../native/binding.js';
/** This version. */
export declare const version: string;
/** How much memory loading people may take, and how many states are kept. */
export interface Memory {
    /** So many states of the dataset can be opened after, the new one among them; 1 by default. */
    keep?: number | undefined;
    /** Memory to use at most, about: bytes, beside some for each person. 1 GiB by default. */
    memory?: number | undefined;
}
/** How a dataset is opened. */
export interface OpenOptions {
    /**
     * Whether expressions may name files behind `@`, as in `samples(@ids.txt)`: they are read by the
     * rights of this process. True by default; false for expressions of strangers, as a server gets them.
     */
    files?: boolean | undefined;
    /** An earlier state that is kept, by its id or the first digits of it: `snapshots` of a dataset lists them. */
    snapshot?: string | undefined;
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
export declare function open(dataset: PathLike, given?: Abortable & OpenOptions): Promise<Dataset>;
/** `open`, here and now. */
export declare function openSync(dataset: PathLike, given?: OpenOptions): Dataset;
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
export declare function build(inputs: PathLike | PathLike[], output: PathLike, given?: BuildOptions): Promise<Dataset>;
/**
 * Adds VCF and BCF files to the dataset in a directory, and opens its new state: `add` of a dataset is the same.
 */
export declare function add(dataset: PathLike, inputs: PathLike | PathLike[], given?: AddOptions): Promise<Dataset>;
/**
 * Merges the segments of a dataset to fewer, with the same answers; variants of one position may come in another order. Datasets
 * that are open go on with the state that they opened. With `erase` whoever withdrew is taken out for good.
 *
 * ```js
 * const { segments, erased } = await varidex.compact('cohort.vdx', { erase: true })
 * ```
 */
export declare function compact(dataset: PathLike, given?: CompactOptions): Promise<CompactReport>;
/**
 * Loads what is known of people into a dataset, in the place of those that are there. Datasets that
 * are open keep the state they were opened with.
 */
export declare function loadPeople(dataset: PathLike, given: PeopleOptions & Memory & Long): Promise<PeopleReport>;
/** A mapping for a table of people, in TOML, to be looked over and given as `peopleMap`. */
export declare function guessMapping(table: PathLike, given?: Abortable): Promise<string>;
/** What to simulate. */
export interface SimulateOptions extends Long {
    /** People. */
    samples?: number | undefined;
    /** ALT alleles. */
    variants?: number | undefined;
    /** Same seed and options, same bytes. */
    seed?: number | undefined;
    /** Format of the genotypes. */
    format?: 'vcf' | 'vcf.gz' | 'bcf' | undefined;
    /** The contig. */
    contig?: string | undefined;
    /** Its length. */
    contigLength?: number | undefined;
    /** First base that can vary, 1-based. */
    start?: number | undefined;
    /**
     * Also what is recorded of people, an ontology to ask for it, genes, families, and the true answers of
     * questions about them.
     */
    people?: boolean | undefined;
    /** Consequences in the file of genotypes, too; with people by default. */
    annotations?: boolean | undefined;
    /** Children with both parents in the cohort; with people two in a hundred by default. */
    trios?: number | undefined;
    /** Replace files of an earlier run. */
    force?: boolean | undefined;
}
/** Writes a synthetic cohort with the true answers to a directory. */
export declare function simulate(directory: PathLike, given?: SimulateOptions): Promise<Simulated>;
