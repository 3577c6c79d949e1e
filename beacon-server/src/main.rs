//! Requests of Beacon 2 over HTTP, answered by `varidex::Beacon`.
//!
//! ```sh
//! varidex-beacon-server beacon.toml 127.0.0.1:5050
//! curl 'http://127.0.0.1:5050/api/g_variants?referenceName=22&start=20070102&referenceBases=G&alternateBases=A'
//! ```

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Router, body::to_bytes, serve::Listener};
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, rt::TokioTimer, service::TowerToHyperService};
use std::{error::Error, io::Write, pin::pin, sync::Arc, time::Duration};
use tokio::net::{TcpListener, TcpStream};
use tokio::{runtime::Runtime, sync::Semaphore, time::timeout};
use varidex::{Access, Beacon, BeaconMethod, BeaconRequest, Granularity, interruptible};

/// Pages of records are megabytes: to give their memory back after each costs as much as to send them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
/// One byte more than a beacon reads, which refuses it in its own words.
const BODY_MAX: usize = (1 << 20) + 1;
/// Connections at a time: others wait until one ends.
const CONNECTIONS: usize = 512;
/// Who may be answered what. A service asks whoever has authenticated its users; a token for everybody is an example.
const TOKENS: [(Option<&str>, Granularity); 3] = [
    (None, Granularity::Boolean),
    (Some("Bearer example-count"), Granularity::Count),
    (Some("Bearer example-record"), Granularity::Record),
];

#[derive(Clone)]
struct Server {
    beacon: Beacon,
    /// Below which path it answers: that of its own address.
    base: String,
    /// Questions at a time: they use processors, not the network.
    questions: Arc<Semaphore>,
    /// What a client may take to send a head, and a body.
    patience: Duration,
}

async fn answer(State(server): State<Server>, request: Request) -> Result<Response, StatusCode> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().strip_prefix(&server.base);
    let path = path.filter(|path| path.is_empty() || path.starts_with('/'));
    let path = path.ok_or(StatusCode::NOT_FOUND)?.to_owned();
    let given = parts.headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
    let known = TOKENS.iter().find(|of| of.0.map(str::as_bytes) == given);
    let (asker, may) = *known.ok_or(StatusCode::UNAUTHORIZED)?;
    let access = Access::up_to(may);
    let method = match parts.method {
        Method::GET => BeaconMethod::Get,
        Method::POST => BeaconMethod::Post,
        _ => return Err(StatusCode::METHOD_NOT_ALLOWED),
    };
    let body = timeout(server.patience, to_bytes(body, BODY_MAX)).await;
    let body = body.map_err(|_| StatusCode::REQUEST_TIMEOUT)?;
    let body = body.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    let turn = server.questions.clone().acquire_owned().await;
    // who hangs up is not answered: this is given up then, and the question with it
    let here = Arc::new(());
    let gone = Arc::downgrade(&here);
    // a question may take seconds: it must not hold up who waits for the network
    let done = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let query = parts.uri.query().unwrap_or_default();
        #[rustfmt::skip]
        let request = BeaconRequest { method, path: &path, query, body: &body };
        let stop = Arc::new(move || gone.strong_count() == 0);
        interruptible(stop, || {
            server.beacon.answer_to(&request, Some(access), asker)
        })
    });
    let answer = done.await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    drop(here);
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok((status, [(CONTENT_TYPE, "application/json")], answer.body).into_response())
}

/// Answers what comes by a connection, for a while: who takes an answer too slowly must not stay.
async fn connection(stream: TcpStream, app: Router, patience: Duration) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    let mut connection = pin!(connection);
    if timeout(6 * patience, connection.as_mut()).await.is_err() {
        connection.as_mut().graceful_shutdown();
        let _ = timeout(6 * patience, connection).await;
    }
}

async fn serve(config: &str, address: &str, patience: Duration) -> Result<(), Box<dyn Error>> {
    let beacon = varidex_ledger::open_beacon(config)?;
    let url: Uri = beacon.config().url.parse()?;
    let base = url.path().trim_end_matches('/').to_owned();
    let mut listener = TcpListener::bind(address).await?;
    // who started it reads the address, of which the port may have been 0
    writeln!(std::io::stdout(), "http://{}{base}", listener.local_addr()?)?;
    let processors = std::thread::available_parallelism()?.get();
    let questions = Arc::new(Semaphore::new(processors));
    #[rustfmt::skip]
    let server = Server { beacon, base, questions, patience };
    let app = Router::new().fallback(answer).with_state(server);
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let turn = connections.clone().acquire_owned().await?;
        let (stream, _) = Listener::accept(&mut listener).await;
        let answered = connection(stream, app.clone(), patience);
        tokio::spawn(async move { (answered.await, drop(turn)) });
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let usage = "usage: varidex-beacon-server BEACON.TOML [ADDRESS [SECONDS FOR A HEAD OR A BODY]]";
    let mut arguments = std::env::args().skip(1);
    let config = arguments.next().ok_or(usage)?;
    let address = arguments.next().unwrap_or("127.0.0.1:5050".to_owned());
    let seconds = arguments.next().map_or(Ok(10), |text| text.parse())?;
    Runtime::new()?.block_on(serve(&config, &address, Duration::from_secs(seconds)))
}
