"""Files of samples (section 8 of README.md): their names, and what is known of them. Files of a kind follow each
other: each is of the samples behind those of the file before."""

import free
from primitives import U32, Container, check_hash_index, column, need, numbers, plain, text

IDENTITY = 1
ATTRIBUTE_SECTIONS = {"sample_meta", "sample_owners"}


def read_names(files, count):
    """The names of all samples."""
    files = [Container(data, b"S") for data in files]
    names = [text(file.get("names"), "names") for file in files]
    counts = list(map(len, names))
    need(all(counts) and sum(counts) == count, "names", "N1", f"{counts} names of {count} samples")
    known = [plain(name, "names", "N1") for own in names for name in own]
    need(all(known) and len(set(known)) == count, "names", "N1", "a name twice, or without a letter")
    for file, own in zip(files, names):
        # names that ascend are searched without an index
        ascend = all(a < b for a, b in zip(own, own[1:]))
        numbered = () if ascend else ((name, sample) for sample, name in enumerate(own))
        check_hash_index(file.get("name_index"), "name_index", len(own), numbered, "N2")
        file.verify({"names", "name_index"})
    return known


class SampleAttributes:
    """The files of what is known of samples; `individuals` has the ids of individuals, empty ones of retired numbers."""

    def __init__(self, files, count, individuals):
        self.owners, self.free, self.free_types = [], [], {}
        files = [Container(data, b"A") for data in files]
        metas = [file.get("sample_meta") for file in files]
        need(all(len(meta) == 8 for meta in metas), "sample_meta", "U2", "not of 8 bytes")
        metas = [numbers(meta) for meta in metas]
        sound = all(samples and flags <= IDENTITY for samples, flags in metas)
        sound = sound and sum(samples for samples, _ in metas) == (count if files else 0)
        need(sound, "sample_meta", "U2", f"{metas} of {count} samples")
        for file, (samples, flags) in zip(files, metas):
            self.read(file, samples, flags, individuals)

    def read(self, file, samples, flags, individuals):
        first = len(self.owners)
        own = list(range(first, first + samples))
        owners = column(file.get("sample_owners"), samples, "sample_owners", True, U32)
        if flags & IDENTITY:
            need(not file.get("sample_owners"), "sample_owners", "U6", "samples are individuals")
            owners = own
        for owner in owners:
            known = owner is None or owner < len(individuals) and individuals[owner]
            need(known, "sample_owners", "U6", f"individual {owner} of {len(individuals)}")
        need((owners == own) == bool(flags & IDENTITY), "sample_meta", "U6", "samples are individuals")
        values, types = free.read_free(file, samples)
        file.verify(ATTRIBUTE_SECTIONS | free.sections(file))
        for name, kind in types.items():
            need(self.free_types.setdefault(name.lower(), kind) == kind, "free_names", "W1", f"{name} of two types")
        self.owners += owners
        self.free += values
