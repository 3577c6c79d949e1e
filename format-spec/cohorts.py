"""The file of virtual cohorts (section 8 of README.md): names for expressions over people."""

import json

import xxhash

from decisions import PURPOSES
from primitives import need

MOST = 64 << 20
KEYS = {"name": str, "expression": str, "snapshot": str, "time": str}
MORE = {"pinned": bool, "purpose": str, "permit_date": str}


def sealed(cohorts):
    """The bytes of a file of cohorts."""
    bare = {"format": "varidex-cohorts", "version": 1, "checksum": "", "cohorts": cohorts}
    text = json.dumps(bare, indent=2, ensure_ascii=False) + "\n"
    sum = xxhash.xxh3_128_hexdigest(text.encode())
    return text.replace('"checksum": ""', f'"checksum": "{sum}"', 1).encode()


def is_name(name):
    control = any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in name)
    return 0 < len(name.encode()) <= 100 and name.strip() == name and not name.startswith("@") and not control


def read_cohorts(data):
    """The definitions, by name."""
    wrong = lambda holds, what: need(holds, "cohorts", "X4", what)
    wrong(len(data) <= MOST, "a file that is too long")
    try:
        text = data.decode()
        file = json.loads(text)
    except ValueError:
        text, file = "", None
    wrong(isinstance(file, dict) and set(file) == {"format", "version", "checksum", "cohorts"}, "no file of cohorts")
    wrong((file["format"], file["version"]) == ("varidex-cohorts", 1), "another format or version")
    checksum = file["checksum"]
    wrong(isinstance(checksum, str), "a checksum that is no text")
    bare = text.replace(f'"{checksum}"', '""', 1).encode()
    wrong(xxhash.xxh3_128_hexdigest(bare) == checksum, "another checksum")
    wrong(isinstance(file["cohorts"], list), "cohorts that are no list")
    found = {}
    for of in file["cohorts"]:
        wrong(isinstance(of, dict) and set(KEYS) <= set(of) <= {*KEYS, *MORE}, "other members")
        wrong(all(type(of[key]) is {**KEYS, **MORE}[key] for key in of), "a member of another type")
        wrong(is_name(of["name"]) and of["name"].lower() not in found, f"the name {of['name']!r}")
        wrong(of.get("purpose", "af") in PURPOSES, "another purpose")
        found[of["name"].lower()] = of
    return found
