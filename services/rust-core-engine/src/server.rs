//! The life of the process: listen, serve, and on SIGTERM finish what is in flight.

use std::{
    future::IntoFuture,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::serve::ListenerExt;
use tokio::{
    net::TcpListener,
    signal::unix::{signal, SignalKind},
    sync::watch,
};

use crate::{
    api::{self, Engine},
    config::Config,
    market::Market,
    orders::OrderBook,
};

/// Serves until SIGTERM or SIGINT, then accepts nothing new and returns when the requests in flight
/// are answered, or fails when they take longer than the settings allow.
pub fn run(config: Config) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start: {error}"))?;
    let result = runtime.block_on(serve(config));
    // Requests beyond their time are dropped here instead of being waited for once more.
    runtime.shutdown_background();
    result
}

async fn serve(config: Config) -> Result<(), String> {
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", config.listen))?
        // Answers are small: waiting to fill a packet would only delay them.
        .tap_io(|stream| drop(stream.set_nodelay(true)));
    let (stop, stopping) = watch::channel(false);
    let shutdown = config.shutdown();
    println!(
        "{} {} listens on {}",
        api::SERVICE,
        api::VERSION,
        config.listen
    );
    let engine = Engine {
        tick: config.tick(),
        orders: OrderBook::new(config.remembered_orders),
        market: Market::new(config.seed, config.instruments),
        started: Instant::now(),
        stopping: stopping.clone(),
    };
    let signals = wait_for_signal()?;
    tokio::spawn(async move {
        signals.await;
        println!("stopping: finishing requests in flight");
        stop.send_replace(true);
    });
    let serving = axum::serve(listener, api::router(Arc::new(engine)))
        .with_graceful_shutdown(stopped(stopping.clone()));
    tokio::select! {
        result = serving.into_future() => result.map_err(|error| error.to_string()),
        reason = overdue(stopping, shutdown) => Err(reason),
    }
}

/// Takes over the signals at once, so that none is lost, and resolves when one arrives.
fn wait_for_signal() -> Result<impl std::future::Future<Output = ()>, String> {
    let listen = |kind| signal(kind).map_err(|error| format!("cannot take signals: {error}"));
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

async fn stopped(mut stopping: watch::Receiver<bool>) {
    // An error means that the sender is gone, which only happens after it has said so.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

async fn overdue(stopping: watch::Receiver<bool>, limit: Duration) -> String {
    stopped(stopping).await;
    tokio::time::sleep(limit).await;
    format!(
        "requests were still in flight {} s after the signal",
        limit.as_secs()
    )
}
