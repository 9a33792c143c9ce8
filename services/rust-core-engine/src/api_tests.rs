//! The HTTP interface as a client sees it, without a socket.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::{to_bytes, Body},
    http::{Request, StatusCode},
    Router,
};
use serde_json::{json, Value};
use tokio::sync::watch;
use tower::ServiceExt;

use crate::{
    api::{now, router, Engine},
    config::Config,
    market::Market,
    orders::OrderBook,
};

fn app() -> (Router, watch::Sender<bool>) {
    let config = Config::default();
    let (stop, stopping) = watch::channel(false);
    let engine = Engine {
        market: Market::new(1, config.instruments),
        orders: OrderBook::new(10),
        tick: Duration::from_millis(5),
        started: Instant::now(),
        stopping,
    };
    (router(Arc::new(engine)), stop)
}

async fn call(app: &Router, request: Request<Body>) -> (StatusCode, Value) {
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

fn order(body: &Value) -> Request<Body> {
    Request::post("/api/orders")
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

#[tokio::test]
async fn health_and_version_answer() {
    let (app, _stop) = app();
    let (status, body) = call(&app, get("/api/health")).await;
    assert_eq!((status, &body["status"]), (StatusCode::OK, &json!("ok")));
    let (_, body) = call(&app, get("/api/version")).await;
    assert_eq!(body["service"], "rust-core-engine");
    assert_eq!(body["version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn the_market_has_a_quote_for_each_instrument() {
    let (app, _stop) = app();
    let (status, body) = call(&app, get("/api/market")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body["quotes"].as_array().unwrap().len(), 4);
    assert_eq!(body["quotes"][0]["symbol"], "BTC-USD");
    assert!(body["quotes"][0]["price"].as_f64().unwrap() > 0.0);
    assert!(body["time"].as_u64().unwrap() <= now());
}

#[tokio::test]
async fn history_is_bounded_and_checked() {
    let (app, _stop) = app();
    let (status, body) = call(&app, get("/api/market/history?symbol=BTC-USD&points=5")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body["points"].as_array().unwrap().len(), 5);
    for (query, expected) in [
        ("", StatusCode::BAD_REQUEST),
        ("?symbol=BTC-USD&points=0", StatusCode::BAD_REQUEST),
        ("?symbol=BTC-USD&points=1001", StatusCode::BAD_REQUEST),
        ("?symbol=BTC-USD&points=many", StatusCode::BAD_REQUEST),
        ("?symbol=BTC-USD&stepSeconds=0", StatusCode::BAD_REQUEST),
        ("?symbol=NONE", StatusCode::NOT_FOUND),
    ] {
        let (status, body) = call(&app, get(&format!("/api/market/history{query}"))).await;
        assert_eq!(status, expected, "{query}");
        assert!(body["error"].is_string(), "{query}");
    }
}

#[tokio::test]
async fn a_repeated_order_shows() {
    let (app, _stop) = app();
    let body =
        json!({ "clientOrderId": "a-1", "symbol": "BTC-USD", "side": "buy", "quantity": 0.5 });
    let (status, answer) = call(&app, order(&body)).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(answer["timesReceived"], 1);
    assert_eq!(answer["status"], "filled");
    let (status, answer) = call(&app, order(&body)).await;
    assert_eq!(
        (status, &answer["timesReceived"]),
        (StatusCode::OK, &json!(2))
    );
    let (_, counted) = call(&app, get("/api/orders/stats")).await;
    assert_eq!(
        counted,
        json!({ "received": 2, "duplicates": 1, "duplicateIds": ["a-1"] })
    );
}

#[tokio::test]
async fn refused_orders_are_not_counted() {
    let (app, _stop) = app();
    for (body, expected) in [
        (json!({}), StatusCode::UNPROCESSABLE_ENTITY),
        (
            json!({ "clientOrderId": "", "symbol": "BTC-USD", "side": "buy", "quantity": 1 }),
            StatusCode::BAD_REQUEST,
        ),
        (
            json!({ "clientOrderId": "a", "symbol": "NONE", "side": "buy", "quantity": 1 }),
            StatusCode::NOT_FOUND,
        ),
        (
            json!({ "clientOrderId": "a".repeat(20_000) }),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
    ] {
        let (status, answer) = call(&app, order(&body)).await;
        assert_eq!(status, expected, "{answer}");
        assert!(answer["error"].is_string());
    }
    let (_, counted) = call(&app, get("/api/orders/stats")).await;
    assert_eq!(counted["received"], 0);
}

#[tokio::test]
async fn unknown_paths_and_methods_answer_json() {
    let (app, _stop) = app();
    let (status, body) = call(&app, get("/nothing")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(body["error"].is_string());
    let (status, _) = call(&app, get("/api/orders")).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_stream_ends_when_the_engine_stops() {
    let (app, stop) = app();
    let response = app.oneshot(get("/api/market/stream")).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(60)).await;
        stop.send_replace(true);
    });
    let whole = tokio::time::timeout(
        Duration::from_secs(5),
        to_bytes(response.into_body(), 1 << 20),
    );
    let text = String::from_utf8(whole.await.unwrap().unwrap().to_vec()).unwrap();
    assert!(text.matches("event: market").count() >= 2, "{text}");
}
