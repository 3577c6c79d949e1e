//! The refget accessions of chromosomes, by which GA4GH VRS names sequences: the letters behind `SQ.` are the
//! digest of the bases (`sha512t24u` of them in upper case).
//!
//! Source: the aliases of GA4GH's public SeqRepo (<https://services.genomicmedlab.org/seqrepo>), as the registry of
//! `agct` lists them (<https://github.com/GenomicMedLab/agct>) for chromosomes 1 to Y, and as the tests of the
//! reference implementation have it for the mitochondrion (<https://github.com/ga4gh/vrs-python>), compared with two other
//! projects' lists. Those of T2T-CHM13 are in none of them: there identifiers are not known.

use super::{Assembly, Chromosome};

impl Assembly {
    /// The refget accession of a chromosome without `SQ.`, where it is known.
    pub(crate) fn refget(self, chromosome: Chromosome) -> Option<&'static str> {
        let table = match self {
            Self::Grch37 => &GRCH37,
            Self::Grch38 => &GRCH38,
            Self::T2tChm13 => return None,
        };
        table.get(chromosome.index()).copied()
    }
}

static GRCH37: [&str; Chromosome::COUNT] = [
    "S_KjnFVz-FE7M0W6yoaUDgYxLPc1jyWU",
    "9KdcA9ZpY1Cpvxvg8bMSLYDUpsX6GDLO",
    "VNBualIltAyi2AI_uXcKU7M9XUOuA7MS",
    "iy7Zfceb5_VGtTQzJ-v5JpPbpeifHD_V",
    "vbjOdMfHJvTjK_nqvFvpaSKhZillW0SX",
    "KqaUhJMW3CDjhoVtBetdEKT1n6hM-7Ek",
    "IW78mgV5Cqf6M24hy52hPjyyo5tCCd86",
    "tTm7wmhz0G4lpt8wPspcNkAD_qiminj6",
    "HBckYGQ4wYG9APHLpjoQ9UUe9v7NxExt",
    "-BOZ8Esn8J88qDwNiSEwUr5425UXdiGX",
    "XXi2_O1ly-CCOi3HP5TypAw7LtC6niFG",
    "105bBysLoDFQHhajooTAUyUkNiZ8LJEH",
    "Ewb9qlgTqN6e_XQiRVYpoUfZJHXeiUfH",
    "5Ji6FGEKfejK1U6BMScqrdKJK8GqmIGf",
    "zIMZb3Ft7RdWa5XYq0PxIlezLY2ccCgt",
    "W6wLoIFOn4G7cjopxPxYNk2lcEqhLQFb",
    "AjWXsI7AkTK35XW9pgd3UbjpC3MAevlz",
    "BTj4BDaaHYoPhD3oY2GdwC_l0uqZ92UD",
    "ItRDD47aMoioDCNW_occY5fWKZBKlxCX",
    "iy_UbUrvECxFRX5LPTH_KPojdlT7BKsf",
    "LpTaNW-hwuY_yARP0rtarCnpCQLkgVCg",
    "XOgHwwR3Upfp5sZYk6ZKzvV25a4RBVu8",
    "v7noePfnNpK8ghYXEqZ9NukMXW7YeNsm",
    "BT7QyW5iXaX_1PSX-msSGYsqRdMKqkj-",
    "k3grVkjY-hoWcCUojHw6VU6GE3MZ8Sct",
];

static GRCH38: [&str; Chromosome::COUNT] = [
    "Ya6Rs7DHhDeg7YaOSg1EoNi3U_nQ9SvO",
    "pnAqCRBrTsUoBghSD1yp_jXWSmlbdh4g",
    "Zu7h9AggXxhTaGVsy7h_EZSChSZGcmgX",
    "HxuclGHh0XCDuF8x6yQrpHUBL7ZntAHc",
    "aUiQCzCPZ2d0csHbMSbh2NzInhonSXwI",
    "0iKlIQk2oZLoeOG9P1riRU6hvL5Ux8TV",
    "F-LrLMe1SRpfUZHkQmvkVKFEGaoDeHul",
    "209Z7zJ-mFypBEWLk4rNC6S_OxY5p7bs",
    "KEO-4XBcm1cxeo_DIQ8_ofqGUkp4iZhI",
    "ss8r_wB0-b9r44TQTMmVTI92884QvBiB",
    "2NkFm8HK88MqeNkCgj78KidCAXgnsfV1",
    "6wlJpONE3oNb4D69ULmEXhqyDZ4vwNfl",
    "_0wi-qoDrvram155UmcSC-zA5ZK4fpLT",
    "eK4D2MosgK_ivBkgi6FVPg5UXs1bYESm",
    "AsXvWL1-2i5U_buw6_niVIxD6zTbAuS6",
    "yC_0RBj3fgBlvgyAuycbzdubtLxq-rE0",
    "dLZ15tNO1Ur0IcGjwc3Sdi_0A6Yf4zm7",
    "vWwFhJ5lQDMhh-czg06YtlWqu0lvFAZV",
    "IIB53T8CNeJJdUqzn9V_JnRtQadwWCbl",
    "-A1QmD_MatoqxvgVxBLZTONHz9-c7nQo",
    "5ZUqxCmDDgN4xTRbaSjN8LwgZironmB8",
    "7B7SHsmchAR0dFcDCuSFjJAo7tX87krQ",
    "w0WZEvgJF0zf_P4yyTzjjv9oW1z61HHP",
    "8_liLu1aycC0tPQPFmUaGXJLDs5SbPZ5",
    "k3grVkjY-hoWcCUojHw6VU6GE3MZ8Sct",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn accessions_are_digests_of_different_sequences() {
        let all = || {
            Assembly::ALL.into_iter().flat_map(|assembly| {
                Chromosome::all().filter_map(move |chromosome| assembly.refget(chromosome))
            })
        };
        let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        assert!(all().all(|of| of.len() == 32 && of.bytes().all(is_letter)));
        // both have the same mitochondrion
        assert_eq!(all().count(), 50);
        assert_eq!(all().collect::<BTreeSet<_>>().len(), 49);
        let mitochondrion = |assembly: Assembly| assembly.refget(Chromosome::MT);
        assert_eq!(
            mitochondrion(Assembly::Grch37),
            mitochondrion(Assembly::Grch38)
        );
        assert_eq!(mitochondrion(Assembly::T2tChm13), None);
    }
}
