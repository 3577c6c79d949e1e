#!/usr/bin/env bash
# What repeats in an identifier of GA4GH VRS 2.0 is not the shortest repeat, and no identifier of 1.3 is made of a long one.
#
# Versions: ga4gh.vrs 2.3.3, bioutils 0.6.2.
# A good guess: two more A in a run of A repeat one base, as tandem repeats are described; a deletion that cannot be
#   moved keeps the empty literal sequence that it had in 1.3; and `ga4gh_identify(normalize(allele), as_version="1.3")`
#   gives the older identifier of any allele.
# Seen: the unit is as long as what is inserted or deleted (2 bases for two more A), or else its greatest divisor that is no
#   longer than what is there (1 for eleven more A in nine); every deletion is a ReferenceLengthExpression, of length 0 where
#   nothing is left; and where more than 50 bases are left, `normalize` drops their sequence unless it is called with
#   rle_seq_limit=None, so that the identifier of 1.3, which spells them out, is a ValueError.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check ga4gh.vrs==2.3.3 bioutils==0.6.2
venv/bin/python - <<'PYTHON'
from ga4gh.core import ga4gh_identify
from ga4gh.vrs import models, normalize
from ga4gh.vrs.dataproxy import _DataProxy

SEQUENCE = "GTC" + "A" * 9 + "CGT" + "AC" * 40 + "GTT"


class OneSequence(_DataProxy):
    def get_sequence(self, identifier, start=None, end=None):
        return SEQUENCE[start:end]

    def get_metadata(self, identifier):
        return {"length": len(SEQUENCE), "aliases": [identifier]}


def normal(start, end, bases, **options):
    allele = models.Allele(
        location=models.SequenceLocation(
            sequenceReference=models.SequenceReference(refgetAccession="SQ." + "A" * 32),
            start=start,
            end=end,
        ),
        state=models.LiteralSequenceExpression(sequence=bases),
    )
    return normalize(allele, OneSequence(), **options)


def said(allele):
    state = allele.state
    if state.type == "LiteralSequenceExpression":
        return state.type, state.sequence.root
    return state.type, state.length, state.repeatSubunitLength


REPEAT = "ReferenceLengthExpression"
seen = {
    "two more A of nine": said(normal(3, 3, "AA")),
    "eleven more": said(normal(3, 3, "A" * 11)),
    "a base less that cannot be moved": said(normal(1, 2, "")),
    "a base more that cannot be moved": said(normal(1, 1, "GC")),
}
print(seen)
assert seen == {
    "two more A of nine": (REPEAT, 11, 2),
    "eleven more": (REPEAT, 20, 1),
    "a base less that cannot be moved": (REPEAT, 0, 1),
    "a base more that cannot be moved": ("LiteralSequenceExpression", "GC"),
}, seen

long = normal(15, 17, "")
assert said(long) == (REPEAT, 78, 2) and long.state.sequence is None, said(long)
try:
    found = ga4gh_identify(long, as_version="1.3")
except ValueError as error:
    found = str(error)
print(found)
assert found == "State sequence attribute must be defined.", found
whole = ga4gh_identify(normal(15, 17, "", rle_seq_limit=None), as_version="1.3")
assert whole.startswith("ga4gh:VA."), whole
print("as described")
PYTHON
