//! The HTTP interface: routes, what they take and what they answer.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use axum::{
    extract::{
        rejection::{JsonRejection, QueryRejection},
        DefaultBodyLimit, Query, State,
    },
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
    Json, Router,
};
use serde::Deserialize;
use serde_json::{json, Value};
use tokio::sync::watch;

use crate::{
    market::{Market, Quote},
    orders::{OrderBook, OrderRequest, Stats},
    stream,
};

pub const SERVICE: &str = env!("CARGO_PKG_NAME");
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

const MAX_BODY_BYTES: usize = 16 * 1024;
const MAX_POINTS: u32 = 1000;
const MAX_STEP_SECONDS: u32 = 86_400;

pub struct Engine {
    pub market: Market,
    pub orders: OrderBook,
    pub tick: Duration,
    pub started: Instant,
    /// True from SIGTERM on: streams end, so that they do not hold up the end of the process.
    pub stopping: watch::Receiver<bool>,
}

pub type Shared = State<Arc<Engine>>;

pub fn router(engine: Arc<Engine>) -> Router {
    Router::new()
        .route("/api/health", get(health))
        .route("/api/version", get(version))
        .route("/api/market", get(market))
        .route("/api/market/history", get(history))
        .route("/api/market/stream", get(stream::events))
        .route("/api/market/ws", get(stream::socket))
        .route("/api/orders", post(place_order))
        .route("/api/orders/stats", get(order_stats))
        .fallback(|| async { fault(StatusCode::NOT_FOUND, "no such resource") })
        .method_not_allowed_fallback(|| async {
            fault(StatusCode::METHOD_NOT_ALLOWED, "method not allowed")
        })
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(engine)
}

/// Milliseconds since 1970.
pub fn now() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    elapsed.map_or(0, |duration| {
        u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
    })
}

/// What `GET /api/market` answers and what each message of a stream holds.
pub fn snapshot(market: &Market) -> Value {
    let time = now();
    let quotes: Vec<Quote> = market.quotes(time);
    json!({ "time": time, "quotes": quotes })
}

fn fault(status: StatusCode, reason: &str) -> Response {
    (status, Json(json!({ "error": reason }))).into_response()
}

async fn health(State(engine): Shared) -> Json<Value> {
    Json(json!({ "status": "ok", "uptimeSeconds": engine.started.elapsed().as_secs() }))
}

async fn version() -> Json<Value> {
    // Docker sets HOSTNAME to the container's id, which tells replicas apart.
    let instance = std::env::var("HOSTNAME").unwrap_or_default();
    Json(json!({ "service": SERVICE, "version": VERSION, "instance": instance }))
}

async fn market(State(engine): Shared) -> Json<Value> {
    Json(snapshot(&engine.market))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HistoryQuery {
    symbol: String,
    #[serde(default = "HistoryQuery::default_points")]
    points: u32,
    #[serde(default = "HistoryQuery::default_step")]
    step_seconds: u32,
}

impl HistoryQuery {
    fn default_points() -> u32 {
        120
    }

    fn default_step() -> u32 {
        1
    }
}

async fn history(
    State(engine): Shared,
    query: Result<Query<HistoryQuery>, QueryRejection>,
) -> Response {
    let query = match query {
        Ok(Query(query)) => query,
        Err(rejection) => return fault(rejection.status(), &rejection.body_text()),
    };
    if !(1..=MAX_POINTS).contains(&query.points) {
        let reason = format!("points must be from 1 to {MAX_POINTS}");
        return fault(StatusCode::BAD_REQUEST, &reason);
    }
    if !(1..=MAX_STEP_SECONDS).contains(&query.step_seconds) {
        let reason = format!("stepSeconds must be from 1 to {MAX_STEP_SECONDS}");
        return fault(StatusCode::BAD_REQUEST, &reason);
    }
    let step = u64::from(query.step_seconds) * 1000;
    match engine
        .market
        .history(&query.symbol, now(), query.points, step)
    {
        Some(points) => Json(json!({ "symbol": query.symbol, "points": points })).into_response(),
        None => unknown_symbol(&engine.market),
    }
}

fn unknown_symbol(market: &Market) -> Response {
    let reason = format!("unknown symbol; known: {}", market.symbols().join(", "));
    fault(StatusCode::NOT_FOUND, &reason)
}

/// Fills an order at the current price. A repeated client id is counted and answered with 200 instead
/// of 201, so that a client sees that its order was here before.
async fn place_order(
    State(engine): Shared,
    order: Result<Json<OrderRequest>, JsonRejection>,
) -> Response {
    let order = match order {
        Ok(Json(order)) => order,
        Err(rejection) => return fault(rejection.status(), &rejection.body_text()),
    };
    if let Err(reason) = order.check() {
        return fault(StatusCode::BAD_REQUEST, &reason);
    }
    if engine.market.price_of(&order.symbol, now()).is_none() {
        return unknown_symbol(&engine.market);
    }
    // Counted on arrival: an order that a proxy gives up on and sends again must show.
    let times_received = engine.orders.record(&order.client_order_id);
    tokio::time::sleep(order.latency()).await;
    let status = if times_received == 1 {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let body = json!({
        "clientOrderId": order.client_order_id,
        "symbol": order.symbol,
        "side": order.side,
        "quantity": order.quantity,
        "price": engine.market.price_of(&order.symbol, now()),
        "status": "filled",
        "timesReceived": times_received,
    });
    (status, Json(body)).into_response()
}

async fn order_stats(State(engine): Shared) -> Json<Stats> {
    Json(engine.orders.stats())
}
