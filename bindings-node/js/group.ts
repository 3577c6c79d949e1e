// Groups of people.

import { expression, now, options, run, text, type Abortable, type Expression } from './arguments.js'
import { wrongArgument } from './errors.js'
import { inspected, inspectKey } from './inspect.js'
import { renamed } from './renamed.js'
import type { NativeGroup, Ranked } from '../native/binding.js'

/** The native part of a group, for this package alone. */
const native = new WeakMap<Group, NativeGroup>()

/** @internal */
export function heldBy(group: Group): NativeGroup {
  const held = native.get(group)
  if (held === undefined) throw wrongArgument('group', 'a Group', group)
  return held
}

/** The native part of another group of the same dataset, or whom an expression picks in it. */
function beside(group: Group, other: Group | Expression): NativeGroup {
  return other instanceof Group
    ? heldBy(other)
    : heldBy(group).askBeside(expression('other', other))
}

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
export class Group implements Iterable<string> {
  /** @internal */
  static of(held: NativeGroup): Group {
    const group = new Group()
    native.set(group, held)
    return group
  }

  private constructor() {}

  /**
   * How many people: each once, however many samples there are; a sample of which no person is known
   * as one of its own.
   */
  get count(): number {
    return heldBy(this).count
  }

  /** Whether there is anybody. */
  get exists(): boolean {
    return this.count > 0
  }

  /** The expression that picked them. */
  get expression(): string {
    return heldBy(this).label
  }

  /**
   * What who asks should know: that a part of the question is probably meant otherwise, and that counts are
   * of samples where somebody has several.
   */
  get notes(): string[] {
    return heldBy(this).notes
  }

  /** The state of the dataset that they are of. */
  get snapshot(): string {
    return heldBy(this).snapshot
  }

  /**
   * Their ids, each once: those of people, and names of samples of which no person is known. In the
   * order of samples; the most similar first where a similarity was asked for.
   */
  async ids(given?: Abortable): Promise<string[]> {
    const { signal } = options(given, ['signal'])
    return run(signal, (cancel) => heldBy(this).ids(cancel))
  }

  /** `ids`, here and now. */
  idsSync(): string[] {
    return now(() => heldBy(this).idsSync())
  }

  /** `ids` with their scores of similarity; null where none was asked for. */
  async ranked(given?: Abortable): Promise<Ranked[]> {
    const { signal } = options(given, ['signal'])
    return run(signal, (cancel) => heldBy(this).ranked(cancel))
  }

  /** Whether somebody with this id is among them: a person, or a sample by its name. */
  has(id: string): boolean {
    text('id', id)
    return now(() => heldBy(this).has(id))
  }

  /** The numbers of their samples: places in `dataset.samples()`. A copy. */
  samples(): Uint32Array {
    return now(() => heldBy(this).samples())
  }

  /** Those of both groups; of an expression, here and in what follows, whom it picks, asked here and now. */
  and(other: Group | Expression): Group {
    return now(() => Group.of(heldBy(this).and(beside(this, other))))
  }

  /** Those of either group. */
  or(other: Group | Expression): Group {
    return now(() => Group.of(heldBy(this).or(beside(this, other))))
  }

  /** Those of this group that are not in the other. */
  difference(other: Group | Expression): Group {
    return now(() => Group.of(heldBy(this).difference(beside(this, other))))
  }

  /** @deprecated `difference` */
  without(other: Group | Expression): Group {
    renamed('Group.without', 'difference')
    return this.difference(other)
  }

  /** Those of just one of the groups. */
  xor(other: Group | Expression): Group {
    return now(() => Group.of(heldBy(this).xor(beside(this, other))))
  }

  /** All others. */
  complement(): Group {
    return now(() => Group.of(heldBy(this).complement()))
  }

  /** @deprecated `complement` */
  others(): Group {
    renamed('Group.others', 'complement')
    return this.complement()
  }

  /** Whether they are the same people of the same state of a dataset. */
  equals(other: Group): boolean {
    return heldBy(this).sameAs(heldBy(other))
  }

  /** Their ids. */
  [Symbol.iterator](): IterableIterator<string> {
    return this.idsSync()[Symbol.iterator]()
  }

  toString(): string {
    return `${this.count} people: ${this.expression}`
  }

  /** What `console.log` prints. */
  [inspectKey](): string {
    return inspected('Group', { count: this.count, expression: this.expression })
  }

  toJSON(): { expression: string; count: number } {
    return { expression: this.expression, count: this.count }
  }
}
