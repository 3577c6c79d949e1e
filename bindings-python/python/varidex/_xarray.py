"""Genotypes as a dataset of xarray, with the names of sgkit (``pip install varidex[xarray]``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

if TYPE_CHECKING:
    from varidex._varidex import Dataset, Group


def to_sgkit(
    dataset: Dataset,
    where: str | dict[str, Any] = "all",
    group: Group | str | dict[str, Any] | None = None,
) -> Any:
    """Variants and genotypes as an ``xarray.Dataset`` that sgkit reads.

    Every variant has two alleles, REF and its ALT; of a record of several ALTs each is a variant of its own, in
    which 0 is any other allele. ``call_genotype`` is -1 where an allele is not known and -2 behind the copies of
    those who have fewer than others. All is in memory: choose by ``where`` and ``group``.

    >>> varidex.to_sgkit(ds, "22:20003080:TGATTA:T").sizes["samples"]  # doctest: +SKIP
    2000
    """
    import xarray

    found = dataset.haplotypes(where, group=group)
    columns = found.variants.to_numpy()
    contigs = dataset.contigs
    numbers = {name: number for number, name in enumerate(contigs)}
    chrom = [numbers[name] for name in columns["chrom"]]
    pairs = [[ref, alt or ""] for ref, alt in zip(columns["ref"], columns["alt"])]
    alleles = numpy.array(pairs, dtype=object).reshape(len(pairs), 2)
    genotypes = found.alleles
    calls = ("variants", "samples", "ploidy")
    mixed = bool((genotypes == -2).any())
    return xarray.Dataset(
        {
            "contig_id": ("contigs", numpy.array(contigs, dtype=object)),
            "variant_contig": ("variants", numpy.array(chrom, dtype=numpy.int32)),
            "variant_position": ("variants", columns["pos"].astype(numpy.int32)),
            "variant_allele": (("variants", "alleles"), alleles),
            "sample_id": ("samples", numpy.array(found.samples, dtype=object)),
            "call_genotype": (calls, genotypes, {"mixed_ploidy": mixed}),
            "call_genotype_phased": (("variants", "samples"), found.phased),
            "call_genotype_mask": (calls, genotypes < 0),
        },
        attrs={"contigs": list(contigs), "source": f"varidex {dataset.snapshot}"},
    )
