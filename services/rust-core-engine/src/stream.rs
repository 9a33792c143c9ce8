//! Live market data, one message a tick, as server-sent events and over WebSocket.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::{
        ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
        State,
    },
    response::{
        sse::{Event, KeepAlive, Sse},
        Response,
    },
};
use futures_util::{stream, Stream, StreamExt};
use tokio::{
    sync::watch,
    time::{interval, Interval, MissedTickBehavior},
};

use crate::api::{snapshot, Engine, Shared};

/// Ends when the engine stops: a stream without end would outlive every shutdown.
fn messages(engine: Arc<Engine>) -> impl Stream<Item = String> {
    let mut ticks = interval(engine.tick);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let stopping = engine.stopping.clone();
    stream::unfold(
        (engine, ticks, stopping),
        |(engine, mut ticks, mut stopping)| async move {
            if !next_tick(&mut ticks, &mut stopping).await {
                return None;
            }
            let message = snapshot(&engine.market).to_string();
            Some((message, (engine, ticks, stopping)))
        },
    )
}

/// Waits for the next tick; false when the engine stops first.
async fn next_tick(ticks: &mut Interval, stopping: &mut watch::Receiver<bool>) -> bool {
    tokio::select! {
        biased;
        _ = stopping.wait_for(|stopping| *stopping) => false,
        _ = ticks.tick() => true,
    }
}

pub async fn events(State(engine): Shared) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = messages(engine).map(|message| Ok(Event::default().event("market").data(message)));
    Sse::new(events).keep_alive(KeepAlive::default())
}

pub async fn socket(State(engine): Shared, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |socket| serve_socket(socket, engine))
}

/// Sends until the client closes, goes away, or the engine stops.
async fn serve_socket(mut socket: WebSocket, engine: Arc<Engine>) {
    let mut messages = Box::pin(messages(engine));
    loop {
        tokio::select! {
            message = messages.next() => {
                let Some(message) = message else { break };
                let text = Message::Text(Utf8Bytes::from(message));
                if socket.send(text).await.is_err() {
                    return;
                }
            }
            received = socket.recv() => {
                if !matches!(received, Some(Ok(_))) {
                    return;
                }
            }
        }
    }
    // The client may be gone already; there is nobody left to tell.
    let _ = socket.send(Message::Close(None)).await;
}
