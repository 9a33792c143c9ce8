//! Orders by the client's own id. A proxy that replays a request would buy twice, so the engine counts
//! how often each id reached it, and anyone can ask.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};

const MAX_ID_LENGTH: usize = 64;
const MAX_LATENCY_MS: u64 = 5000;
/// How many duplicated ids the statistics name; the count has no such limit.
const MAX_NAMED_DUPLICATES: usize = 100;

#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Buy,
    Sell,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderRequest {
    pub client_order_id: String,
    pub symbol: String,
    pub side: Side,
    pub quantity: f64,
    /// How long the simulated exchange takes to answer.
    #[serde(default)]
    pub latency_ms: u64,
}

impl OrderRequest {
    pub fn check(&self) -> Result<(), String> {
        let id = &self.client_order_id;
        let legal = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
        if id.is_empty() || id.len() > MAX_ID_LENGTH || !id.chars().all(legal) {
            return Err(format!(
                "clientOrderId must be 1 to {MAX_ID_LENGTH} letters, digits, '-', '_', '.' or ':'"
            ));
        }
        if !(self.quantity.is_finite() && self.quantity > 0.0) {
            return Err("quantity must be above 0".to_owned());
        }
        if self.latency_ms > MAX_LATENCY_MS {
            return Err(format!("latencyMs must be at most {MAX_LATENCY_MS}"));
        }
        Ok(())
    }

    pub fn latency(&self) -> Duration {
        Duration::from_millis(self.latency_ms)
    }
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    /// Orders that reached this engine since it started, duplicates included.
    pub received: u64,
    /// Orders that came with an id that had been here before.
    pub duplicates: u64,
    /// The latest of those ids, at most 100.
    pub duplicate_ids: Vec<String>,
}

/// Counts orders by client id; remembers the latest ids only, so that memory stays bounded.
#[derive(Debug)]
pub struct OrderBook {
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    times: HashMap<String, u32>,
    oldest_first: VecDeque<String>,
    received: u64,
    duplicates: u64,
    duplicate_ids: VecDeque<String>,
}

impl OrderBook {
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            state: Mutex::default(),
        }
    }

    /// Counts an order and says how often its id has been here: 1 for the first time.
    pub fn record(&self, id: &str) -> u32 {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.received += 1;
        if let Some(times) = state.times.get_mut(id) {
            *times += 1;
            let times = *times;
            state.note_duplicate(id, times);
            return times;
        }
        if state.times.len() == self.capacity {
            if let Some(oldest) = state.oldest_first.pop_front() {
                state.times.remove(&oldest);
            }
        }
        state.times.insert(id.to_owned(), 1);
        state.oldest_first.push_back(id.to_owned());
        1
    }

    pub fn stats(&self) -> Stats {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        Stats {
            received: state.received,
            duplicates: state.duplicates,
            duplicate_ids: state.duplicate_ids.iter().cloned().collect(),
        }
    }
}

impl State {
    fn note_duplicate(&mut self, id: &str, times: u32) {
        self.duplicates += 1;
        if times > 2 && self.duplicate_ids.iter().any(|known| known == id) {
            return;
        }
        if self.duplicate_ids.len() == MAX_NAMED_DUPLICATES {
            self.duplicate_ids.pop_front();
        }
        self.duplicate_ids.push_back(id.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_id_is_counted() {
        let book = OrderBook::new(10);
        let counts = ["a", "b", "a", "a"].map(|id| book.record(id));
        assert_eq!(counts, [1, 1, 2, 3]);
        let expected = Stats {
            received: 4,
            duplicates: 2,
            duplicate_ids: vec!["a".to_owned()],
        };
        assert_eq!(book.stats(), expected);
    }

    #[test]
    fn the_oldest_id_is_forgotten_first() {
        let book = OrderBook::new(2);
        let counts = ["a", "b", "c", "b", "a"].map(|id| book.record(id));
        assert_eq!(counts, [1, 1, 1, 2, 1]);
        assert_eq!(book.state.lock().unwrap().times.len(), 2);
    }

    #[test]
    fn at_most_a_hundred_duplicates_are_named() {
        let book = OrderBook::new(1000);
        for id in (0..300).flat_map(|n| [n, n]) {
            book.record(&id.to_string());
        }
        let stats = book.stats();
        assert_eq!(stats.duplicates, 300);
        assert_eq!(stats.duplicate_ids.len(), MAX_NAMED_DUPLICATES);
        assert_eq!(stats.duplicate_ids.last().unwrap(), "299");
    }

    #[test]
    fn no_count_is_lost_between_threads() {
        let book = OrderBook::new(10_000);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for id in 0..1000 {
                        book.record(&id.to_string());
                    }
                });
            }
        });
        assert_eq!(book.stats().received, 4000);
        assert_eq!(book.stats().duplicates, 3000);
    }

    #[test]
    fn impossible_orders_are_refused() {
        let order = |id: &str, quantity, latency_ms| OrderRequest {
            client_order_id: id.to_owned(),
            symbol: "BTC-USD".to_owned(),
            side: Side::Buy,
            quantity,
            latency_ms,
        };
        assert!(order("a-1_B.2:3", 0.5, 5000).check().is_ok());
        for (bad, expected) in [
            (order("", 1.0, 0), "clientOrderId"),
            (order("a\nb", 1.0, 0), "clientOrderId"),
            (order(&"a".repeat(65), 1.0, 0), "clientOrderId"),
            (order("a", 0.0, 0), "quantity"),
            (order("a", f64::INFINITY, 0), "quantity"),
            (order("a", 1.0, 5001), "latencyMs"),
        ] {
            assert!(bad.check().unwrap_err().contains(expected));
        }
    }
}
