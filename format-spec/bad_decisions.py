"""Bad files of decisions."""

import decisions
from bad_vectors import bad
from make_vectors import decided_body, framed


def file(change):
    def patch(d):
        d.decisions = change(d.decisions)

    return patch


def body(*entries, recorded=1):
    return file(lambda _: framed([decided_body(recorded, entries)]))


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


OUT = (1, None, 0, [], "", "S")
TWO = framed([decided_body(1, [OUT]), decided_body(2, [OUT])])
ONE = len(framed([decided_body(1, [OUT])]))

bad("X1", "decisions", "tiny", "magic", file(lambda data: flipped(data, 3)))
bad("X1", "decisions", "tiny", "version", file(lambda data: data[:12] + b"\x02" + data[13:]))
bad("X1", "decisions", "tiny", "empty", file(lambda data: b""))
bad("X2", "decisions", "tiny", "length", file(lambda _: flipped(TWO, 16)))
bad("X2", "decisions", "tiny", "body", file(lambda _: flipped(TWO, 30)))
bad("X2", "decisions", "tiny", "last", file(lambda _: flipped(TWO, len(TWO) - 1)))
bad("X2", "decisions", "tiny", "without", file(lambda _: decisions.HEAD + TWO[ONE:]))
bad("X2", "decisions", "tiny", "zeros", file(lambda _: TWO + bytes(9) + b"\1"))
bad("X3", "decisions", "tiny", "kind", body((7, None, 0, b"")))
bad("X3", "decisions", "tiny", "erased-flags", body((6, None, 1, bytes(16))))
bad("X3", "decisions", "tiny", "erased-order", body((5, None, 0, bytes(32) + b"\2\0\0\0" + bytes(32))))
bad("X3", "decisions", "tiny", "erased-early", body((5, None, 0, bytes(32) + b"\2\0\0\0" + bytes(16))))
bad("X3", "decisions", "tiny", "purpose", file(lambda _: framed([decided_body(1, [OUT]).replace(b"\1\xff\0", b"\1\x0a\0")])))
bad("X3", "decisions", "tiny", "flags", body((2, None, 2, [])))
bad("X3", "decisions", "tiny", "control", body((1, None, 0, [], "", "A\tB")))
bad("X3", "decisions", "tiny", "behind", file(lambda _: framed([decided_body(1, [OUT]) + b"\0"])))
bad("X3", "decisions", "tiny", "early", file(lambda _: framed([decided_body(1, [OUT])[:-1]])))
