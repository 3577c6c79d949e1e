#!/usr/bin/env bash
# A store of VCF Zarr that has grown or lost a sample goes on to say AC and AN of those who were there first.
#
# Versions: vczstore 0.1.0 with bio2zarr 0.2.1, vcztools 0.2.0, zarr 3.4.2; pysam 0.24.1. Needs Python 3.12 or later (PYTHON).
# A good guess: `append` and `remove` change who is in the store, so AC and AN of INFO, which are of the samples of the file,
#   are computed again, or taken away, as `bcftools view -s` and `vcztools view -s` do.
# Seen: variant_AC and variant_AN stay as they were, and `vcztools view` and `query` print them beside the genotypes of other
#   samples, without a warning: AN=4 of three people, then of two, one of whom is another. A variant that only the removed
#   one carried stays, with AC=1 and nobody who carries it.
set -euo pipefail
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' || { echo "missing: Python 3.12 or later (PYTHON)" >&2; exit 2; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
"$python" -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check \
  vczstore==0.1.0 'bio2zarr[vcf]==0.2.1' vcztools==0.2.0 zarr==3.4.2 pysam==0.24.1
store() {
  {
    printf '##fileformat=VCFv4.3\n##contig=<ID=1,length=1000>\n'
    printf '##INFO=<ID=AC,Number=A,Type=Integer,Description="ALT copies">\n'
    printf '##INFO=<ID=AN,Number=1,Type=Integer,Description="known copies">\n'
    printf '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">\n'
    printf '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t%b\n' "$2"
    printf '1\t100\t.\tA\tG\t.\tPASS\t%s\tGT\t%b\n' "$3" "$4"
  } > "$1.vcf"
  venv/bin/python -c "import pysam; pysam.tabix_index('$1.vcf', preset='vcf', force=True)"
  venv/bin/vcf2zarr convert -Q "$1.vcf.gz" "$1.vcz"
}
said() { venv/bin/vcztools view first.vcz | grep -v '^##' | cut -f 8-; }
store first 'A\tB' 'AC=1;AN=4' '0/1\t0/0'
store more C 'AC=0;AN=2' '0/0'
venv/bin/vczstore append first.vcz more.vcz
added=$(said)
venv/bin/vczstore remove -Q first.vcz A
removed=$(said)
printf '%s\n' "added:" "$added" "removed:" "$removed"
[ "$added" = "$(printf 'INFO\tFORMAT\tA\tB\tC\nAC=1;AN=4\tGT\t0/1\t0/0\t0/0')" ]
[ "$removed" = "$(printf 'INFO\tFORMAT\tB\tC\nAC=1;AN=4\tGT\t0/0\t0/0')" ]
echo "as described"
