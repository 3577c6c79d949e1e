"""What is there: terms, genes, samples, one individual."""

import pytest

import varidex


def test_terms_are_searched(people: varidex.Dataset) -> None:
    found = list(people.find_terms("fatigable"))
    assert found and all("atigable" in row["label"] for row in found)
    first = found[0]
    asked = people.ask(first["id"])
    assert first["people_below"] == asked.count > 0
    recorded = list(people.find_terms())
    assert all(row["people"] + row["excluded"] > 0 for row in recorded)
    with pytest.raises(varidex.Error, match="no term has the words"):
        people.find_terms("no such thing")


def test_genes_and_samples_are_listed(people: varidex.Dataset) -> None:
    assert [row["symbol"] for row in people.genes("ryr1")] == ["RYR1"]
    samples = list(people.sample_table())
    assert [row["sample"] for row in samples] == people.samples
    assert len(samples) == 2000
    some = next(row for row in samples if row["individual"] is not None)
    assert people.ask(f"samples({some['sample']})").ids() == [some["individual"]]


def test_an_individual_comes_back(people: varidex.Dataset) -> None:
    sample = next(row for row in people.sample_table() if row["individual"] is not None)
    record = people.individual(sample["sample"])
    packet = record.get("proband", record)
    assert packet["subject"]["id"] == sample["individual"]
    assert packet["biosamples"][0]["id"] == sample["sample"]
    beacon = people.individual(sample["individual"], format="beacon")
    assert beacon["id"] == sample["individual"]
    assert sample["sample"] in beacon["info"]["samples"]
    with pytest.raises(varidex.Error, match="did you mean"):
        people.individual("SIM")
    with pytest.raises(ValueError, match="one of phenopacket, beacon"):
        people.individual("SIM", format="text")  # type: ignore[arg-type]
