//! What else can be published of strata that would say too much, and what it costs.

use super::group::Measured;
use super::{Leaks, power, two_digits_up};
use crate::error::Error;
use crate::model::Policy;
use crate::store::published::TOTAL;
use std::fmt::Write as _;

/// Refuses strata that are above what a policy allows, and were not named.
pub(in crate::publish) fn refusal(leaks: &Leaks, policy: &Policy) -> Option<Error> {
    let bound = policy.separation?;
    // as the file has it
    let above = |separation: f64| two_digits_up(separation) > bound;
    let strata = leaks.leaks.iter().zip(&leaks.measured);
    let mut strata = strata
        .filter(|(leak, _)| above(leak.separation) && !leak.accepted)
        .peekable();
    strata.peek()?;
    let total = leaks.measured.iter().find(|of| of.label == TOTAL);
    let mut what = format!(
        "publishes strata of which members are up to {bound} standard deviations from others (power {:.2} at 5 % of others taken for members), unless they are named to be accepted:",
        power(bound)
    );
    for (leak, measured) in strata {
        // writing to a text does not fail
        let _ = write!(
            what,
            "\n  {}: {:.2} standard deviations, power {:.2}, by {} sites, {} of them independent",
            leak.label,
            leak.separation,
            leak.power_at_5_percent,
            leak.sites,
            leak.independent_sites
        );
        for choice in choices(measured, total, bound) {
            let _ = write!(what, "\n    {choice}");
        }
    }
    Some(Error::NotAllowed {
        policy: policy.name.clone(),
        what,
    })
}

/// What keeps to the bound, or how far it goes.
fn choices(of: &Measured, total: Option<&Measured>, bound: f64) -> Vec<String> {
    let mut all = Vec::new();
    let kept = of.sites_for(bound);
    let lost = 100.0 * (1.0 - kept as f64 / of.sites.max(1) as f64);
    all.push(format!(
        "fewer sites: {kept} common independent ones keep to it; {lost:.1} % of the sites are lost"
    ));
    // mean deviations of AF: of a rounded number a quarter of the base, of noise √(2/π)
    let of_copies = |copies: f64| copies / (2.0 * of.people.max(1) as f64);
    if let Some((to, separation)) = rounding(of, bound) {
        all.push(format!(
            "rounding: to {to} copies: {separation:.2}; AF is off by {:.4} in the mean",
            of_copies(to as f64 / 4.0)
        ));
    }
    match of.noise_for(bound) {
        Some(noise) => all.push(format!(
            "noise: of a standard deviation of {noise:.0} copies keeps to it; AF is off by {:.4} in the mean",
            of_copies(noise * std::f64::consts::FRAC_2_PI.sqrt())
        )),
        None => all.push("noise: none keeps to it".to_owned()),
    }
    if let Some(total) = total.filter(|total| total.label != of.label) {
        all.push(format!(
            "merged strata: with all others {:.2}; AF is off by {:.4} in the mean",
            total.separation(),
            of.difference()
        ));
    }
    all
}

/// The least base, of 1, 2 and 5 times a power of ten, that keeps to the bound, or else the greatest that leaves anything; with the
/// separation.
fn rounding(of: &Measured, bound: f64) -> Option<(u64, f64)> {
    let bases = (1..12).flat_map(|power| [1, 2, 5].map(|n| n * 10u64.pow(power)));
    let mut last = None;
    for to in bases.take_while(|to| *to <= of.people.max(10)) {
        let separation = of.rounded_to(to);
        last = Some((to, separation));
        if separation <= bound {
            break;
        }
    }
    last
}
