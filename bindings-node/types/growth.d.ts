import { type Long, type PathLike } from './arguments.js';
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
/** Options of an addition. */
export interface AddOptions extends PeopleOptions, Long {
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
    /** So many states of the dataset can be opened after, the new one among them; 1 by default: `snapshots`. */
    keep?: number | undefined;
}
/** Options of a build. */
export interface BuildOptions extends AddOptions {
    /** Replace a dataset that is there already. */
    force?: boolean | undefined;
}
/** Options of merging segments. */
export interface CompactOptions extends Long {
    /**
     * Take whoever withdrew from all purposes out for good: genotypes, names, records, variants that nobody else carries,
     * decisions, and all earlier states. A hash of each id stays, by which additions refuse them.
     */
    erase?: boolean | undefined;
    /** So many states of the dataset can be opened after, the new one among them; 1 by default. An erasure keeps none before. */
    keep?: number | undefined;
    /** Worker threads; as many as the machine has by default. */
    threads?: number | undefined;
    /** Memory to use at most, about: bytes. 1 GiB by default. */
    memory?: number | undefined;
}
/** What was merged: what was before and what is now, as pairs. */
export interface CompactReport {
    segments: [number, number];
    batches: [number, number];
    bytes: [number, number];
    /** Segments that stay apart, for others of their batch have rows over the same stretch. */
    overlapping: number;
    /** Rows that were written again. */
    rows: number;
    /** Ids of samples and individuals that were erased. */
    erased: number;
    /** Who decided against some use and stays: for a purpose, later permits, a while or from a later day. */
    not_erased: number;
    /** Virtual cohorts that named somebody who was erased, and were dropped. */
    cohorts: string[];
    /** Files of the state before that could not be removed, and why not. */
    left: [string, string][];
    /** Processes that have files of the state before open, where the system says. */
    open_in: string[];
    snapshot: string;
    seconds: number;
}
