//! Measured values by what was measured and by tool.

use std::collections::BTreeMap;

/// Measured values; the median counts.
#[derive(Debug, Default)]
pub(crate) struct Figures(BTreeMap<(String, String), Vec<f64>>);

impl Figures {
    pub(crate) fn add(&mut self, what: &str, tool: &str, value: f64) {
        let key = (what.to_owned(), tool.to_owned());
        self.0.entry(key).or_default().push(value);
    }

    pub(crate) fn median(&self, what: &str, tool: &str) -> Option<f64> {
        let mut values = self.0.get(&(what.to_owned(), tool.to_owned()))?.clone();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        let upper = *values.get(middle)?;
        if values.len() % 2 == 1 {
            return Some(upper);
        }
        Some((upper + values.get(middle.checked_sub(1)?)?) / 2.0)
    }

    /// The least value: other work of the machine disturbs it least.
    pub(crate) fn least(&self, what: &str, tool: &str) -> Option<f64> {
        let values = self.0.get(&(what.to_owned(), tool.to_owned()))?;
        values.iter().copied().min_by(f64::total_cmp)
    }

    /// The tools beside ours with a value, by name.
    pub(crate) fn peers(&self, what: &str) -> Vec<&str> {
        let tools = self
            .0
            .keys()
            .filter(|(of, tool)| of == what && tool != "varidex");
        tools.map(|(_, tool)| tool.as_str()).collect()
    }

    /// Whether a tool took so long the first time that it is not asked again.
    pub(crate) fn is_slow(&self, what: &str, tool: &str) -> bool {
        const ENOUGH: f64 = 20.0;
        self.median(what, tool).is_some_and(|value| value > ENOUGH)
    }
}
