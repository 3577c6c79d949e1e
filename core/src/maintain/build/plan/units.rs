//! Which inputs are read together.

use super::super::options::BuildOptions;
use super::super::samples::InputSamples;
use super::{Input, Plan};

/// What becomes one batch, or is added to one.
pub(in super::super) enum Unit {
    One(Box<Input>),
    /// Inputs of one sample each.
    Merged(Vec<Input>, InputSamples),
}

impl Plan {
    /// Which inputs become one batch: those of one sample each that no other input has, where their annotations
    /// are read in the same way, and their samples have records over the same stretches already. In the order of the
    /// inputs, by the first of each.
    pub(in super::super) fn units(&mut self, options: &BuildOptions) -> Vec<Unit> {
        let inputs = std::mem::take(&mut self.inputs);
        let uses = self.samples.uses(inputs.iter().map(|input| &input.place));
        let mut alone: Vec<Option<Vec<Input>>> = Vec::new();
        let mut units: Vec<(usize, Option<Box<Input>>)> = Vec::new();
        for input in inputs {
            let used = uses.get(input.place.first_sample as usize);
            if input.place.count != 1 || used != Some(&1) {
                units.push((usize::MAX, Some(Box::new(input))));
                continue;
            }
            let alike = |of: &Option<Vec<Input>>| {
                let first = of.as_ref().and_then(|of| of.first());
                first.is_some_and(|first| {
                    first.annotated == input.annotated && first.taken.is_alike(&input.taken)
                })
            };
            let full = |of: &Option<Vec<Input>>| {
                of.as_ref()
                    .is_some_and(|of| of.len() >= options.merge_up_to)
            };
            match alone.iter().rposition(|of| alike(of) && !full(of)) {
                Some(at) => {
                    if let Some(Some(of)) = alone.get_mut(at) {
                        of.push(input);
                    }
                }
                None => {
                    units.push((alone.len(), None));
                    alone.push(Some(vec![input]));
                }
            }
        }
        let mut all = Vec::new();
        for (at, one) in units {
            if let Some(one) = one {
                all.push(Unit::One(one));
                continue;
            }
            let inputs = alone.get_mut(at).and_then(Option::take);
            let inputs = inputs.unwrap_or_default();
            if inputs.len() < options.merge_from() {
                all.extend(inputs.into_iter().map(|one| Unit::One(Box::new(one))));
                continue;
            }
            let places: Vec<&InputSamples> = inputs.iter().map(|of| &of.place).collect();
            let place = self.samples.merge(&places);
            all.push(Unit::Merged(inputs, place));
        }
        all
    }
}
