import { type Abortable, type Expression } from './arguments.js';
import { inspectKey } from './inspect.js';
import { Table, type Cell, type TableOptions } from './table.js';
import type { PlannedPart, ShownPeople } from '../native/binding.js';
/** How much answers may say. Keys are those of files of policies; what is left out is as said here. */
export interface Policy {
    /** Its name. */
    name: string;
    /** What it is meant for, and where its numbers are from. */
    description?: string | undefined;
    /** Where its numbers are published. */
    sources?: string[] | undefined;
    /** The most that an answer says: whether there is anybody, how many, or who; `boolean` by default. */
    granularity?: 'boolean' | 'count' | 'record' | undefined;
    /** Fewer people, or copies of an allele, are not shown; 0 by default. */
    floor?: {
        people?: number | undefined;
        alleles?: number | undefined;
    } | undefined;
    /** Whether the floor is for those who do not have it, too; true by default. */
    two_tailed?: boolean | undefined;
    /** What is said of nobody: the same as of fewer than the floor, the default, or zero. */
    zero?: 'hidden' | 'shown' | undefined;
    /** Numbers are shown rounded to a multiple of this, halves up, and never below the floor; 1, the default, is exact. */
    rounding?: number | undefined;
    /** A dataset with fewer people is not answered of at all, and no variant is counted in a group of fewer; 0 by default. */
    smallest_cohort?: number | undefined;
    /** What the dataset must be seen for: a purpose of `view`. */
    purpose?: string | undefined;
    /** Whether variants may be asked for together with what is recorded of people; false by default. */
    combine?: boolean | undefined;
    /** Fields that groups may be made by where variants are counted; without the list all may. */
    strata?: string[] | undefined;
    /** Answers are of a state of the people that moves when this many changed; 0, the default, is always the newest. Kept by the host. */
    epoch?: number | undefined;
    /** What an asker may ask for in all, of a host that keeps it in a ledger. */
    budget?: {
        rare_p?: number | undefined;
        sites_per_person?: number | undefined;
        influence?: number | undefined;
    } | undefined;
}
/**
 * What is said of a number: that it is exact, that it is rounded, that it is capped, or that it may not be shown; of a row of counts what is
 * said of the less exact of `ac` and `an`. Capped is the number of those who may still be counted for this asker, under a budget of
 * influence: others are counted as if they had the other allele. It may be any number of them away from the truth.
 */
export type ShownStatus = 'exact' | 'rounded' | 'capped' | 'withheld';
/** A row of `frequencies` under a policy. */
export interface ShownFrequencyRow {
    chrom: string;
    /** 1-based, as in VCF. */
    pos: number;
    id: string | null;
    ref: string;
    alt: string | null;
    /** Copies that carry the allele; null where that is withheld. */
    ac: number | null;
    /** Copies with a known allele; null where that is withheld, or somebody was not looked at. */
    an: number | null;
    /** ac / an. */
    af: number | null;
    /** Null where numbers by zygosity are withheld. */
    n_het: number | null;
    n_hom: number | null;
    n_hemi: number | null;
    /** Of `ac`. */
    status: ShownStatus;
    /** The values that it is counted by, `all` in each of them for everybody; null where none is known. */
    [column: string]: Cell;
}
/** A row of `people` under a policy. */
export interface ShownPeopleRow {
    /** Null where it is withheld. */
    people: number | null;
    /** Of `people`. */
    status: ShownStatus;
    /** The values of the fields; null where none is known. */
    [field: string]: Cell;
}
/** A row of `findTerms` under a policy. */
export interface ShownTerm {
    id: string | null;
    label: string | null;
    /** Of how many people it or something more special is recorded; null where that is withheld. */
    people: number | null;
    /** Of `people`. */
    status: ShownStatus;
}
/** Options of `underPolicy`. */
export interface PolicyOptions extends Abortable {
    /** The file of a ledger, which is made where there is none. */
    ledger?: string;
    /** A file of 32 bytes or more that nobody else knows. */
    ledgerSecret?: string;
    /** Whom you take the asker for. */
    asker?: string;
    /** Names the people of the dataset, in every state of it. */
    population?: string;
}
/** Options of `people` under a policy. */
export interface ShownPeopleOptions extends TableOptions {
    /** The field, or two: `sex`, `population`, …; `age`; a term (`HP:0001250`). */
    by: string | string[];
}
/** Options of `frequencies` under a policy. */
export interface ShownFrequencyOptions extends TableOptions {
    /** An expression that picks a group; everybody by default. */
    group?: Expression | undefined;
    /** Count by the values of these fields, two at most. */
    by?: string | string[] | undefined;
}
/**
 * A dataset under a policy: it counts, and says whether there is anybody; nothing that it gives is of one person. Each
 * answer is of who has not withdrawn when it is asked for. It keeps what it needs, also when the dataset is closed.
 *
 * ```js
 * const shown = await dataset.underPolicy('omop')
 * const { exists, count, status } = await shown.ask('carriers(gene:RYR1)')
 * for await (const batch of shown.frequencies('gene:RYR1', { by: 'sex' })) console.log(batch)
 * ```
 */
export declare class PolicyView {
    #private;
    private constructor();
    /** What who asks should know: that people withdrew since the last question, or that a budget is not kept; null most often. */
    get note(): string | null;
    /** The policy, with all its rules. */
    get policy(): Policy;
    /**
     * How many people an expression picks. `exists` and `count` are null where they are withheld, and then nothing
     * distinguishes few from nobody, unless the policy shows zero.
     */
    ask(who: Expression, given?: Abortable): Promise<ShownPeople>;
    /** `ask`, here and now. */
    askSync(who: Expression): ShownPeople;
    /** How a question will be answered: of each part what is asked, and how it is found. No number is said. */
    explain(who: Expression, given?: Abortable): Promise<PlannedPart[]>;
    /** How many people have each value of one field, or of two. */
    people(given: ShownPeopleOptions): Table<ShownPeopleRow>;
    /**
     * Counts of variants, of everybody or of a group, and by one field or two. Variants of which nothing may be shown are not
     * there. The table has no pages by `after`: `offset` and `limit` pick rows.
     */
    frequencies(where: Expression, given?: ShownFrequencyOptions): Table<ShownFrequencyRow>;
    /** Whether there is a variant of which anything may be shown; null where that is withheld. */
    hasVariants(where: Expression, given?: Abortable): Promise<boolean | null>;
    /**
     * The terms of which it may be shown of how many people they, or something more special, are recorded; with a text those
     * that have its words in their ids, labels or synonyms.
     */
    findTerms(words?: string, given?: TableOptions): Table<ShownTerm>;
    /** What `console.log` prints. */
    [inspectKey](): string;
}
