//! Ages and dates.

use crate::model::{Age, Dates};
use proptest::prelude::*;

fn age(text: &str) -> Age {
    Age::from_iso(text).unwrap_or_else(|| panic!("{text}"))
}

#[test]
fn ages_are_in_the_order_of_time() {
    assert!(age("P70Y6M") > age("P70Y"));
    assert!(age("P6M") < age("P1Y"));
    assert!(age("P0D") < age("P1D"));
    assert_eq!(age("P12M"), age("P1Y"));
    assert_eq!(age("P3W"), age("P21D"));
    assert_eq!(age("PT48H"), age("P2D"));
    assert_eq!(age("P0.5Y"), age("P6M"));
    assert_eq!(age("P1Y2M3DT12H").0, 12 * 487 + 2 * 487 + 3 * 16 + 8);
}

#[test]
fn what_is_no_age_is_none() {
    for text in [
        "",
        "P",
        "PT",
        "P1",
        "P1Y1",
        "1Y",
        "P-1Y",
        "P1M1Y",
        "P1Y1Y",
        "P1YT",
        "P1H",
        "PY",
        "P151Y",
        "P99999999999999999999Y",
        "P1.2.3Y",
        "PéY",
        "P1é",
    ] {
        assert_eq!(Age::from_iso(text), None, "{text}");
    }
    assert_eq!(Age::from_years(f64::NAN), None);
    assert_eq!(Age::from_years(-1.0), None);
}

#[test]
fn before_birth_is_below_zero() {
    assert_eq!(Age::from_gestation(40, 0), Some(Age(0)));
    assert_eq!(Age::from_gestation(32, 3), Some(Age(-(7 * 7 + 4) * 16)));
    assert_eq!(Age::from_gestation(-1, 0), None);
    assert_eq!(Age::from_gestation(i64::MAX, 0), None);
}

#[test]
fn dates_may_be_partial() {
    let span = |text| Dates::from_iso(text).map(|dates| (dates.first, dates.last));
    assert_eq!(span("1970-01-01"), Some((0, 0)));
    assert_eq!(span("1970"), Some((0, 364)));
    assert_eq!(span("1970-02"), Some((31, 58)));
    assert_eq!(span("2000-02"), Some((10_988, 11_016)));
    assert_eq!(span("2020-03-17T00:00:00Z"), span("2020-03-17"));
    assert_eq!(span("1999-08-05T17:21:00.5+01:00"), span("1999-08-05"));
    for text in [
        "",
        "70",
        "1970-13",
        "1970-02-30",
        "1900-02-29",
        "1970-1-1",
        "0000",
        "1970-01-01T",
        "1970T10:00",
        "1970-01-01Tnoon",
        "1970-01-01-01",
        "-1970",
        "+970",
        "１９７０",
    ] {
        assert_eq!(span(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn days_follow_each_other(year in 1i32..9999, month in 1i32..=12) {
        let dates = |year: i32, month: i32| Dates::from_iso(&format!("{year:04}-{month:02}")).unwrap();
        let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        let this = dates(year, month);
        prop_assert!((27..31).contains(&(this.last - this.first)));
        prop_assert_eq!(dates(next_year, next).first, this.last + 1);
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,12}|P[0-9.YMWDTHS]{0,12}|[0-9T:-]{0,12}") {
        let _ = (Age::from_iso(&text), Dates::from_iso(&text));
    }
}
