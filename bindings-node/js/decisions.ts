// What people decide, and who asks.

import { optional, options, several, text, type Abortable, type PathLike } from './arguments.js'

/** Who asks, for what, and under which permit. */
export interface ViewOptions extends Abortable {
  /** What it is asked for: `af`, `af_by_ancestry`, `discover_count`, `secondary_use` and others. */
  purpose?: string | undefined
  /** The day that the permit was approved. */
  permitDate?: string | undefined
  /** National law sets aside decisions about later permits, never the withdrawal of consent; it is written into the dataset. */
  nationalOverride?: boolean | undefined
  /** As it was known at the end of this day; it is written into the dataset. */
  audit?: string | undefined
  /** The file of a policy of quality (TOML or JSON), by which `proof` picks people. */
  qcPolicy?: PathLike | undefined
  /** Samples of which the policy does not hold are not seen at all. */
  proof?: boolean | undefined
}

/** Whom a withdrawal is of, and about what. */
export interface Withdrawal extends Abortable {
  /** Ids of individuals: of all their samples. */
  individuals?: string[] | undefined
  /** Names of samples: of these alone. */
  samples?: string[] | undefined
  /** About these purposes only. */
  purposes?: string[] | undefined
  /** The first day; without one it holds from now on. */
  from?: string | undefined
  /** Only for permits that are approved from then on. */
  laterPermits?: boolean | undefined
  /** Where it comes from. */
  source?: string | undefined
  /** Reports what would be recorded, and records nothing. */
  dryRun?: boolean | undefined
}

/** What was recorded. */
export interface DecisionReport {
  recorded: number
  /** Decisions that held already. */
  unchanged: number
  samples: number
  /** Ids of people or samples who were erased and may be added again. */
  readmitted: number
  /** Ids of whom a later decision says otherwise. */
  withoutEffect: string[]
}

/** How lists of decisions are taken. */
export interface ConsentOptions extends Abortable {
  /** What holds without a decision, `opt_in` or `opt_out`, by purpose or of `all`. */
  defaults?: Record<string, string> | undefined
  /** Whether health and medical research (HMB) includes frequencies by ancestry. */
  hmbInStrata?: boolean | undefined
  /** Reports what would be recorded, and records nothing. */
  dryRun?: boolean | undefined
}

/** @internal */
export const VIEW = ['purpose', 'permitDate', 'nationalOverride', 'audit', 'qcPolicy', 'proof', 'signal'] as const

/** @internal Who asks, as JSON. */
export function accessOf(asked: ViewOptions): string {
  return JSON.stringify({
    granularity: 'record',
    purpose: optional('options.purpose', asked.purpose, text),
    permit_date: optional('options.permitDate', asked.permitDate, text),
    national_override: asked.nationalOverride === true ? true : undefined,
    known_at: optional('options.audit', asked.audit, text),
  })
}

/** @internal A withdrawal, as JSON. */
export function withdrawalOf(given: Withdrawal): string {
  const asked = options(given, ['individuals', 'samples', 'purposes', 'from', 'laterPermits', 'source', 'dryRun', 'signal'])
  return JSON.stringify({
    individuals: several('options.individuals', asked.individuals, text),
    samples: several('options.samples', asked.samples, text),
    purposes: several('options.purposes', asked.purposes, text),
    from: optional('options.from', asked.from, text),
    effect: asked.laterPermits === true ? 'later_permits' : 'now',
    source: optional('options.source', asked.source, text),
    dry_run: asked.dryRun === true,
  })
}
