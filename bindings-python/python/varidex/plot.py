"""Pictures of answers, with matplotlib (``pip install varidex[plot]``).

Every function draws into ``ax``, or into a new figure, and gives the axes back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from varidex import Dataset, Group

__all__ = ["carriers", "frequency", "people", "phenotypes", "spectrum"]

#: one hue for what is counted, and for two things at once a second one that the colour-blind tell apart
_BLUE, _ORANGE = "#3b6ea5", "#d9822b"
_HUES = [_BLUE, _ORANGE, "#5b9a68", "#8d6bb0", "#9a7d5c", "#7f7f7f"]


#: variants beside each other of which stems can be set apart
_STEMS = 150

#: what every term of a vocabulary is, which says nothing of a person
_ROOTS = {
    "HP:0000001": "All",
    "HP:0000118": "Phenotypic abnormality",
    "MONDO:0000001": "disease",
    "MONDO:0700096": "human disease",
    "DOID:4": "disease",
    "EFO:0000408": "disease",
    "MP:0000001": "mammalian phenotype",
    "NCIT:C2991": "Disease or Disorder",
}


def _axes(ax: Axes | None, height: float = 3.6) -> Axes:
    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.subplots(figsize=(7.2, height), layout="constrained")[1]
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _legend(ax: Axes) -> None:
    """Beside the picture, where it hides nothing."""
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1), borderaxespad=0)


def _nothing(ax: Axes, text: str) -> None:
    ax.text(0.5, 0.5, text, ha="center", transform=ax.transAxes)
    ax.set_xticks([])
    ax.set_yticks([])


def _short(text: str | dict[str, Any], width: int = 44) -> str:
    text = str(text)
    return text if len(text) <= width else text[: width - 1] + "…"


def spectrum(
    dataset: Dataset,
    where: str | dict[str, Any] = "all",
    *,
    group: Group | str | dict[str, Any] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """The allele-frequency spectrum: how many variants there are of which frequency.

    Frequencies are of the ALT, in classes of equal width on a logarithmic axis. Those that are not seen
    in the group, or of which no copy is known, are left out, and the title says how many.
    """
    af = dataset.variants(where, group=group)["af"]
    seen = af[af > 0]
    ax = _axes(ax)
    lowest = seen.min() if len(seen) else 0.001  # an empty picture has an axis too
    edges = numpy.logspace(numpy.floor(numpy.log10(lowest) * 4) / 4, 0, num=25)
    counts, _ = numpy.histogram(numpy.clip(seen, edges[0], 1), edges)
    ax.stairs(counts, edges, fill=True, color=_BLUE)
    ax.set_xscale("log")
    ax.set_xlim(edges[0], 1)
    ax.set_xlabel("frequency of the ALT")
    ax.set_ylabel("variants")
    unseen = len(af) - len(seen)
    unseen_too = f", {unseen:,} not seen" if unseen else ""
    ax.set_title(f"{_short(where)}: {len(seen):,} variants{unseen_too}", loc="left")
    return ax


def carriers(
    dataset: Dataset,
    where: str | dict[str, Any],
    *,
    group: Group | str | dict[str, Any] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Carriers along a gene or a region: a stem for each variant, as high as it has carriers.

    Each of those carriers who have it on all of their copies is above the mark in the stem. Of more variants than
    stems can be set apart each is a point, which is of another hue where somebody has it on all copies.
    """
    table = dataset.variants(where, group=group).to_numpy()
    pos, het = table["pos"], table["n_het"]
    total = het + table["n_hom"] + table["n_hemi"]
    carried = total > 0
    pos, het, total, chrom = pos[carried], het[carried], total[carried], table["chrom"][carried]
    if len(set(chrom)) > 1:
        raise ValueError(f"{where!r}: variants on several contigs, {', '.join(sorted(set(chrom)))}")
    ax = _axes(ax)
    whole = total > het
    if len(pos) <= _STEMS:
        ax.vlines(pos, 0, het, color=_BLUE, linewidth=1.2, label="on some copies")
        ax.vlines(pos, het, total, color=_ORANGE, linewidth=1.2, label="on all copies")
        ax.plot(pos, total, "o", markersize=3.5, color=_BLUE)
    else:
        size = 14 if len(pos) <= 1000 else 7
        for which, hue, label in [(~whole, _BLUE, "on some copies"), (whole, _ORANGE, "of some on all")]:
            ax.scatter(pos[which], total[which], s=size, color=hue, alpha=0.45, linewidth=0, label=label)
    highest = int(total.max()) if len(total) else 0
    if highest >= 50:
        ax.set_yscale("symlog", linthresh=10)
        steps = [0, 2, 5, 10]
        while steps[-1] < highest:
            steps += [step * 10 ** (len(str(steps[-1])) - 1) for step in (2, 5, 10)]
        ax.set_yticks([step for step in steps if step <= highest * 1.5], minor=False)
        ax.set_yticks([], minor=True)
        ax.yaxis.set_major_formatter("{x:,.0f}")
        ax.set_ylim(top=highest * 1.6)
    ax.set_ylim(bottom=0)
    ax.margins(x=0.02)
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.xaxis.set_major_locator(_few_ticks())
    ax.set_xlabel(f"position on {chrom[0]}" if len(chrom) else "position")
    ax.set_ylabel("carriers")
    ax.set_title(f"{_short(where)}: {len(pos):,} variants carried", loc="left")
    if not len(pos):
        _nothing(ax, "nobody carries any")
    if whole.any():
        _legend(ax)
    return ax


def _few_ticks() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=5, integer=True)


def people(
    dataset: Dataset,
    by: str = "population",
    *,
    within: str | None = "sex",
    ax: Axes | None = None,
) -> Axes:
    """How many people there are of each population, or with each value of another key, as bars; each
    divided by the values of ``within``. Keys are those of ``Dataset.people``."""
    keys = [by] if within is None or within == by else [by, within]
    counts: dict[str, dict[str, int]] = {}
    parts: dict[str, int] = {}
    for row in dataset.people(keys):
        value = row[by] or "unknown"
        part = (row[within] or "unknown") if len(keys) == 2 and within is not None else ""
        bar = counts.setdefault(value, {})
        bar[part] = bar.get(part, 0) + row["people"]
        parts[part] = parts.get(part, 0) + row["people"]
    values = list(counts)
    if by != "age":
        values.sort(key=lambda value: (value == "unknown", -sum(counts[value].values()), value))
    ax = _axes(ax, height=1.4 + 0.26 * max(len(values), 3))
    left = numpy.zeros(len(values))
    for number, part in enumerate(sorted(parts, key=lambda part: -parts[part])):
        heights = numpy.array([counts[value].get(part, 0) for value in values])
        ax.barh(values, heights, left=left, color=_HUES[number % len(_HUES)], label=part)
        left += heights
    ax.invert_yaxis()
    ax.set_xlabel("people")
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.tick_params(axis="y", length=0)
    ax.set_title(f"people by {' and '.join(keys)}", loc="left")
    if len(parts) > 1:
        _legend(ax)
    return ax


def frequency(
    dataset: Dataset,
    allele: str,
    by: str = "population",
    *,
    ax: Axes | None = None,
) -> Axes:
    """The frequency of an allele in each population, or by the values of another key of ``Dataset.people``, with
    95 % intervals (Wilson); the line is everybody. Those of whom nothing is known are left out."""
    rows = []
    for value in {row[by]: None for row in dataset.people(by) if row[by] is not None}:
        found = dataset.frequency(allele, group={by: value})
        if found.an:
            rows.append((value, found.ac, found.an))
    rows.sort(key=lambda row: (-row[1] / row[2], row[0]))
    ax = _axes(ax, height=1.4 + 0.26 * max(len(rows), 3))
    share = numpy.array([ac / an for _, ac, an in rows])
    ends = numpy.array([_wilson(ac, an) for _, ac, an in rows]).reshape(len(rows), 2).T
    places = range(len(rows))
    ax.barh(places, share, color=_BLUE, height=0.7)
    whiskers = numpy.abs(ends - share)
    ax.errorbar(share, places, xerr=whiskers, fmt="none", ecolor="#222222", elinewidth=1, capsize=2.5)
    for place, (_, ac, an) in enumerate(rows):
        ax.annotate(
            f"{ac:,} / {an:,}", (ends[1][place], place), xytext=(5, 0),
            textcoords="offset points", va="center", fontsize="small",
        )  # fmt: skip
    everybody = dataset.frequency(allele)
    if everybody.af is not None and rows:
        ax.axvline(everybody.af, color=_ORANGE, linewidth=1.2, label=f"everybody: {everybody.af:.3g}")
        _legend(ax)
    ax.set_yticks(places, [_short(str(value)) for value, _, _ in rows])
    ax.tick_params(axis="y", length=0)
    ax.invert_yaxis()
    ax.set_xlim(0, 1.25 * ends.max() if rows else 1)
    ax.set_xlabel("frequency of the ALT, with 95 % intervals")
    ax.set_title(f"{_short(allele)} by {by}", loc="left")
    if not rows:
        _nothing(ax, everybody.reason or "nobody of whom this is known")
    return ax


def _wilson(ac: int, an: int) -> tuple[float, float]:
    """The ends of the 95 % interval of a share."""
    z = 1.959963984540054
    share = ac / an
    scale = 1 + z * z / an
    middle = (share + z * z / (2 * an)) / scale
    half = z / scale * (share * (1 - share) / an + z * z / (4 * an * an)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def phenotypes(
    dataset: Dataset,
    scope: str | None = "phenotype",
    *,
    top: int = 20,
    ax: Axes | None = None,
) -> Axes:
    """The terms recorded of most people, as bars: phenotypes, or another scope of ``Dataset.terms``.

    A person counts with each of their terms, and with what is more general; the roots of ontologies, which are true
    of everybody of whom something is recorded, are left out.
    """
    telling = (row for row in dataset.terms(scope) if row["id"] not in _ROOTS)
    rows = [row for _, row in zip(range(top), telling)]
    labels = [row["label"] or row["id"] for row in rows]
    # several vocabularies may have the same
    names = [
        _short(f"{label} ({row['id']})" if labels.count(label) > 1 else label)
        for label, row in zip(labels, rows)
    ]
    counts = [row["people"] for row in rows]
    ax = _axes(ax, height=1.4 + 0.26 * max(len(rows), 3))
    bars = ax.barh(range(len(rows)), counts, color=_BLUE)
    ax.bar_label(bars, labels=[f"{count:,}" for count in counts], padding=3)
    ax.set_yticks(range(len(rows)), names)
    ax.tick_params(axis="y", length=0)
    ax.invert_yaxis()
    ax.margins(x=0.1)
    ax.set_xlabel("people")
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.set_title(f"{scope or 'terms'} most often recorded", loc="left")
    if not rows:
        _nothing(ax, "none recorded")
    return ax
