"""The manifest (section 4 of README.md)."""

import json
import re

import xxhash

from primitives import READ_VERSION, Damaged, TooNew, TooOld, is_plain

# lists of files beside the segments
LISTS = ("samples", "terms", "people", "sample_attributes", "genes", "carriers", "callable")
# of which there may be several
SEVERAL = ("samples", "sample_attributes", "carriers", "callable")
ASSEMBLIES = {"GRCh37", "GRCh38", "T2T-CHM13v2.0"}
ANNOTATIONS = {"csq", "ann", "bcsq"}
# of genotypes that count as known
BOUNDS = ("min_gq", "min_dp")


def samples_of(kit):
    """The numbers of the samples of an entry of `callable`."""
    return {number for first, count in kit["samples"] for number in range(first, first + count)}


def files_of(manifest):
    """The entries of all files."""
    return [file for kind in ("segments", *LISTS) for file in manifest[kind]]


def read_manifest(data):
    def no(rule, what, kind=Damaged):
        raise kind("manifest", rule, what)

    try:
        m = json.loads(data.decode()) if len(data) <= 2**28 else no("M1", "longer than 256 MiB")
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        no("M1", str(error))
    if not isinstance(m, dict):
        no("M1", "no object")
    is_count = lambda n: type(n) is int and 0 <= n < 2**32
    is_file = lambda f: (
        isinstance(f, dict) and type(f.get("file")) is type(f.get("checksum")) is str and type(f.get("size")) is int
    )
    if m.get("format") != "varidex-dataset":
        no("M2", f"format {m.get('format')!r}")
    snapshot = m.get("snapshot")
    bare = data.replace(f'"{snapshot}"'.encode(), b'""', 1)
    if xxhash.xxh3_128_hexdigest(bare) != snapshot:
        no("M3", f"snapshot {snapshot}")
    if not is_count(m.get("version")):
        no("M5", "version")
    if m["version"] > READ_VERSION:
        no("M4", f"version {m['version']}", TooNew)
    if m["version"] < READ_VERSION:
        no("M17", f"version {m['version']}: build the dataset anew", TooOld)
    if not is_count(m.get("draft", 0)):
        no("M5", "draft")
    if m.get("draft", 0):
        no("M19", f"draft {m['draft']}: build the dataset anew", TooOld)

    def shaped(value, **fields):
        return isinstance(value, list) and all(
            isinstance(one, dict) and all(check(one.get(name)) for name, check in fields.items()) for one in value
        )

    is_text = lambda t: isinstance(t, str)
    is_place = lambda n: type(n) is int and -1 <= n < 2**31
    covers = lambda c: shaped([] if c is None else c, contig=is_count, start=is_place, end=is_place)
    is_run = lambda r: isinstance(r, list) and len(r) == 2 and all(map(is_count, r))
    is_runs = lambda runs: isinstance(runs, list) and all(map(is_run, runs))
    is_flag = lambda f: f is None or type(f) is bool
    spans = lambda c: shaped(c, contig=is_count, start=is_place, last=is_place, end=is_place, rows=is_count)
    options = m.get("options", {})
    sound = (
        is_text(m.get("generator"))
        and is_count(m.get("sample_count"))
        and shaped(m.get("contigs"), name=is_text)
        and shaped(m.get("info"), key=is_text, kind=is_text, number=is_text)
        and shaped(m.get("segments"), batch=is_count, rows=is_count, records=is_count, samples=is_count, contigs=spans,
                   merged=is_flag, covered=covers)
        and all(isinstance(m.setdefault(kind, []), list) for kind in LISTS)
        and all(is_file(f) for f in files_of(m))
        and shaped(m["carriers"], batch=is_count)
        and shaped(m["callable"], samples=is_runs)
        and is_flag(m.get("sex_ploidy"))
        and isinstance(options, dict)
        and all(type(options.get(bound, 0)) in (int, float) for bound in BOUNDS)
        and is_flag(options.get("no_annotations"))
        and is_flag(m.get("decisions"))
    )
    if not sound:
        no("M5", "a field is missing or of another type")
    for file in files_of(m):
        if not re.fullmatch(r"[A-Za-z0-9-][A-Za-z0-9.-]*", file["file"]):
            no("M6", f"file name {file['file']!r}")
    for kind in LISTS:
        if len(m[kind]) > 1 and kind not in SEVERAL:
            no("M21", f"{len(m[kind])} files of {kind}: {m[kind][1]['file']}")
    batches = sorted({segment["batch"] for segment in m["segments"]})
    if m["carriers"] and [file["batch"] for file in m["carriers"]] != batches:
        no("M22", f"carriers of batches {[file['batch'] for file in m['carriers']]}")
    with_kit = set()
    for kit in m["callable"]:
        ends = [-1] + [first + count for first, count in kit["samples"]]
        apart = all(end < first and count > 0 for end, (first, count) in zip(ends, kit["samples"]))
        own = samples_of(kit) if apart and 0 < ends[-1] <= m["sample_count"] else no("M26", kit["file"])
        if own & with_kit:
            no("M26", f"{kit['file']}: samples of two kits")
        with_kit |= own
    if bool(m["samples"]) != (m["sample_count"] > 0):
        no("M7", f"{m['sample_count']} samples")
    if m["people"] and m["sample_count"] and not m["sample_attributes"]:
        no("M23", f"{m['sample_count']} samples")
    if m.get("assembly", "GRCh38") not in ASSEMBLIES:
        no("M8", f"assembly {m['assembly']!r}")
    if m.get("sex_ploidy") and "assembly" not in m:
        no("M24", "genotypes on X and Y by sex, of no assembly")
    for bound in BOUNDS:
        if not 0 <= options.get(bound, 0) < float("inf"):
            no("M25", f"{bound} {options[bound]}")
    if m.get("annotations", "csq") not in ANNOTATIONS:
        no("M15", f"annotations {m['annotations']!r}")
    for s in m["segments"]:
        spans = s["contigs"] + (s.get("covered") or [])
        if s["samples"] > m["sample_count"] or any(c["contig"] >= len(m["contigs"]) for c in spans):
            no("M9", f"segment {s['file']}")
        merged = bool(s.get("merged"))
        if any(bool(o.get("merged")) != merged for o in m["segments"] if o["batch"] == s["batch"]):
            no("M18", f"batch {s['batch']}")
    for rule, named in (
        ("M10", [contig["name"] for contig in m["contigs"]]),
        ("M11", [info["key"] for info in m["info"]]),
    ):
        if len(set(named)) < len(named) or not all(name and is_plain(name) for name in named):
            no(rule, "a name twice, empty or with control characters")
    for key in m["info"]:
        if key["kind"] not in ("flag", "integer", "float", "text", "floats") or key["number"] not in ("record", "alt", "allele"):
            no("M11", f"INFO {key['key']}")
    return m
