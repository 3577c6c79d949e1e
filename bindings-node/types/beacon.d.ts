import { type Abortable, type PathLike } from './arguments.js';
import type { BeaconResponse } from '../native/binding.js';
/** What somebody may be answered: the host decides it, from whom it has authenticated. */
export interface Access {
    /** The most that an answer may say; `boolean` by default. */
    granularity?: 'boolean' | 'count' | 'record' | undefined;
}
/** A request, but for its path. */
export interface BeaconRequest extends Abortable {
    /** What stands behind `?`, percent-encoded as it came. */
    query?: string | undefined;
    /** JSON: bytes, text, or an object. A request with a body is a POST, one without is a GET. */
    body?: Uint8Array | string | object | undefined;
    /** Who asks. Without it the answer says whether there is anything, no more; nothing in a request raises it. */
    access?: Access | undefined;
    /** Whom you take the asker for: a beacon with a ledger has budgets for each; without one it is anybody, who share theirs. */
    asker?: string | undefined;
}
/**
 * A beacon over the datasets that a configuration names: `openBeacon` makes one. Any number of requests can be
 * answered at the same time, on Node's thread pool.
 */
export declare class Beacon {
    #private;
    private constructor();
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
    answer(to: string, given?: BeaconRequest): Promise<BeaconResponse>;
}
/**
 * Opens a beacon: a configuration (TOML), and the datasets that it names.
 *
 * ```js
 * const beacon = await varidex.openBeacon('beacon.toml')
 * ```
 */
export declare function openBeacon(config: PathLike, given?: Abortable): Promise<Beacon>;
