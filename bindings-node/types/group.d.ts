import { type Abortable, type Expression } from './arguments.js';
import { inspectKey } from './inspect.js';
import type { Ranked } from '../native/binding.js';
/**
 * The people that an expression picked. It cannot change, and keeps the state of the dataset it was
 * asked of, also when that is closed.
 *
 * ```js
 * const finns = await dataset.ask('population:FIN')
 * const carriers = await dataset.ask('carriers(gene:RYR1 & impact>=moderate)')
 * console.log(finns.and(carriers).count, finns.and('sex:female').count)
 * for (const id of finns.and(carriers)) console.log(id)
 * ```
 */
export declare class Group implements Iterable<string> {
    private constructor();
    /**
     * How many people: each once, however many samples there are; a sample of which no person is known
     * as one of its own.
     */
    get count(): number;
    /** Whether there is anybody. */
    get exists(): boolean;
    /** The expression that picked them. */
    get expression(): string;
    /**
     * What who asks should know: that a part of the question is probably meant otherwise, and that counts are
     * of samples where somebody has several.
     */
    get notes(): string[];
    /** The state of the dataset that they are of. */
    get snapshot(): string;
    /**
     * Their ids, each once: those of people, and names of samples of which no person is known. In the
     * order of samples; the most similar first where a similarity was asked for.
     */
    ids(given?: Abortable): Promise<string[]>;
    /** `ids`, here and now. */
    idsSync(): string[];
    /** `ids` with their scores of similarity; null where none was asked for. */
    ranked(given?: Abortable): Promise<Ranked[]>;
    /** Whether somebody with this id is among them: a person, or a sample by its name. */
    has(id: string): boolean;
    /** The numbers of their samples: places in `dataset.samples()`. A copy. */
    samples(): Uint32Array;
    /** Those of both groups; of an expression, here and in what follows, whom it picks, asked here and now. */
    and(other: Group | Expression): Group;
    /** Those of either group. */
    or(other: Group | Expression): Group;
    /** Those of this group that are not in the other. */
    difference(other: Group | Expression): Group;
    /** @deprecated `difference` */
    without(other: Group | Expression): Group;
    /** Those of just one of the groups. */
    xor(other: Group | Expression): Group;
    /** All others. */
    complement(): Group;
    /** @deprecated `complement` */
    others(): Group;
    /** Whether they are the same people of the same state of a dataset. */
    equals(other: Group): boolean;
    /** Their ids. */
    [Symbol.iterator](): IterableIterator<string>;
    toString(): string;
    /** What `console.log` prints. */
    [inspectKey](): string;
    toJSON(): {
        expression: string;
        count: number;
    };
}
