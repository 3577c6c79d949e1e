"""The second reader of published files against what the program says of one, and against changed bytes.

python3 -m unittest
"""

import csv
import os
import unittest

from primitives import Damaged
from published import Published
from test_reader import HERE

FOLDER = os.path.join(HERE, "published")
COUNTS = ["ac", "an", "n_het", "n_hom", "n_hemi"]


def content():
    with open(os.path.join(FOLDER, "house.vdx"), "rb") as file:
        return file.read()


class PublishedFile(unittest.TestCase):
    def test_table(self):
        file = Published(content())
        labels = {tuple(of["values"]): of["label"] for of in file.info["strata"]}
        labels["all", "all"] = "Total"
        expected = []
        with open(os.path.join(FOLDER, "house.tsv"), newline="") as table:
            for row in csv.DictReader(table, delimiter="\t"):
                site = [row[name] for name in ("chrom", "pos", "ref", "alt")]
                label = labels[row["country"], row["sex"]]
                counts = ["withheld"] if row["status"] == "withheld" else [row[name] for name in COUNTS]
                expected.append("\t".join([*site, label, *counts]))
        self.assertEqual(list(file.table()), expected)
        self.assertTrue(any(line.endswith("withheld") for line in expected))

    def test_changed_bytes(self):
        sound = content()
        for at in [*range(0, 400), *range(400, len(sound), 37)]:
            changed = bytearray(sound)
            changed[at] ^= 0x11
            with self.subTest(at=at), self.assertRaises(Damaged):
                Published(bytes(changed))


if __name__ == "__main__":
    unittest.main()
