"""Simulated people are Phenopackets to the official reader of them, too."""

from pathlib import Path

import pytest

import varidex


def test_every_packet_is_one(tmp_path: Path) -> None:
    json_format = pytest.importorskip("google.protobuf.json_format")
    phenopackets = pytest.importorskip("phenopackets", reason="pip install phenopackets")
    files = varidex.simulate(tmp_path, samples=300, variants=100, people=True)
    lines = Path(files["people"]).read_text().splitlines()
    assert len(lines) > 250
    for number, line in enumerate(lines, start=1):
        packet = phenopackets.Phenopacket()
        try:
            json_format.Parse(line, packet)
        except json_format.ParseError as error:
            pytest.fail(f"line {number}: {error}")
        assert packet.subject.id and packet.meta_data.phenopacket_schema_version == "2.0"
