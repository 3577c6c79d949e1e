"""Pictures of answers, with matplotlib (``pip install varidex[plot]``).

Every function draws into ``ax``, or into a new figure, and gives the axes back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from varidex import Dataset, Group

__all__ = ["carriers", "people", "phenotypes", "spectrum"]

#: one hue for what is counted, and for two things at once a second one that the colour-blind tell apart
_BLUE, _ORANGE = "#3b6ea5", "#d9822b"
_HUES = [_BLUE, _ORANGE, "#5b9a68", "#8d6bb0", "#9a7d5c", "#7f7f7f"]


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


def _short(text: str, width: int = 44) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def spectrum(
    dataset: Dataset,
    where: str = "all",
    *,
    group: Group | str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """The allele-frequency spectrum: how many variants there are of which frequency.

    Frequencies are of the ALT, in classes of equal width on a logarithmic axis. Those that are not seen
    in the group, or of which no copy is known, are left out and told in the title.
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
    told = f", {unseen:,} not seen" if unseen else ""
    ax.set_title(f"{_short(where)}: {len(seen):,} variants{told}", loc="left")
    return ax


def carriers(
    dataset: Dataset,
    where: str,
    *,
    group: Group | str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Carriers along a gene or a region: a stem for each variant, as high as it has carriers.

    Each of those carriers who have it on all of their copies is above the mark in the stem.
    """
    table = dataset.variants(where, group=group).to_numpy()
    pos, het = table["pos"], table["n_het"]
    total = het + table["n_hom"] + table["n_hemi"]
    carried = total > 0
    pos, het, total, chrom = pos[carried], het[carried], total[carried], table["chrom"][carried]
    if len(set(chrom)) > 1:
        raise ValueError(f"{where!r}: variants on several contigs, {', '.join(sorted(set(chrom)))}")
    ax = _axes(ax)
    ax.vlines(pos, 0, het, color=_BLUE, linewidth=1.2, label="on some copies")
    ax.vlines(pos, het, total, color=_ORANGE, linewidth=1.2, label="on all copies")
    ax.plot(pos, total, "o", markersize=3.5, color=_BLUE)
    if len(total) and total.max() >= 50:
        ax.set_yscale("symlog", linthresh=10)
        ax.set_yticks([0, 5, 10, *(10**n for n in range(2, len(str(int(total.max())))))])
        ax.yaxis.set_major_formatter("{x:,.0f}")
    ax.set_ylim(bottom=0)
    ax.margins(x=0.02)
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.xaxis.set_major_locator(_few_ticks())
    ax.set_xlabel(f"position on {chrom[0]}" if len(chrom) else "position")
    ax.set_ylabel("carriers")
    ax.set_title(f"{_short(where)}: {len(pos):,} variants carried", loc="left")
    if not len(pos):
        _nothing(ax, "nobody carries any")
    if (total > het).any():
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


def phenotypes(
    dataset: Dataset,
    scope: str | None = "phenotype",
    *,
    top: int = 20,
    ax: Axes | None = None,
) -> Axes:
    """The terms recorded of most people, as bars: phenotypes, or another scope of ``Dataset.terms``.

    A person counts with each of their terms, and with what is more general.
    """
    rows = [row for _, row in zip(range(top), dataset.terms(scope))]
    names = [_short(row["label"] or row["id"]) for row in rows]
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
