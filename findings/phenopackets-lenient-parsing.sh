#!/usr/bin/env bash
# Reading Phenopackets of another version "leniently" turns absent phenotypes into present ones.
#
# Version: phenopackets 2.0.2.post5 (official Python classes, protobuf 6.33.6).
# A good guess: ignore_unknown_fields only loses what version 2 has no place for, and values of known fields are
#   still checked.
# Seen: `"negated": true` of version 1.0 is skipped, so that a phenotype that was looked for and not found is one
#   that was; `"sex": "female"` (the enum's name is FEMALE), an error otherwise, becomes "unknown sex" in silence.
#   A date of birth without a time is refused in either mode.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check \
  phenopackets==2.0.2.post5 protobuf==6.33.6
venv/bin/python - <<'PYTHON'
from google.protobuf.json_format import ParseDict, ParseError
from phenopackets import Phenopacket

SEIZURE = {"type": {"id": "HP:0001250", "label": "Seizure"}, "negated": True}


def read(packet, lenient):
    try:
        return ParseDict({"id": "p", **packet}, Phenopacket(), ignore_unknown_fields=lenient)
    except ParseError as error:
        return str(error).splitlines()[0]


strict = read({"phenotypicFeatures": [SEIZURE]}, False)
assert isinstance(strict, str) and "negated" in strict, strict
lenient = read({"phenotypicFeatures": [SEIZURE]}, True)
assert len(lenient.phenotypic_features) == 1 and not lenient.phenotypic_features[0].excluded

person = {"subject": {"id": "s", "sex": "female"}}
strict = read(person, False)
assert isinstance(strict, str) and "female" in strict, strict
assert read(person, True).subject.sex == 0

born = {"subject": {"id": "s", "dateOfBirth": "2000-01-01"}}
assert all(isinstance(read(born, lenient), str) for lenient in (False, True))
print("as described")
PYTHON
