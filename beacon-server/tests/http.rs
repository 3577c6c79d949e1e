//! The server over HTTP on the loopback: what it sends is what the library answers in process.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    missing_docs,
    reason = "a test that cannot go on fails"
)]

#[path = "../../core/tests/beacon/spec.rs"]
mod spec;

use serde_json::Value;
use spec::{Outcome, build_datasets, copy_config, files, sent};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use varidex::{Access, Beacon, BeaconRequest, Granularity};

const CONFIG: &str = include_str!("../beacon.toml");

struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start(config: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_varidex-beacon-server"))
            .arg(config)
            .arg("127.0.0.1:0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = process.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap();
        let address = address.strip_suffix("/api").unwrap().parse().unwrap();
        Self { process, address }
    }

    /// The status and the body.
    fn ask(&self, method: &str, target: &str, token: Option<&str>, body: &[u8]) -> (u16, Vec<u8>) {
        let wait = Duration::from_secs(60);
        let mut stream = TcpStream::connect_timeout(&self.address, wait).unwrap();
        stream.set_read_timeout(Some(wait)).unwrap();
        let token = token.map_or_else(String::new, |token| {
            format!("Authorization: Bearer {token}\r\n")
        });
        let length = body.len();
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: beacon\r\nConnection: close\r\n{token}Content-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        // one that refuses a long body may not read it to its end
        let _ = stream.write_all(body);
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        let mut is_json = false;
        loop {
            line.clear();
            reader.read_line(&mut line).unwrap();
            if line == "\r\n" {
                break;
            }
            is_json |= line.eq_ignore_ascii_case("content-type: application/json\r\n");
        }
        let mut answered = Vec::new();
        reader.read_to_end(&mut answered).unwrap();
        assert!(is_json || answered.is_empty(), "{target}");
        (status, answered)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A beacon over a cohort of twelve, all of whom carry the first variant and nobody the second.
fn beacon(at: &Path) -> Beacon {
    let mut vcf = String::from("##fileformat=VCFv4.3\n##contig=<ID=22>\n");
    vcf.push_str("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT");
    vcf.extend((0..12).map(|n| format!("\tS{n}")));
    for (position, genotype) in [(100, "0/1"), (200, "0/0")] {
        vcf.push_str(&format!("\n22\t{position}\t.\tA\tG\t.\t.\t.\tGT"));
        vcf.push_str(&format!("\t{genotype}").repeat(12));
    }
    vcf.push('\n');
    std::fs::write(at.join("cohort.vcf"), vcf).unwrap();
    let (from, to) = (at.join("cohort.vcf"), at.join("known.vdx"));
    let options = varidex::BuildOptions::default();
    varidex::build(&[from], to, &options, &mut |_| true).unwrap();
    std::fs::write(
        at.join("beacon.toml"),
        CONFIG.replace("country = \"population\"\n", ""),
    )
    .unwrap();
    Beacon::open(at.join("beacon.toml")).unwrap()
}

#[test]
fn what_is_sent_is_what_is_answered_in_process() {
    let at = tempfile::tempdir().unwrap();
    let beacon = beacon(at.path());
    let server = Server::start(&at.path().join("beacon.toml"));
    let tokens = [
        (None, Access::public()),
        (Some("example-count"), Access::up_to(Granularity::Count)),
        (Some("example-record"), Access::up_to(Granularity::Record)),
    ];
    let allele = "referenceName=22&referenceBases=A&alternateBases=G&requestedGranularity=record";
    let gets = [
        ("/g_variants", format!("{allele}&start=99"), 200),
        ("/g_variants", format!("{allele}&start=98"), 200),
        ("/g_variants", "start=x".to_owned(), 400),
        ("/individuals", "requestedGranularity=count".to_owned(), 200),
        ("/individuals", "filters=HP%3A9999999".to_owned(), 400),
        ("/g%5Fvariants/a%2Fb", String::new(), 200),
        ("/info", String::new(), 200),
        ("/nowhere", String::new(), 404),
        ("", String::new(), 200),
    ];
    let posts = [
        (
            r#"{"query": {"requestedGranularity": "record", "requestParameters": {"referenceName": "22", "start": 99, "alternateBases": "G"}}}"#,
            200,
        ),
        ("{", 400),
        ("", 200),
    ];
    let mut bodies = Vec::new();
    for (token, access) in tokens {
        for (path, query, status) in &gets {
            let expected = beacon.answer(&BeaconRequest::get(path, query), Some(access));
            let found = server.ask("GET", &format!("/api{path}?{query}"), token, b"");
            assert_eq!(found, (expected.status, expected.body), "{path}?{query}");
            assert_eq!(found.0, *status, "{path}?{query}");
            bodies.push(found.1);
        }
        for (body, status) in posts {
            let request = BeaconRequest::post("/g_variants", body.as_bytes());
            let expected = beacon.answer(&request, Some(access));
            let found = server.ask("POST", "/api/g_variants", token, body.as_bytes());
            assert_eq!(found, (expected.status, expected.body), "{body}");
            assert_eq!(found.0, status, "{body}");
        }
    }
    let text = |n: usize| String::from_utf8_lossy(&bodies[n]);
    assert!(text(0).contains("\"exists\":true") && !text(0).contains("resultSets"));
    assert!(text(1).contains("\"exists\":false"));
    assert!(text(2 * gets.len()).contains("resultSets"));
}

#[test]
fn what_is_no_request_is_refused() {
    let at = tempfile::tempdir().unwrap();
    let beacon = beacon(at.path());
    let server = Server::start(&at.path().join("beacon.toml"));
    assert_eq!(server.ask("GET", "/api/info", Some("guessed"), b"").0, 401);
    assert_eq!(server.ask("PUT", "/api/info", None, b"").0, 405);
    assert_eq!(server.ask("GET", "/elsewhere", None, b"").0, 404);
    // a body too long by one byte is refused by the beacon, in its own words
    let long = vec![b' '; (1 << 20) + 1];
    let expected = beacon.answer(&BeaconRequest::post("/g_variants", &long), None);
    let found = server.ask("POST", "/api/g_variants", None, &long);
    assert_eq!(found, (413, expected.body));
}

/// The token of who asks. A server has none for nobody but the one of nobody, who may ask for yes or no as well.
fn token(vector: &Value) -> Option<&'static str> {
    match vector["access"]["granularity"].as_str() {
        None | Some("boolean") => None,
        Some("count") => Some("example-count"),
        Some("record") => Some("example-record"),
        Some(other) => panic!("no token is of {other}"),
    }
}

#[test]
fn the_server_answers_the_shared_vectors() {
    let mut outcome = Outcome::default();
    for (name, file) in files() {
        let at = tempfile::tempdir().unwrap();
        build_datasets(&file, at.path());
        let server = Server::start(&copy_config(&file, at.path()));
        outcome.ask(&name, &file, |vector| {
            let (path, query, body) = sent(vector);
            let method = if body.is_none() { "GET" } else { "POST" };
            let target = match query {
                "" => format!("/api{path}"),
                query => format!("/api{path}?{query}"),
            };
            Ok(server.ask(method, &target, token(vector), &body.unwrap_or_default()))
        });
    }
    outcome.check(&[]);
}
