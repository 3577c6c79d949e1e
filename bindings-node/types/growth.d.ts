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
