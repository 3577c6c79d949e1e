//! People of whom other data are known than in an earlier state.

use super::Individual;
use crate::cohort::View;
use crate::error::Result;
use crate::stop::check_stop;

/// People between two looks at whether to stop.
const PEOPLE_TO_STOP: u64 = 1024;

impl View {
    /// How many people who may be seen in this state and in an earlier one have other records, attributes or samples in it: not those who
    /// came or left since. Genotypes of the same samples are not compared.
    ///
    /// Where the files of people are the same nothing is read; else everybody is, in both.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged).
    pub fn altered_since(&self, earlier: &Self) -> Result<u64> {
        let (now, before) = (self.manifest(), earlier.manifest());
        let is_same =
            now.people == before.people && now.sample_attributes == before.sample_attributes;
        let (Some(people), Some(old)) = (self.people(), earlier.people()) else {
            return Ok(0);
        };
        if is_same {
            return Ok(0);
        }
        let both = self
            .lasting_people()?
            .intersection(&earlier.lasting_people()?);
        let end = people.universe().min(old.universe());
        let (mut altered, mut seen) = (0, 0_u64);
        // samples of which no person is known are numbered behind all people
        for individual in both.iter().take_while(|of| *of < end) {
            if seen.is_multiple_of(PEOPLE_TO_STOP) {
                check_stop()?;
            }
            seen += 1;
            let now = self.individual_numbered(people, individual)?;
            let before = earlier.individual_numbered(old, individual)?;
            altered += u64::from(!is_alike(now, before));
        }
        Ok(altered)
    }
}

/// Whether two records say the same. Numbers of free attributes are those of a file, and so is what versions ontologies have.
fn is_alike(mut a: Individual, mut b: Individual) -> bool {
    a.person.free.clear();
    b.person.free.clear();
    let samples = |of: &Individual| -> Vec<_> {
        let samples = of.samples.iter();
        samples
            .map(|sample| (sample.name.clone(), sample.attributes.clone()))
            .collect()
    };
    a.person == b.person && a.free == b.free && samples(&a) == samples(&b)
}
