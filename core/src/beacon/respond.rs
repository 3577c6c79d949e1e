//! The JSON around answers.

use super::API_VERSION;
use super::asked::{Asked, Filter};
use super::config::BeaconConfig;
use super::refusal::Refusal;
use super::request::EntryType;
use crate::access::Granularity;
use serde_json::{Map, Value, json};

/// What a dataset answers.
#[derive(Debug)]
pub(super) struct ResultSet {
    pub(super) dataset: String,
    /// As many as may be spoken of.
    pub(super) count: u64,
    /// A JSON array.
    pub(super) results: Vec<u8>,
    /// What the dataset is, whatever it answers.
    pub(super) info: Value,
}

/// The page that is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    pub(super) skip: u64,
    pub(super) limit: u64,
}

/// What is in every answer to a question.
pub(super) struct Envelope<'a> {
    pub(super) config: &'a BeaconConfig,
    pub(super) asked: &'a Asked,
    pub(super) of: EntryType,
    pub(super) page: Page,
    /// The most that any dataset said.
    pub(super) granularity: Granularity,
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
                "requestedSchemas": [],
                "filters": asked.filters.iter().map(Filter::shown).collect::<Vec<_>>(),
                "includeResultsetResponses": asked.include.name(),
                "pagination": { "skip": self.page.skip, "limit": self.page.limit },
                "requestedGranularity": asked.granularity.name(),
                "testMode": asked.test_mode,
            },
        })
    }

    /// What holds of the answer as a whole.
    fn info(&self) -> Value {
        let mut info = Map::new();
        if self.granularity < Granularity::Record && self.of != EntryType::Datasets {
            info.insert("floor".to_owned(), json!(self.config.floor.max(1)));
        }
        if !self.not_answered.is_empty() {
            let of = self.not_answered.iter();
            let of: Vec<Value> = of
                .map(|(id, why)| json!({ "dataset": id, "reason": why }))
                .collect();
            info.insert("notAnswered".to_owned(), Value::Array(of));
        }
        Value::Object(info)
    }

    /// An answer over result sets.
    pub(super) fn result_sets(&self, sets: &[ResultSet]) -> Vec<u8> {
        let total: u64 = sets.iter().map(|set| set.count).sum();
        let mut answer = self.start(total);
        if self.granularity > Granularity::Boolean {
            answer.extend_from_slice(b",\"response\":{\"resultSets\":[");
            let shown = sets
                .iter()
                .filter(|set| self.asked.include.shows(set.count > 0));
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
        let mut answer = self.start(total);
        answer.extend_from_slice(b",\"response\":{\"collections\":");
        answer.extend_from_slice(Value::from(collections).to_string().as_bytes());
        answer.extend_from_slice(b"}}");
        answer
    }

    /// Everything before the response, without the last brace.
    fn start(&self, total: u64) -> Vec<u8> {
        let mut summary = json!({ "exists": total > 0 });
        if self.granularity > Granularity::Boolean
            && let Some(summary) = summary.as_object_mut()
        {
            summary.insert("numTotalResults".to_owned(), json!(total));
        }
        let mut answer = Vec::new();
        let head = json!({ "meta": self.meta(), "responseSummary": summary, "info": self.info() });
        open(&head, &mut answer);
        answer
    }
}

/// Writes an object without its last brace.
fn open(object: &Value, to: &mut Vec<u8>) {
    let text = object.to_string();
    to.extend_from_slice(text.strip_suffix('}').unwrap_or(&text).as_bytes());
}

/// The answer to what is refused.
pub(super) fn refused(config: &BeaconConfig, refusal: &Refusal) -> Vec<u8> {
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
    })
    .to_string()
    .into_bytes()
}
