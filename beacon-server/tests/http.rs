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
use std::time::{Duration, Instant};
use varidex::{Access, Beacon, BeaconRequest, Granularity};

const CONFIG: &str = include_str!("../beacon.toml");

struct Server {
    process: Child,
    address: SocketAddr,
    base: String,
}

impl Server {
    fn start(config: &Path) -> Self {
        Self::with_patience(config, "10")
    }

    /// One that gives clients so many seconds to send a head, and a body.
    fn with_patience(config: &Path, seconds: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_varidex-beacon-server"))
            .arg(config)
            .args(["127.0.0.1:0", seconds])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = process.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap();
        let (address, base) = address.split_once('/').unwrap();
        Self {
            process,
            address: address.parse().unwrap(),
            base: format!("/{base}"),
        }
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
    assert_eq!(server.ask("GET", "/apiinfo", None, b"").0, 404);
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
                "" => format!("{}{path}", server.base),
                query => format!("{}{path}?{query}", server.base),
            };
            Ok(server.ask(method, &target, token(vector), &body.unwrap_or_default()))
        });
    }
    outcome.check(&[]);
}

#[test]
fn the_path_is_that_of_the_address_of_the_beacon() {
    let at = tempfile::tempdir().unwrap();
    beacon(at.path());
    let config = at.path().join("beacon.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace(":5050/api", ":5050/beacon/v2")).unwrap();
    let server = Server::start(&config);
    assert_eq!(server.base, "/beacon/v2");
    let beacon = Beacon::open(&config).unwrap();
    for path in ["", "/", "/info", "/info/", "/map", "/g_variants/"] {
        let expected = beacon.answer(&BeaconRequest::get(path, ""), None);
        let found = server.ask("GET", &format!("/beacon/v2{path}"), None, b"");
        assert_eq!(found, (200, expected.body), "{path:?}");
    }
    for path in ["/api/info", "/beacon/info", "/beacon/v2x", "/"] {
        assert_eq!(server.ask("GET", path, None, b"").0, 404, "{path}");
    }
}

/// Sends bytes that never end a request, one by one, until the server has enough. How long that took.
fn trickle(address: SocketAddr, begin: &str, more: &[u8]) -> Duration {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_millis(50)))
        .unwrap();
    stream.write_all(begin.as_bytes()).unwrap();
    let mut read = [0; 1024];
    while begun.elapsed() < Duration::from_secs(60) {
        let is_there = stream.write_all(more).is_ok();
        let is_open = match stream.read(&mut read) {
            Ok(length) => length > 0,
            Err(e) => matches!(
                e.kind(),
                std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
            ),
        };
        if !is_there || !is_open {
            break;
        }
    }
    begun.elapsed()
}

/// Without an end to their time, a few clients who never end what they send would hold their connections for ever.
#[test]
fn slow_clients_are_cut_off_and_others_answered() {
    let at = tempfile::tempdir().unwrap();
    beacon(at.path());
    let server = Server::with_patience(&at.path().join("beacon.toml"), "1");
    let post = "POST /api/g_variants HTTP/1.1\r\nHost: beacon\r\n";
    let slow = [
        (String::new(), &b""[..]),
        ("GET /api/info HTTP/1.1\r\nX-Slow: ".to_owned(), b"a"),
        (format!("{post}Content-Length: 100000\r\n\r\n{{"), b" "),
        (
            format!("{post}Transfer-Encoding: chunked\r\n\r\n"),
            b"1\r\n \r\n",
        ),
    ];
    let address = server.address;
    std::thread::scope(|scope| {
        let clients: Vec<_> = slow
            .iter()
            .flat_map(|(begin, more)| {
                (0..8).map(move |_| scope.spawn(move || trickle(address, begin, more)))
            })
            .collect();
        for _ in 0..20 {
            let begun = Instant::now();
            assert_eq!(server.ask("GET", "/api/info", None, b"").0, 200);
            assert!(begun.elapsed() < Duration::from_secs(10));
        }
        for client in clients {
            let took = client.join().unwrap();
            assert!(took < Duration::from_secs(30), "{took:?}");
        }
    });
}

#[test]
fn long_deep_and_far_requests_are_refused_soon() {
    let at = tempfile::tempdir().unwrap();
    beacon(at.path());
    let server = Server::start(&at.path().join("beacon.toml"));
    let filters = vec![r#"{"id": "HP:0000001"}"#; 40_000].join(",");
    let bodies = [
        (
            format!(r#"{{"query": {{"filters": [{filters}]}}}}"#).into_bytes(),
            400,
        ),
        (vec![b'['; 1 << 20], 400),
        (
            br#"{"query": {"pagination": {"skip": 18446744073709551615, "limit": 2}}}"#.to_vec(),
            400,
        ),
        (
            br#"{"query": {"pagination": {"skip": 1099511627776, "limit": 1000}}}"#.to_vec(),
            200,
        ),
    ];
    for (body, status) in bodies {
        let begun = Instant::now();
        let found = server.ask("POST", "/api/g_variants", Some("example-record"), &body);
        assert_eq!(found.0, status);
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
    // ten times what is read: the connection ends, with an answer or without
    let mut stream = TcpStream::connect(server.address).unwrap();
    let head = "POST /api/individuals HTTP/1.1\r\nHost: beacon\r\nContent-Length: 10485760\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let sent = stream.write_all(&vec![b' '; 10 << 20]);
    let mut answered = Vec::new();
    let read = stream.read_to_end(&mut answered);
    let answered = String::from_utf8_lossy(&answered);
    assert!(
        sent.is_err() || read.is_err() || answered.starts_with("HTTP/1.1 413 "),
        "{answered}"
    );
    assert_eq!(server.ask("GET", "/api/info", None, b"").0, 200);
}
