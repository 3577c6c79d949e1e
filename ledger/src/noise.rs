//! Noise that is added to numbers: what it is asked for, and how it is drawn.

use crate::error::usage;
use crate::{Error, Result};

/// Noise of some numbers. Each has its own, drawn once in a state of a population: whoever asks for it, and as often as it is asked
/// for, gets the same. The asker is no part of it, so that askers who work together have no second one.
#[derive(Debug, Clone, Copy)]
pub struct NoiseQuestion<'a> {
    /// Whom the numbers are of.
    pub population: &'a str,
    /// How noise is distributed: another distribution has noise of its own.
    pub distribution: Distribution,
    /// Numbers that it is added to.
    pub numbers: &'a [NoiseOf<'a>],
}

/// A number, by what is the same whenever it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoiseOf<'a> {
    /// What is counted.
    pub statistic: &'a str,
    /// Which allele, for example.
    pub of: &'a str,
    /// A digest of who is counted, or of those among whom is counted.
    pub members: &'a [u8; 32],
}

/// A distribution of whole numbers around zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Distribution {
    /// P(z) ∝ e^(−|z|/scale).
    Laplace {
        /// b.
        scale: f64,
    },
    /// P(z) ∝ e^(−z²/2σ²).
    Gaussian {
        /// σ.
        deviation: f64,
    },
}

impl Distribution {
    /// Between these are scale and deviation.
    const RANGE: std::ops::RangeInclusive<f64> = 0.1..=1e6;

    /// Its parameters are in their range.
    pub(crate) fn check(self) -> Result<()> {
        let (what, value) = match self {
            Self::Laplace { scale } => ("scale", scale),
            Self::Gaussian { deviation } => ("deviation", deviation),
        };
        match Self::RANGE.contains(&value) {
            true => Ok(()),
            false => Err(usage(what, "a number from 0.1 to 1000000", value)),
        }
    }

    /// What is digested of it.
    #[cfg(feature = "noise")]
    pub(crate) fn bytes(self) -> [u8; 9] {
        let (kind, value) = match self {
            Self::Laplace { scale } => (1, scale),
            Self::Gaussian { deviation } => (2, deviation),
        };
        let mut bytes = [kind; 9];
        let (_, rest) = bytes.split_at_mut(1);
        rest.copy_from_slice(&value.to_bits().to_le_bytes());
        bytes
    }

    /// Draws from it by the exact samplers of opendp (Canonne, Kamath and Steinke 2020): no floating-point number is rounded, by which noise
    /// could be recognised (Mironov 2012).
    ///
    /// These take random bytes of ChaCha20, which the operating system seeds (`rand::thread_rng`), and none that are given. So what was
    /// drawn must be kept, and cannot be computed again from a secret.
    #[cfg(feature = "noise")]
    pub(crate) fn draw(self) -> Result<i64> {
        use dashu::rational::RBig;
        use opendp::traits::samplers::{sample_discrete_gaussian, sample_discrete_laplace};

        // every floating-point number in the range is a fraction, exactly
        let exact = |value: f64| {
            RBig::try_from(value).map_err(|_| usage("noise", "a number that is finite", value))
        };
        let drawn = match self {
            Self::Laplace { scale } => sample_discrete_laplace(exact(scale)?),
            Self::Gaussian { deviation } => sample_discrete_gaussian(exact(deviation)?),
        };
        let drawn = drawn.map_err(|error| usage("noise", "random numbers", error))?;
        // so far out is nothing that is ever drawn
        let beyond = || {
            if drawn.sign() == dashu::base::Sign::Negative {
                i64::MIN
            } else {
                i64::MAX
            }
        };
        Ok(i64::try_from(&drawn).unwrap_or_else(|_| beyond()))
    }
}

/// Why there is no noise.
pub(crate) fn has_none() -> Error {
    usage(
        "noise",
        "a ledger that draws some: of a build with the feature `noise`",
        "one that draws none",
    )
}
