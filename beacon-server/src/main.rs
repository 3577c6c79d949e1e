//! Requests of Beacon 2 over HTTP, answered by `varidex::Beacon`.
//!
//! ```sh
//! varidex-beacon-server beacon.toml 127.0.0.1:5050
//! curl 'http://127.0.0.1:5050/api/g_variants?referenceName=22&start=20070102&referenceBases=G&alternateBases=A'
//! ```

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use std::error::Error;
use std::io::Write;
use varidex::{Access, Beacon, BeaconMethod, BeaconRequest, Granularity};

/// One byte more than a beacon reads, which refuses it in its own words.
const BODY_MAX: usize = (1 << 20) + 1;

/// Who may be answered what. A service asks whoever has authenticated its users; a token for everybody is an example.
const TOKENS: [(&str, Granularity); 2] = [
    ("example-count", Granularity::Count),
    ("example-record", Granularity::Record),
];

/// Nobody in particular where there is no token; `None` where there is one that is not known.
fn access(headers: &HeaderMap) -> Option<Access> {
    let Some(given) = headers.get(AUTHORIZATION) else {
        return Some(Access::public());
    };
    let token = given.to_str().ok()?.strip_prefix("Bearer ")?;
    let known = TOKENS.iter().find(|(known, _)| *known == token)?;
    Some(Access::up_to(known.1))
}

async fn answer(State(beacon): State<Beacon>, request: Request) -> Response {
    let Some(access) = access(request.headers()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let (parts, body) = request.into_parts();
    let method = match parts.method {
        Method::GET => BeaconMethod::Get,
        Method::POST => BeaconMethod::Post,
        _ => return StatusCode::METHOD_NOT_ALLOWED.into_response(),
    };
    let Ok(body) = to_bytes(body, BODY_MAX).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    // a question may take seconds: it must not hold up who waits for the network
    let done = tokio::task::spawn_blocking(move || {
        let path = parts.uri.path();
        let request = BeaconRequest {
            method,
            path: path.strip_prefix("/api").unwrap_or(path),
            query: parts.uri.query().unwrap_or_default(),
            body: &body,
        };
        beacon.answer(&request, Some(access))
    });
    match done.await {
        Ok(answer) => (
            StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            [(CONTENT_TYPE, "application/json")],
            Body::from(answer.body),
        )
            .into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn serve(config: &str, address: &str) -> Result<(), Box<dyn Error>> {
    let beacon = Beacon::open(config)?;
    let listener = tokio::net::TcpListener::bind(address).await?;
    // who started it reads the address, of which the port may have been 0
    writeln!(std::io::stdout(), "http://{}/api", listener.local_addr()?)?;
    let app = Router::new()
        .route("/api", any(answer))
        // `{*path}` is at least one byte
        .route("/api/", any(answer))
        .route("/api/{*path}", any(answer))
        .with_state(beacon);
    Ok(axum::serve(listener, app).await?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let config = arguments.next();
    let config = config.ok_or("usage: varidex-beacon-server BEACON.TOML [ADDRESS]")?;
    let address = arguments.next();
    let address = address.as_deref().unwrap_or("127.0.0.1:5050");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_io()
        // questions at a time: they use processors, not the network
        .max_blocking_threads(2 * std::thread::available_parallelism()?.get())
        .build()?;
    runtime.block_on(serve(&config, address))
}
