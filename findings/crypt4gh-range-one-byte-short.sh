#!/usr/bin/env bash
# A range of a Crypt4GH file, by the reference program, is one byte shorter than asked for.
#
# Version: crypt4gh 1.8.6 (Python).
# A good guess: `--range 10-20` of `crypt4gh decrypt` gives the bytes 10 to 19, for its help says "Start included, End excluded".
# Seen: it gives the bytes 10 to 18, and of `--range 0-1` no byte, with an error. What `crypt4gh rearrange` writes has as few.
#   `crypt4gh.lib.decrypt` with an offset and a span gives all of them.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check crypt4gh==1.8.6
venv/bin/crypt4gh-keygen --sk key.sec --pk key.pub --nocrypt -f > /dev/null 2>&1
venv/bin/python - <<'PYTHON'
import io
import subprocess

from crypt4gh import keys, lib

content = bytes(i % 251 for i in range(70_000))


def run(data, command, *options):
    command = ["venv/bin/crypt4gh", command, "--sk", "key.sec", *options]
    return subprocess.run(command, input=data, check=True, capture_output=True).stdout


file = run(content, "encrypt", "--recipient_pk", "key.pub")
assert run(file, "decrypt") == content
for start, end in [(0, 10), (10, 20), (65_530, 65_540)]:
    part = run(file, "decrypt", "--range", f"{start}-{end}")
    assert part == content[start : end - 1], (start, end, len(part))
    print(f"{start}-{end}: {len(part)} bytes")
command = ["venv/bin/crypt4gh", "decrypt", "--sk", "key.sec", "--range", "0-1"]
one = subprocess.run(command, input=file, capture_output=True)
assert one.returncode != 0 and one.stdout == b"", one
part = run(run(file, "rearrange", "--range", "10-20"), "decrypt")
assert part == content[10:19], part
out = io.BytesIO()
secret = keys.get_private_key("key.sec", lambda: "")
lib.decrypt([(0, secret, None)], io.BytesIO(file), out, offset=10, span=10)
assert out.getvalue() == content[10:20]
print("as described")
PYTHON
