"""Free attributes (section 8 of README.md): names, types, and a column each, in files of people and of samples."""

import re
import struct

from primitives import column, need, plain, text

TYPES = ["text", "number", "date", "age", "code"]
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
TEXT_MAX, ATTRIBUTES_MAX = 4096, 256
ANYTHING = (-(2**63), 2**63 - 1)
SECTIONS = {"free_names", "free_texts", "free_code_ids", "free_code_labels"}


def sections(file):
    """The sections of free attributes that a file may have."""
    return SECTIONS | {name for name in file.sections if name.startswith("free ")}


def number_of(value):
    bits = value if value >= 0 else value ^ (2**63 - 1)
    number = struct.unpack("<d", struct.pack("<q", bits))[0]
    return None if number - number != 0 or value == -1 else number


def span_of(value, unit):
    low, more = divmod(value, unit)
    sound = -(2**31) <= low and low + more < 2**31
    return (low, low + more) if sound else None


def read_free(file, rows):
    """For each row the values by name; and the types of the attributes."""
    names = [plain(one, "free_names", "W1").split("\t") for one in text(file.get("free_names"), "free_names")]
    sound = all(len(one) == 2 and NAME.fullmatch(one[0]) and one[1] in TYPES for one in names)
    need(sound and len(names) <= ATTRIBUTES_MAX, "free_names", "W1", f"{names}")
    lower = [name.lower() for name, _ in names]
    need(lower == sorted(set(lower)), "free_names", "W1", f"{lower}")
    texts = [plain(one, "free_texts", "W4") for one in text(file.get("free_texts"), "free_texts")]
    ids = [plain(one, "free_code_ids", "W4") for one in text(file.get("free_code_ids"), "free_code_ids")]
    labels = [plain(one, "free_code_labels", "W4") for one in text(file.get("free_code_labels"), "free_code_labels")]
    columns = [column(file.get(f"free {k}"), rows, "free", True, ANYTHING) for k in range(len(names))]
    known = {f"free {k}" for k in range(len(names))}
    found = {name for name in file.sections if name.startswith("free ")}
    need(found <= known, "free", "W5", f"columns {found - known} without a name")
    need(found == known, "free_names", "W5", f"attributes {known - found} that nobody has")
    need(len(ids) == len(labels), "free_code_labels", "W4", f"{len(ids)} ids, {len(labels)} labels")
    codes = list(zip(ids, labels))
    for section, entries in (("free_texts", [(one,) for one in texts]), ("free_code_ids", codes)):
        sound = len(set(entries)) == len(entries) and all(0 < len("".join(e).encode()) <= TEXT_MAX for e in entries)
        need(sound, section, "W4", "an entry twice, empty or too long")
    values, used = [{} for _ in range(rows)], {"text": 0, "code": 0}
    for row in range(rows):
        for (name, kind), values_of in zip(names, columns):
            value = values_of[row]
            if value is None:
                continue
            if kind in used:
                entries = texts if kind == "text" else codes
                need(0 <= value < len(entries), "free", "W2", f"{value} of {len(entries)} for {name}")
                need(value <= used[kind], "free", "W4", f"{value} before {used[kind]} in row {row}")
                used[kind] = max(used[kind], value + 1)
                values[row][name] = entries[value]
            else:
                shown = number_of(value) if kind == "number" else span_of(value, 512 if kind == "date" else 2**20)
                need(shown is not None, "free", "W3", f"{value} for {name}")
                values[row][name] = shown
    need(used["text"] == len(texts), "free_texts", "W4", "a text that no row has")
    need(used["code"] == len(codes), "free_code_ids", "W4", "a code that no row has")
    return values, dict(map(tuple, names))
