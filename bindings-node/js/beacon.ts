// A beacon: requests of Beacon 2, answered.

import { options, optional, path, run, text, type Abortable, type PathLike } from './arguments.js'
import { wrongArgument } from './errors.js'
import * as binding from '../native/binding.js'
import type { BeaconResponse, NativeBeacon } from '../native/binding.js'

/** What somebody may be answered: the host decides it, from whom it has authenticated. */
export interface Access {
  /** The most that an answer may say; `boolean` by default. */
  granularity?: 'boolean' | 'count' | 'record' | undefined
}

/** A request, but for its path. */
export interface BeaconRequest extends Abortable {
  /** What stands behind `?`, percent-encoded as it came. */
  query?: string | undefined
  /** JSON: bytes, text, or an object. A request with a body is a POST, one without is a GET. */
  body?: Uint8Array | string | object | undefined
  /** Who asks. Without it the answer says whether there is anything, no more; nothing in a request raises it. */
  access?: Access | undefined
  /** Whom you take the asker for: a beacon with a ledger has budgets for each; without one it is anybody, who share theirs. */
  asker?: string | undefined
}

function bytes(name: string, value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (typeof value === 'string') return Buffer.from(value)
  if (typeof value !== 'object' || value === null) throw wrongArgument(name, 'bytes, of type string or an object', value)
  return Buffer.from(JSON.stringify(value))
}

function json(name: string, value: unknown): string {
  if (typeof value !== 'object' || value === null) throw wrongArgument(name, 'of type object', value)
  return JSON.stringify(value)
}

/**
 * A beacon over the datasets that a configuration names: `openBeacon` makes one. Any number of requests can be
 * answered at the same time, on Node's thread pool.
 */
export class Beacon {
  readonly #held: NativeBeacon

  private constructor(held: NativeBeacon) {
    this.#held = held
  }

  /** @internal */
  static of(held: NativeBeacon): Beacon {
    return new Beacon(held)
  }

  /**
   * Answers a request. `path` is what stands below the root of the beacon, percent-encoded as it came. What cannot be
   * answered is a response, too, with its status: only wrong arguments, `access` among them, are thrown.
   *
   * ```js
   * const { status, body } = await beacon.answer('/g_variants', {
   *   query: 'referenceName=22&start=16050074&referenceBases=A&alternateBases=G', access: { granularity: 'count' },
   * })
   * ```
   */
  async answer(to: string, given?: BeaconRequest): Promise<BeaconResponse> {
    const of = text('path', to)
    const asked = options(given, ['query', 'body', 'access', 'asker', 'signal'])
    const query = optional('options.query', asked.query, text) ?? ''
    const body = optional('options.body', asked.body, bytes) ?? null
    const access = optional('options.access', asked.access, json) ?? null
    const asker = optional('options.asker', asked.asker, text) ?? null
    return run(asked.signal, (cancel) => this.#held.answer(of, query, body, access, asker, cancel))
  }
}

/**
 * Opens a beacon: a configuration (TOML), and the datasets that it names.
 *
 * ```js
 * const beacon = await varidex.openBeacon('beacon.toml')
 * ```
 */
export async function openBeacon(config: PathLike, given?: Abortable): Promise<Beacon> {
  const from = path('config', config)
  const { signal } = options(given, ['signal'])
  return Beacon.of(await run(signal, (cancel) => binding.openBeacon(from, cancel)))
}
