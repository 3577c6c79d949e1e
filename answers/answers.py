"""Asks every question of every dataset, and compares the answers' hashes with those on record.

    answers.py VARIDEX           compare; says which answers changed, and fails if any did
    answers.py VARIDEX --write   put today's on record
    answers.py VARIDEX --show WORD...   print the answers of the questions that hold all of these words

An answer is the exit code, what was printed, and the messages. Nothing here says that an answer is
right: that is what the other tests do. This detects that one changed where none should.
"""

import hashlib
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from datasets import MAKERS, Maker
from questions import commands

HASHES = Path(__file__).resolve().parent / "hashes.tsv"


def filled(word: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        word = word.replace("{" + name + "}", value)
    return word


def answer(varidex: Path, dataset, words: list[str]) -> bytes:
    """What the program says; the dataset is asked in its own directory, so that no path is in it."""
    verb, *rest = [filled(word, dataset.names) for word in words]
    command = [varidex, verb, dataset.path.name, *rest]
    done = subprocess.run(command, capture_output=True, cwd=dataset.path.parent, timeout=120, check=False)
    printed = b"\n".join(
        line for line in done.stdout.split(b"\n") if not line.startswith(b"##source=varidex"))
    return b"%d\n%s\n--\n%s" % (done.returncode, printed, done.stderr)


def show(varidex: Path, datasets, wanted: list[str]) -> None:
    for words in commands():
        if all(word in " ".join(words) for word in wanted):
            for dataset in datasets:
                print("==", dataset.path.name, " ".join(filled(word, dataset.names) for word in words))
                print(answer(varidex, dataset, words).decode(errors="replace"))


def table(varidex: Path, datasets) -> list[str]:
    def row(words: list[str]) -> str:
        hashes = [hashlib.sha256(answer(varidex, each, words)).hexdigest()[:12] for each in datasets]
        return "\t".join([" ".join(words), *hashes])

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(row, commands()))


def compare(today: list[str], datasets) -> int:
    then = HASHES.read_text().splitlines()[1:]
    if [line.split("\t")[0] for line in then] != [line.split("\t")[0] for line in today]:
        print("the questions are not those on record: --write puts them there")
        return 1
    changed = 0
    for old, new in zip(then, today):
        for dataset, before, now in zip(datasets, old.split("\t")[1:], new.split("\t")[1:]):
            if before != now:
                changed += 1
                print(f"changed: {dataset.path.stem}: {new.split(chr(9))[0]}")
    print(f"{len(today)} questions of {len(datasets)} datasets, {changed} answers changed")
    return int(changed > 0)


def main() -> int:
    varidex, options = Path(sys.argv[1]).resolve(), sys.argv[2:]
    with tempfile.TemporaryDirectory() as directory:
        maker = Maker(varidex, Path(directory))
        datasets = [make(maker) for make in MAKERS]
        if options[:1] == ["--show"]:
            show(varidex, datasets, options[1:])
            return 0
        today = table(varidex, datasets)
        if options == ["--write"]:
            head = "\t".join(["question", *(each.path.stem for each in datasets)])
            HASHES.write_text("\n".join([head, *today]) + "\n")
            return 0
        return compare(today, datasets)


if __name__ == "__main__":
    sys.exit(main())
