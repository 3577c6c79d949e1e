"""What leaves under a policy."""

from pathlib import Path

import pytest

import varidex

#: twelve people, of whom one has a rare allele and six a common one
PEOPLE = 12


@pytest.fixture
def opened(tmp_path: Path) -> varidex.Dataset:
    names = [f"SECRET{number}" for number in range(PEOPLE)]
    rare = ["0/1" if number == 3 else "0/0" for number in range(PEOPLE)]
    common = ["0/1" if number < 6 else "0/0" for number in range(PEOPLE)]
    lines = [
        "##fileformat=VCFv4.3",
        "##contig=<ID=1>",
        "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *names]),
        "\t".join(["1", "100", ".", "A", "G", ".", ".", ".", "GT", *rare]),
        "\t".join(["1", "200", ".", "C", "T", ".", ".", ".", "GT", *common]),
    ]
    vcf, people = tmp_path / "a.vcf", tmp_path / "people.tsv"
    vcf.write_text("\n".join(lines) + "\n")
    rows = [f"P{number}\t{name}\t{('female', 'male')[number % 2]}" for number, name in enumerate(names)]
    people.write_text("individual_id\tsample\tsex\n" + "\n".join(rows) + "\n")
    return varidex.build(vcf, tmp_path / "a.vdx", people=people)


def test_few_are_withheld(opened: varidex.Dataset) -> None:
    shown = opened.under_policy("omop")
    assert shown.policy["floor"]["people"] == 5
    rare, common = shown.ask("carriers(1:100:A:G)"), shown.ask("carriers(1:200:C:T)")
    assert (rare.exists, rare.count, rare.status) == (None, None, "withheld")
    # with AC beside it, the exact number would say how many have two copies
    assert (common.exists, common.count, common.status) == (True, 5, "rounded")
    table = shown.frequencies("all")
    assert [(row["pos"], row["ac"], row["an"], row["status"]) for row in table] == [(200, 6, 20, "rounded")]
    assert [row["people"] for row in shown.people(by="sex")] == [6, 6]
    assert shown.has_variants("1:100:A:G") is None
    assert shown.has_variants("1:200:C:T") is True
    assert shown.explain("sex:female") == [("sex:female", "what is recorded of people")]


def test_rules_of_ones_own(opened: varidex.Dataset) -> None:
    rules = {"name": "ours", "granularity": "count", "floor": {"people": 2}, "rounding": 4, "two_tailed": False}
    shown = opened.under_policy(rules)
    assert shown.ask("carriers(1:200:C:T)").status == "rounded"
    assert shown.ask("carriers(1:200:C:T)").count == 8
    for bad in ("nothing", {"name": "a", "noise": {"epsilon": 1}}, {"floor": 3}):
        with pytest.raises(varidex.UsageError, match="policy"):
            opened.under_policy(bad)


def test_what_is_of_one_person_is_refused(opened: varidex.Dataset) -> None:
    shown = opened.under_policy("omop")
    for who in ("samples(SECRET3)", "individuals(P3)"):
        with pytest.raises(varidex.UsageError, match="by their ids"):
            shown.ask(who)
    with pytest.raises(varidex.UsageError, match="1000 people"):
        opened.under_policy("public")
    assert not any("SECRET" in repr(row) for row in shown.frequencies("all"))


def test_who_withdraws_is_gone_at_once(opened: varidex.Dataset) -> None:
    shown = opened.under_policy("datashield")
    assert shown.ask("all").count == PEOPLE
    assert [row["ac"] for row in shown.frequencies("1:200:C:T")] == [6]
    opened.withdraw(individuals=["P0"])
    assert shown.ask("all").count == PEOPLE - 1
    assert [row["ac"] for row in shown.frequencies("1:200:C:T")] == [5]


def test_a_ledger_remembers_what_was_asked(opened: varidex.Dataset, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(32))
    all_but_one = "sex:male & !carriers(1:100:A:G)"
    assert opened.under_policy("omop").ask(all_but_one).count == 5

    def shown(asker: str) -> varidex.PolicyView:
        return opened.under_policy(
            "omop", ledger=tmp_path / "ledger.db", ledger_secret=str(secret), asker=asker, population="P"
        )

    assert shown("alice").ask("sex:male").count == 6
    assert shown("bob").ask(all_but_one).status == "withheld"
    assert shown("bob").note is None
    opened.withdraw(individuals=["P0"])
    assert shown("bob").note == "1 people withdrew since the last question: what answers differ by is of these alone"
    rules = {"name": "ours", "budget": {"influence": 0.1}}
    assert opened.under_policy(rules).note == "the budget of policy `ours` is not kept without a ledger"
    for wrong in ({"ledger": "a.db"}, {"ledger_secret": secret}, {"asker": "alice"}):
        with pytest.raises(varidex.UsageError, match="ledger: expected its file"):
            opened.under_policy("omop", **wrong)
    secret.write_bytes(b"another one of at least 32 bytes.")
    with pytest.raises(varidex.UsageError, match="ledger"):
        shown("alice")


def test_numbers_under_a_budget_are_capped(opened: varidex.Dataset, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(bytes(32))
    rules = {
        "name": "ours", "granularity": "count", "floor": {"people": 1}, "two_tailed": False, "zero": "shown",
        "combine": True, "budget": {"influence": 4},
    }  # fmt: skip

    def shown(asker: str) -> varidex.PolicyView:
        return opened.under_policy(
            rules, ledger=tmp_path / "ledger.db", ledger_secret=tmp_path / "secret", asker=asker, population="P"
        )

    # whether somebody was left out or not: here everybody can pay
    table = shown("alice").frequencies("1:200:C:T")
    assert [(row["ac"], row["an"], row["status"]) for row in table] == [(6, 24, "capped")]
    common = shown("bob").ask("carriers(1:200:C:T)")
    assert (common.exists, common.count, common.status) == (True, 6, "capped")
    assert shown("bob").ask("sex:female").status == "exact"
    assert [row["status"] for row in opened.under_policy(rules).frequencies("1:200:C:T")] == ["exact"]
