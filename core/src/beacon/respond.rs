//! The JSON around answers.

use super::API_VERSION;
use super::asked::{Asked, Filter};
use super::config::BeaconConfig;
use super::refusal::{Checked, Refusal};
use super::request::EntryType;
use crate::model::Granularity;
use serde_json::{Map, Value, json};

/// About so many bytes stand around the results of a dataset.
const HEAD: usize = 512;

/// What a dataset answers.
#[derive(Debug)]
pub(super) struct ResultSet {
    pub(super) dataset: String,
    /// The most that the dataset says to who asks.
    pub(super) granularity: Granularity,
    /// As many as may be spoken of; where only yes or no may be said, more than 0 is yes.
    pub(super) count: u64,
    /// A JSON array.
    pub(super) results: Vec<u8>,
    /// Fewer people are answered like nobody.
    pub(super) floor: u64,
    /// What the dataset is, whatever it answers.
    pub(super) info: Value,
}

/// The page that is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    pub(super) skip: u64,
    pub(super) limit: u64,
}

/// How many entries are before a page.
pub(super) fn offset_of(page: Page) -> Checked<u64> {
    page.skip
        .checked_mul(page.limit)
        .ok_or_else(|| Refusal::bad("pagination: skip: so many pages there are not"))
}

/// What is in every answer to a question.
pub(super) struct Envelope<'a> {
    pub(super) config: &'a BeaconConfig,
    pub(super) asked: &'a Asked,
    pub(super) of: EntryType,
    pub(super) page: Page,
    /// The most that any dataset said.
    pub(super) granularity: Granularity,
    /// The greatest floor of those that answered.
    pub(super) floor: u64,
    /// Datasets that could not answer, and why.
    pub(super) not_answered: Vec<(String, String)>,
}

impl Envelope<'_> {
    fn meta(&self) -> Value {
        let asked = self.asked;
        // parameters are not repeated: the schema takes none but objects
        json!({
            "beaconId": self.config.id,
            "apiVersion": API_VERSION,
            "returnedSchemas": [{ "entityType": self.of.id(), "schema": self.of.schema() }],
            "returnedGranularity": self.granularity.name(),
            "testMode": asked.test_mode,
            "receivedRequestSummary": {
                "apiVersion": asked.api_version.as_deref().unwrap_or(API_VERSION),
                "requestedSchemas": asked.schemas,
                "filters": asked.filters.iter().map(Filter::shown).collect::<Vec<_>>(),
                "includeResultsetResponses": asked.include.name(),
                "pagination": { "skip": self.page.skip, "limit": self.page.limit },
                "requestedGranularity": asked.granularity.name(),
                "testMode": asked.test_mode,
            },
        })
    }

    /// What holds of the answer as a whole.
    fn info(&self) -> Map<String, Value> {
        let mut info = Map::new();
        if self.granularity < Granularity::Record && self.of != EntryType::Datasets {
            info.insert("floor".to_owned(), json!(self.floor.max(1)));
        }
        if !self.not_answered.is_empty() {
            info.insert("notAnswered".to_owned(), not_answered(&self.not_answered));
        }
        info
    }

    /// An answer over result sets.
    pub(super) fn result_sets(&self, sets: &[ResultSet]) -> Vec<u8> {
        let counted = |set: &&ResultSet| set.granularity > Granularity::Boolean;
        let total: u64 = sets.iter().filter(counted).map(|set| set.count).sum();
        let exists = sets.iter().any(|set| set.count > 0);
        let shown = sets
            .iter()
            .filter(|set| self.asked.include.shows(set.count > 0));
        let of_yes_or_no = shown.clone().filter(|set| !counted(set));
        let mut answer = self.start((exists, total), of_yes_or_no);
        if self.granularity > Granularity::Boolean {
            answer.extend_from_slice(b",\"response\":{\"resultSets\":[");
            let shown = shown.filter(counted);
            // pages are large, and so are copied once
            let results: usize = shown.clone().map(|set| set.results.len()).sum();
            answer.reserve(results + HEAD * sets.len());
            for (number, set) in shown.enumerate() {
                if number > 0 {
                    answer.push(b',');
                }
                self.result_set(set, &mut answer);
            }
            answer.extend_from_slice(b"]}");
        }
        answer.push(b'}');
        answer
    }

    fn result_set(&self, set: &ResultSet, to: &mut Vec<u8>) {
        let head = json!({
            "beaconId": self.config.id,
            "id": set.dataset,
            "setType": "dataset",
            "exists": set.count > 0,
            "resultsCount": set.count,
            "info": set.info,
        });
        open(&head, to);
        to.extend_from_slice(b",\"results\":");
        to.extend_from_slice(match set.results.is_empty() {
            true => b"[]",
            false => &set.results,
        });
        to.push(b'}');
    }

    /// An answer that lists datasets.
    pub(super) fn collections(&self, total: u64, collections: &[Value]) -> Vec<u8> {
        let mut answer = self.start((total > 0, total), std::iter::empty());
        answer.extend_from_slice(b",\"response\":{\"collections\":");
        answer.extend_from_slice(Value::from(collections).to_string().as_bytes());
        answer.extend_from_slice(b"}}");
        answer
    }

    /// Everything before the response, without the last brace.
    fn start<'s>(
        &self,
        (exists, total): (bool, u64),
        of_yes_or_no: impl Iterator<Item = &'s ResultSet>,
    ) -> Vec<u8> {
        let mut summary = json!({ "exists": exists });
        if self.granularity > Granularity::Boolean
            && let Some(summary) = summary.as_object_mut()
        {
            summary.insert("numTotalResults".to_owned(), json!(total));
        }
        let mut answer = Vec::new();
        let mut info = self.info();
        // a result set has a number of results, which these do not say
        let sets = of_yes_or_no.map(|set| json!({ "id": set.dataset, "exists": set.count > 0 }));
        let sets: Vec<Value> = sets.collect();
        if self.granularity > Granularity::Boolean && !sets.is_empty() {
            info.insert("yesOrNo".to_owned(), Value::Array(sets));
        }
        let head = json!({ "meta": self.meta(), "responseSummary": summary, "info": info });
        open(&head, &mut answer);
        answer
    }
}

/// Writes an object without its last brace.
fn open(object: &Value, to: &mut Vec<u8>) {
    let text = object.to_string();
    to.extend_from_slice(text.strip_suffix('}').unwrap_or(&text).as_bytes());
}

/// Datasets that could not answer, and why.
fn not_answered(of: &[(String, String)]) -> Value {
    let of = of.iter();
    of.map(|(id, why)| json!({ "dataset": id, "reason": why }))
        .collect()
}

/// The answer to what is refused.
pub(super) fn refused(config: &BeaconConfig, refusal: &Refusal) -> Vec<u8> {
    let mut info = Map::new();
    if !refusal.of_datasets.is_empty() {
        info.insert("notAnswered".to_owned(), not_answered(&refusal.of_datasets));
    }
    json!({
        "meta": {
            "beaconId": config.id,
            "apiVersion": API_VERSION,
            "returnedSchemas": [],
            "returnedGranularity": Granularity::Boolean.name(),
            "receivedRequestSummary": {
                "apiVersion": API_VERSION,
                "requestedSchemas": [],
                "pagination": {},
                "requestedGranularity": Granularity::Boolean.name(),
            },
        },
        "error": { "errorCode": refusal.status, "errorMessage": refusal.message },
        // RFC 9457
        "problem": {
            "type": "about:blank",
            "title": refusal.title(),
            "status": refusal.status,
            "detail": refusal.message,
        },
        "info": info,
    })
    .to_string()
    .into_bytes()
}
