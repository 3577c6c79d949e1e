"""The terms file (section 8 of README.md, "terms file"): terms of ontologies, and what a record of each answers."""

import math
import struct

from primitives import Container, ascending, check_hash_index, lists, need, numbers, text, plain

SECTIONS = {
    "term_ids", "term_names", "alternative_ids", "parents", "equivalents", "closures", "replacements",
    "term_index", "information", "phenotypes", "versions",
}  # fmt: skip
OBSOLETE = 1 << 31
STORED = 128
PREFIXES = {
    "snomedct_us": "snomed", "snomedct": "snomed", "snomed_ct": "snomed", "sctid": "snomed", "sct": "snomed",
    "orphanet": "orpha", "ordo": "orpha", "mim": "omim", "icd-10": "icd10", "icd10who": "icd10",
    "icd-11": "icd11", "msh": "mesh", "umls_cui": "umls", "ncit_c": "ncit", "nci": "ncit", "rxcui": "rxnorm",
}  # fmt: skip


def canonical(curie):
    """The form in which ids of the same term are equal."""
    lower = curie.strip().lower()
    prefix, colon, local = lower.partition(":")
    if prefix == "omimps" and colon:
        return "omim:ps" + local
    if prefix == "ucum" and colon:
        return "ucum:" + curie.strip().partition(":")[2]
    return PREFIXES.get(prefix, prefix) + colon + local if colon else lower


def vocabulary(curie):
    """What is before the first colon, and the colon; an id without one is a vocabulary of its own."""
    prefix, colon, _ = canonical(curie).partition(":")
    return prefix + colon


class Terms:
    """A terms file, decoded whole and checked."""

    def __init__(self, data):
        self.file = file = Container(data, b"T")
        ids = text(file.get("term_ids"), "term_ids")
        self.count = count = len(ids)
        self.ids = [plain(one, "term_ids", "D2") for one in ids]
        need(all(one == one.strip() for one in self.ids), "term_ids", "D2", "blanks around")
        self.names = self.texts("term_names")
        self.alternative = self.texts("alternative_ids")
        for name, width in (("replacements", 4), ("information", 8)):
            size = len(file.get(name))
            need(size in (0, count * width), name, "D1", f"{size} bytes for {count} terms")
        self.parents = lists(file.get("parents"), count, "parents")
        self.equivalents = lists(file.get("equivalents"), count, "equivalents")
        self.closures = lists(file.get("closures"), count, "closures")
        self.replacements = numbers(file.get("replacements")) or [0] * count
        information = file.get("information")
        self.information = list(struct.unpack(f"<{count}d", information)) if information else [0.0] * count
        self.versions = [plain(one, "versions", "D9").split("\t") for one in text(file.get("versions"), "versions")]
        self.read_phenotypes()
        self.check()
        file.verify(SECTIONS)

    def texts(self, name):
        """Texts of each term, set apart by tabs."""
        entries = text(self.file.get(name), name, self.count)
        need(len(entries) == self.count, name, "D1", f"{len(entries)} entries for {self.count} terms")
        entries = [plain(one, name, "D2").split("\t") for one in entries]
        need(all(one == one.strip() for entry in entries for one in entry), name, "D2", "blanks around")
        return entries

    def read_phenotypes(self):
        self.phenotypes = []
        for found in lists(self.file.get("phenotypes"), self.count, "phenotypes"):
            need(len(found) % 3 == 0, "phenotypes", "D8", f"{len(found)} numbers")
            shares = struct.unpack(f"<{len(found) // 3}f", struct.pack(f"<{len(found) // 3}I", *found[1::3]))
            three = list(zip(found[::3], shares, found[2::3]))
            sound = all(term < self.count and 0 <= share <= 1 and flags < 2 for term, share, flags in three)
            need(sound and ascending(found[::3]), "phenotypes", "D8", f"{three[:3]}")
            self.phenotypes.append([(term, share, bool(flags)) for term, share, flags in three])

    def check(self):
        keys = [canonical(one) for one in self.ids]
        need(ascending(keys), "term_ids", "D3", "not ascending")
        for name, related in (("parents", self.parents), ("equivalents", self.equivalents)):
            sound = all(ascending(one) and all(n < self.count for n in one) for one in related)
            need(sound, name, "D4", "numbers that are no terms, or do not ascend")
        self.vocabularies = [vocabulary(one) for one in self.ids]
        for term, equivalents in enumerate(self.equivalents):
            own = self.vocabularies[term]
            sound = all(self.vocabularies[other] != own for other in equivalents)
            need(sound, "equivalents", "D4", f"{self.ids[term]} is the same as one of its vocabulary")
        for term, replacement in enumerate(self.replacements):
            need(replacement & ~OBSOLETE <= self.count, "replacements", "D5", f"{replacement:#x} of term {term}")
        sound = all(math.isfinite(one) and one >= 0 for one in self.information)
        need(sound, "information", "D7", "not a number of 0 and more")
        for own, parents in zip(self.information, self.parents):
            need(not own or all(self.information[p] <= own for p in parents), "information", "D11", f"{own}")
        for term in range(self.count):
            need(term not in self.above([p for p in self.parents[term] if p != term]), "parents", "D4",
                 f"{self.ids[term]} is above itself")  # fmt: skip
        for term, stored in enumerate(self.closures):
            walked = self.walk(term)
            need(stored == (walked if len(walked) <= STORED else []), "closures", "D6", f"of {self.ids[term]}")
            self.closures[term] = walked
        check_hash_index(self.file.get("term_index"), "term_index", self.count, self.index_texts(), "D10")

    def above(self, terms):
        """These terms, and all to which parents lead from them."""
        found, todo = set(), list(terms)
        while todo:
            term = todo.pop()
            if term not in found:
                found.add(term)
                todo += self.parents[term]
        return found

    def walk(self, start):
        """What a record of a term answers: all that is met, each with the vocabularies that all ways have left."""
        left, todo = {start: frozenset()}, [start]
        while todo:
            term = todo.pop()
            own = self.vocabularies[term]
            ways = [(parent, left[term]) for parent in self.parents[term]]
            ways += [
                (other, left[term] | {own})
                for other in self.equivalents[term]
                if self.vocabularies[other] != own and self.vocabularies[other] not in left[term]
            ]
            for other, way in ways:
                way &= left.get(other, way)
                if left.get(other) != way:
                    left[other] = way
                    todo.append(other)
        return sorted(left)

    def index_texts(self):
        for term in range(self.count):
            ids = [self.ids[term]] + self.alternative[term]
            texts = {canonical(one) for one in ids} | {name.lower() for name in self.names[term]}
            yield from ((one.encode(), term) for one in texts if one)

    def number(self, curie):
        """The term that an id means, None where it is not known."""
        wanted = canonical(curie)
        own = [t for t in range(self.count) if canonical(self.ids[t]) == wanted]
        others = [t for t in range(self.count) if any(canonical(one) == wanted for one in self.alternative[t] if one)]
        if not own and not others:
            return None
        term = own[0] if own else others[-1]
        for _ in range(8):
            follows = self.replacements[term] & ~OBSOLETE
            if not follows:
                break
            term = follows - 1
        return term

    def named(self, text):
        """The terms that a text means: by id, or else by label, by synonym, by a name that is obsolete."""
        number = self.number(text)
        if number is not None:
            return [number]
        wanted = text.strip().lower()
        current = [t for t in range(self.count) if not self.replacements[t] & OBSOLETE]
        labels = [t for t in current if self.names[t][0].lower() == wanted]
        synonyms = [t for t in current if wanted in map(str.lower, self.names[t][1:])]
        old = (t for t in range(self.count) if t not in current and wanted in map(str.lower, self.names[t]))
        return labels or synonyms or sorted({self.number(self.ids[t]) for t in old})

    def closure(self, text):
        """Ids of the terms that a record of a term answers."""
        return sorted({self.ids[one] for term in self.named(text) for one in self.closures[term]})

    def dump(self, out):
        out.write("id\tlabel\tsynonyms\tparents\tequivalents\tclosure\tobsolete\treplaced_by\tinformation\n")
        shown = lambda terms: "|".join(self.ids[term] for term in terms)
        for term in range(self.count):
            label, *synonyms = self.names[term]
            replacement = self.replacements[term]
            follows = [(replacement & ~OBSOLETE) - 1] if replacement & ~OBSOLETE else []
            fields = [
                self.ids[term], label, "|".join(synonyms), shown(self.parents[term]), shown(self.equivalents[term]),
                shown(self.closures[term]), "yes" if replacement & OBSOLETE else "", shown(follows),
                f"{self.information[term]:.6g}",
            ]  # fmt: skip
            out.write("\t".join(fields) + "\n")
