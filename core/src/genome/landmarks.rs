//! Genes that lie at other places in GRCh37 and GRCh38: by them gene models without a word about their
//! assembly are recognised.

use super::{Assembly, Chromosome};

/// Symbol, chromosome, and the first base (0-based) in GRCh37 and in GRCh38, as RefSeq has them. They
/// moved by much more than transcripts of a gene differ in where they begin.
const LANDMARKS: [(&str, &str, i32, i32); 41] = [
    ("PCSK9", "1", 55_505_148, 55_039_475),
    ("SLC2A1", "1", 43_391_045, 42_925_374),
    ("IDH1", "2", 209_100_950, 208_236_226),
    ("TTN", "2", 179_390_716, 178_525_989),
    ("CASR", "3", 121_902_529, 122_183_682),
    ("PIK3CA", "3", 178_866_310, 179_148_522),
    ("KIT", "4", 55_524_094, 54_657_927),
    ("TET2", "4", 106_067_031, 105_145_874),
    ("APC", "5", 112_043_201, 112_707_504),
    ("NSD1", "5", 176_560_079, 177_133_078),
    ("BRAF", "7", 140_433_812, 140_734_012),
    ("CFTR", "7", 117_120_016, 117_479_962),
    ("KCNH2", "7", 150_642_043, 150_944_955),
    ("MYC", "8", 128_748_314, 127_736_068),
    ("ABL1", "9", 133_589_267, 130_713_880),
    ("NOTCH1", "9", 139_388_884, 136_494_432),
    ("PTEN", "10", 89_623_194, 87_863_437),
    ("RET", "10", 43_572_516, 43_077_068),
    ("KRAS", "12", 25_357_722, 25_204_788),
    ("LRRK2", "12", 40_618_812, 40_225_010),
    ("PAH", "12", 103_232_103, 102_838_325),
    ("BRCA2", "13", 32_889_616, 32_315_479),
    ("RB1", "13", 48_877_882, 48_303_746),
    ("MYH7", "14", 23_881_946, 23_412_737),
    ("FBN1", "15", 48_700_502, 48_408_305),
    ("BRCA1", "17", 41_196_311, 43_044_294),
    ("NF1", "17", 29_421_944, 31_094_926),
    ("SMAD4", "18", 48_556_582, 51_030_212),
    ("APOE", "19", 45_409_005, 44_905_748),
    ("RYR1", "19", 38_924_339, 38_433_699),
    ("GNAS", "20", 57_414_772, 58_839_717),
    ("APP", "21", 27_252_860, 25_880_549),
    ("RUNX1", "21", 36_160_097, 34_787_800),
    ("SOD1", "21", 33_031_934, 31_659_621),
    ("CHEK2", "22", 29_083_730, 28_687_742),
    ("NF2", "22", 29_999_544, 29_603_555),
    ("AR", "X", 66_763_873, 67_544_031),
    ("F8", "X", 154_064_063, 154_835_788),
    ("G6PD", "X", 153_759_604, 154_531_389),
    ("MECP2", "X", 153_287_263, 154_021_812),
    ("USP9Y", "Y", 14_813_159, 12_701_230),
];

/// The assembly that a gene of this symbol with this place (0-based) is of; `None` where that does not
/// decide.
pub(crate) fn assembly_of_gene(symbol: &str, contig: &str, start: i32) -> Option<Assembly> {
    let mut all = LANDMARKS.iter();
    let (_, chromosome, old, new) = all.find(|(known, ..)| *known == symbol)?;
    if Chromosome::from_name(contig)? != Chromosome::from_name(chromosome)? {
        return None;
    }
    let near = old.abs_diff(*new) / 4;
    match (start.abs_diff(*old) < near, start.abs_diff(*new) < near) {
        (true, _) => Some(Assembly::Grch37),
        (_, true) => Some(Assembly::Grch38),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_tell_the_assembly() {
        let of = assembly_of_gene;
        assert_eq!(of("BRCA1", "chr17", 41_196_311), Some(Assembly::Grch37));
        assert_eq!(of("BRCA1", "17", 43_044_294), Some(Assembly::Grch38));
        // another transcript begins earlier
        assert_eq!(of("BRCA1", "17", 43_030_000), Some(Assembly::Grch38));
        assert_eq!(of("BRCA1", "17", 1), None);
        assert_eq!(of("BRCA1", "18", 41_196_311), None);
        assert_eq!(of("NONE1", "17", 41_196_311), None);
        for (symbol, chromosome, old, new) in LANDMARKS {
            assert!(old.abs_diff(new) > 150_000, "{symbol}");
            assert_eq!(
                of(symbol, chromosome, old),
                Some(Assembly::Grch37),
                "{symbol}"
            );
            assert_eq!(
                of(symbol, chromosome, new),
                Some(Assembly::Grch38),
                "{symbol}"
            );
        }
    }
}
