#!/usr/bin/env bash
# Whether a cross-reference means "the same disease" is lost on the way through popular readers of OBO.
#
# Versions: pronto 2.7.4, obonet 1.3.0, fastobo 0.14.2 (Python).
# A good guess: MONDO's `xref: UMLS:C1 {source="MONDO:equivalentTo"}` keeps its qualifier, as it is all that
#   separates it from `MONDO:relatedTo`; and pronto finds a term by its alt_id.
# Seen: pronto and obonet give both cross-references without qualifiers; fastobo keeps them in `qualifiers` of the
#   clause. pronto raises KeyError for an alternative id, and for a whole file where a parent is not defined in it
#   (usual in subsets that import).
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check \
  pronto==2.7.4 obonet==1.3.0 fastobo==0.14.2
venv/bin/python -W ignore - <<'PYTHON'
import fastobo
import obonet
import pronto

TERM = """format-version: 1.2

[Term]
id: MONDO:0000001
name: disease
alt_id: MONDO:0000009
xref: UMLS:C1 {source="MONDO:equivalentTo"}
xref: UMLS:C2 {source="MONDO:relatedTo"}
"""
with open("in.obo", "w") as out:
    out.write(TERM)
with open("subset.obo", "w") as out:
    out.write(TERM + "is_a: MONDO:0700000\n")

ontology = pronto.Ontology("in.obo")
xrefs = sorted((x.id, x.description) for x in ontology["MONDO:0000001"].xrefs)
assert xrefs == [("UMLS:C1", None), ("UMLS:C2", None)], xrefs
for lookup in (lambda: ontology["MONDO:0000009"], lambda: pronto.Ontology("subset.obo")):
    try:
        lookup()
    except KeyError as error:
        print("pronto: KeyError", error)
    else:
        raise SystemExit("pronto no longer raises KeyError")

node = obonet.read_obo("in.obo").nodes["MONDO:0000001"]
assert node["xref"] == ["UMLS:C1", "UMLS:C2"], node

clauses = [c for frame in fastobo.load("in.obo") for c in frame if c.raw_tag() == "xref"]
kept = [str(c.qualifiers) for c in clauses]
assert len(kept) == 2 and "equivalentTo" in kept[0] and "relatedTo" in kept[1], kept
print("as described")
PYTHON
