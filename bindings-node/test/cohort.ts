// A cohort of four, small enough to count by hand, and a simulated one.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import * as varidex from '../index.mjs'

export { varidex }

const VCF = `##fileformat=VCFv4.3
##FILTER=<ID=q10,Description="Quality below 10">
##INFO=<ID=CADD,Number=A,Type=Float,Description="A score of each ALT">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##contig=<ID=chr21,length=46709983,assembly=GRCh38>
##contig=<ID=chrX,length=156040895,assembly=GRCh38>
#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT ANNA BEN CLEO DAN
chr21 1000 rs1 A G 50 PASS CADD=20.5 GT 0|1 1|0 1|1 0|0
chr21 2000 . C T,CA . q10 CADD=1,30 GT 0/1 ./2 1/2 ./.
chr21 3000 rs3 ACGT A . . . GT 0|0 0|0 0|0 0|0
chrX 50000000 sv1 N <DEL> 9 PASS . GT 0|1 1 ./1 .
`.replaceAll(/^(?!##).*$/gm, (line) => line.replaceAll(' ', '\t'))

const PEOPLE = `individual_id\tsample_id\tsex\tpopulation\thpo
P1\tANNA\tfemale\tFIN\tHP:0003473
P2\tBEN\tmale\tFIN\t
P3\tCLEO\tfemale\tGBR\tHP:0003324
`

const TERMS = `format-version: 1.2
ontology: hp

[Term]
id: HP:0003324
name: Generalized muscle weakness

[Term]
id: HP:0003473
name: Fatigable weakness
is_a: HP:0003324 ! Generalized muscle weakness
`

const GENES = `chr21\t899\t2100\tALPHA
chr21\t2899\t3100\tBETA
`

const folders: string[] = []

/** A directory that is gone after the tests of a file. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'varidex-node-'))
  folders.push(made)
  return made
}

afterAll(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true })
})

/** Writes the files of the cohort, and says where they are. */
export function files() {
  const at = folder()
  const write = (name: string, text: string) => {
    writeFileSync(join(at, name), text)
    return join(at, name)
  }
  return {
    at,
    write,
    vcf: write('cohort.vcf', VCF),
    people: write('people.tsv', PEOPLE),
    ontologies: write('hp.obo', TERMS),
    genes: write('genes.bed', GENES),
    dataset: join(at, 'cohort.vdx'),
  }
}

/** The cohort of four, built. */
export async function cohort() {
  const { vcf, people, ontologies, genes, dataset } = files()
  return varidex.build(vcf, dataset, { people, ontologies, genes, info: 'CADD' })
}

/** A cohort that takes a while. */
export async function simulated(samples = 300, variants = 3000) {
  const at = folder()
  const made = await varidex.simulate(at, { samples, variants, contig: 'chr22', format: 'bcf' })
  return { ...made, at, path: join(at, 'cohort.vdx') }
}
