/**
 * Varidex: an embedded index of a cohort's variants and its people.
 *
 * Positions are 1-based, as in VCF. Everything that takes time, or may read a file, is a promise and
 * runs on Node's thread pool; what ends with `Sync` is the same here and now, for questions that take
 * microseconds. Counts are numbers: no dataset comes near 2^53.
 */
import { type Abortable, type Long, type PathLike } from './arguments.js';
import { Dataset } from './dataset.js';
import type { PeopleReport, Simulated } from '../native/binding.js';
export { AbortError, VaridexError, type ErrorCode, type ErrorDetails } from './errors.js';
export type { Abortable, Expression, Long, PathLike, Progress } from './arguments.js';
export { Dataset, type BlockOptions, type Counted, type Explanation, type ExportOptions, type ExportSummary, type FrequencyOptions, type CarrierOptions, type Genotypes, type GroupOption, type Haplotypes, type IndividualRecord, type ManyFrequencies, type Paged, type RecordFormat, type SiteOptions, type Step, } from './dataset.js';
export { Beacon, openBeacon, type Access, type BeaconRequest } from './beacon.js';
export { Group } from './group.js';
export { annotate, annotateFile, type AnnotateOptions, type AnnotateWith, type Cohorts } from './annotate.js';
export { Table, type AnnotationRow, type CarrierRow, type CompoundRow, type CountColumns, type FoundGene, type FoundTerm, type FrequencyRow, type OntologyRow, type Page, type SampleRow, type TableOptions, type VariantRow, } from './table.js';
export type { AnnotateSummary, AnnotateTally, AnnotationReport, AttributeCount, BeaconResponse, BuildReport, BuildWarning, ContigRows, Frequency, Info, InfoKey, PeopleCount, PeopleRefusal, PeopleReport, PeopleWarning, Ranked, RefusedPlace, RefusedRecords, SectionSize, SexPloidyReport, Simulated, SimulatedFile, TermCount, } from '../native/binding.js';
/** This version. */
export declare const version: string;
/** What is known of people. */
export interface PeopleOptions {
    /** Phenopackets, Beacon individuals, tables or pedigrees; folders of them. */
    people?: PathLike | PathLike[] | undefined;
    /** What the columns of tables of people mean. */
    peopleMap?: PathLike | undefined;
    /** OBO, OBO graphs, hierarchies as tables, SSSOM, phenotype.hpoa. */
    ontologies?: PathLike | PathLike[] | undefined;
    /** Two columns, sample and individual: of whom the samples are. */
    sampleMap?: PathLike | undefined;
    /** Tables of samples: a column `sample`, and attributes of samples, as measures of quality. */
    sampleTables?: PathLike | PathLike[] | undefined;
}
/** Options of a build. */
export interface BuildOptions extends PeopleOptions, Long {
    /** INFO keys to keep as typed columns. */
    info?: string | string[] | undefined;
    /** Reference sequence to trim and left-align alleles against. */
    reference?: PathLike | undefined;
    /** The assembly, where the header does not say. */
    assembly?: string | undefined;
    /** Gene models: GFF3, GTF, BED or refFlat. */
    genes?: PathLike | PathLike[] | undefined;
    /** Bases on both sides of each gene that count as the gene's. */
    pad?: number | undefined;
    /** Which annotations to store: `auto`, the default, is the first of CSQ, ANN and BCSQ. */
    annotations?: 'auto' | 'csq' | 'ann' | 'bcsq' | 'none' | undefined;
    /** Genotypes with a lower GQ count as missing. */
    minGq?: number | undefined;
    /** Genotypes with a lower DP count as missing. */
    minDp?: number | undefined;
    /**
     * Genotypes on X and Y by the sexes of `people`: outside of the pseudoautosomal regions one copy in males, and none
     * known in females on Y. What that changes is in the report.
     */
    sexPloidy?: boolean | undefined;
    /**
     * BED file of the regions where genotypes of the inputs could be called: who has no record of a variant there is
     * reference, and counts in `an`.
     */
    callable?: PathLike | undefined;
    /** The same for each sample: a table with the columns sample and callable, which is a BED file, or `.`. */
    callableTable?: PathLike | undefined;
    /** Sort unsorted input instead of refusing it. */
    sort?: boolean | undefined;
    /** Refuse malformed records one by one instead of stopping at the first. */
    skipMalformed?: boolean | undefined;
    /** Worker threads; as many as the machine has by default. */
    threads?: number | undefined;
    /** Memory to use at most, about: bytes. 1 GiB by default. */
    memory?: number | undefined;
    /** Replace a dataset that is there already. */
    force?: boolean | undefined;
}
/** How much memory loading people may take. */
export interface Memory {
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
