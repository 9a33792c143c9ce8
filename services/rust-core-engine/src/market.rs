//! Simulated market data: for each instrument a random walk that is a pure function of seed and time.
//!
//! Because nothing is remembered, every replica and every release shows the same price at the same
//! moment: a restart or a change of release never looks like a jump of the market.

use serde::{Deserialize, Serialize};

const DAY_SECONDS: f64 = 86_400.0;
/// Octaves of one second, two seconds, … up to about six days.
const OCTAVES: u32 = 20;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instrument {
    pub symbol: String,
    pub name: String,
    /// The price around which the walk moves.
    pub base_price: f64,
    /// Typical relative change within a day: 0.03 is three per cent.
    pub daily_volatility: f64,
    /// Decimal places of a price.
    pub decimals: u8,
}

impl Instrument {
    pub fn new(
        symbol: &str,
        name: &str,
        base_price: f64,
        daily_volatility: f64,
        decimals: u8,
    ) -> Self {
        Self {
            symbol: symbol.to_owned(),
            name: name.to_owned(),
            base_price,
            daily_volatility,
            decimals,
        }
    }

    pub fn check(&self) -> Result<(), String> {
        let symbol = &self.symbol;
        if symbol.is_empty() {
            return Err("an instrument needs a symbol".to_owned());
        }
        if !(self.base_price.is_finite() && self.base_price > 0.0) {
            return Err(format!("{symbol}: base_price must be above 0"));
        }
        if !(0.0..=1.0).contains(&self.daily_volatility) {
            return Err(format!("{symbol}: daily_volatility must be from 0 to 1"));
        }
        if self.decimals > 8 {
            return Err(format!("{symbol}: decimals must be at most 8"));
        }
        Ok(())
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Quote {
    pub symbol: String,
    pub name: String,
    pub price: f64,
    /// Relative change against 24 hours ago, in per cent.
    pub change_percent: f64,
    pub decimals: u8,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// Milliseconds since 1970.
    pub time: u64,
    pub price: f64,
}

#[derive(Debug)]
pub struct Market {
    seed: u64,
    instruments: Vec<Instrument>,
}

impl Market {
    pub fn new(seed: u64, instruments: Vec<Instrument>) -> Self {
        Self { seed, instruments }
    }

    pub fn symbols(&self) -> Vec<&str> {
        self.instruments
            .iter()
            .map(|instrument| instrument.symbol.as_str())
            .collect()
    }

    pub fn quotes(&self, time: u64) -> Vec<Quote> {
        let day = 86_400_000;
        self.instruments
            .iter()
            .map(|instrument| {
                let price = self.price(instrument, time);
                let before = self.price(instrument, time.saturating_sub(day));
                Quote {
                    symbol: instrument.symbol.clone(),
                    name: instrument.name.clone(),
                    price,
                    change_percent: round((price / before - 1.0) * 100.0, 2),
                    decimals: instrument.decimals,
                }
            })
            .collect()
    }

    /// The price of `symbol` at `time` (milliseconds since 1970); nothing for an unknown symbol.
    pub fn price_of(&self, symbol: &str, time: u64) -> Option<f64> {
        self.find(symbol)
            .map(|instrument| self.price(instrument, time))
    }

    /// `points` prices, oldest first, `step` milliseconds apart, the last one at or just before
    /// `time`. Their times are multiples of `step`, so that two callers see the same series.
    pub fn history(&self, symbol: &str, time: u64, points: u32, step: u64) -> Option<Vec<Point>> {
        let instrument = self.find(symbol)?;
        let last = time - time % step;
        let series = (0..u64::from(points)).rev().map(|back| {
            let time = last.saturating_sub(back * step);
            Point {
                time,
                price: self.price(instrument, time),
            }
        });
        Some(series.collect())
    }

    fn find(&self, symbol: &str) -> Option<&Instrument> {
        self.instruments
            .iter()
            .find(|instrument| instrument.symbol == symbol)
    }

    #[allow(clippy::cast_precision_loss)] // Milliseconds stay below 2^53 for 280,000 years.
    fn price(&self, instrument: &Instrument, time: u64) -> f64 {
        let seconds = time as f64 / 1000.0;
        let key = self.seed ^ hash_text(&instrument.symbol);
        // Amplitudes that grow with the root of the period give the spectrum of a Brownian walk.
        let exponent: f64 = (0..OCTAVES)
            .map(|octave| {
                let period = f64::from(1_u32 << octave);
                (period / DAY_SECONDS).sqrt() * noise(key, octave, seconds / period)
            })
            .sum();
        let price = instrument.base_price * (instrument.daily_volatility * exponent).exp();
        round(price, instrument.decimals)
    }
}

fn round(value: f64, decimals: u8) -> f64 {
    let scale = 10_f64.powi(i32::from(decimals));
    (value * scale).round() / scale
}

/// Smooth noise from -1 to 1: hashed values at whole positions, eased in between.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Positions are positive and small.
fn noise(key: u64, octave: u32, position: f64) -> f64 {
    let cell = position.floor();
    let t = position - cell;
    let eased = t * t * (3.0 - 2.0 * t);
    let left = unit(key, octave, cell as u64);
    let right = unit(key, octave, cell as u64 + 1);
    left + (right - left) * eased
}

#[allow(clippy::cast_precision_loss)] // 53 bits are exactly what a double holds.
fn unit(key: u64, octave: u32, cell: u64) -> f64 {
    let bits = mix(key ^ mix((u64::from(octave) << 56) ^ cell));
    (bits >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// The finaliser of `SplitMix64`: neighbouring inputs give unrelated outputs.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn hash_text(text: &str) -> u64 {
    text.bytes()
        .fold(0, |hash, byte| mix(hash ^ u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    const NOW: u64 = 1_750_000_000_000;

    fn market(seed: u64) -> Market {
        Market::new(seed, Config::default().instruments)
    }

    #[test]
    fn one_seed_gives_one_walk() {
        assert_eq!(market(1).quotes(NOW), market(1).quotes(NOW));
        assert_ne!(market(1).quotes(NOW), market(2).quotes(NOW));
    }

    #[test]
    fn the_walk_moves_every_second_but_never_jumps() {
        let points = market(1).history("BTC-USD", NOW, 600, 1000).unwrap();
        let moved = points.windows(2).filter(|w| w[0].price.ne(&w[1].price));
        assert!(moved.count() > 500);
        for pair in points.windows(2) {
            let change = (pair[1].price / pair[0].price - 1.0).abs();
            assert!(change < 0.005, "jumped by {change}");
        }
    }

    #[test]
    fn prices_stay_around_their_base_over_a_year() {
        let market = market(3);
        for hour in 0..8760 {
            let price = market.price_of("BTC-USD", NOW + hour * 3_600_000).unwrap();
            assert!((40_000.0..100_000.0).contains(&price), "{price}");
        }
    }

    #[test]
    fn history_is_aligned_and_ends_now() {
        let points = market(1).history("ETH-USD", NOW + 999, 3, 1000).unwrap();
        let times: Vec<_> = points.iter().map(|point| point.time).collect();
        assert_eq!(times, [NOW - 2000, NOW - 1000, NOW]);
        assert_eq!(Some(points[2].price), market(1).price_of("ETH-USD", NOW));
    }

    #[test]
    fn an_unknown_symbol_has_no_price() {
        assert_eq!(market(1).price_of("NONE", NOW), None);
        assert_eq!(market(1).history("NONE", NOW, 3, 1000), None);
    }

    #[test]
    fn prices_have_the_instruments_decimals() {
        let market = Market::new(1, vec![Instrument::new("X", "X", 10.0, 0.1, 1)]);
        let price = market.price_of("X", NOW).unwrap();
        assert!((price * 10.0 - (price * 10.0).round()).abs() < 1e-9);
    }

    #[test]
    fn impossible_instruments_are_refused() {
        for (instrument, expected) in [
            (Instrument::new("", "", 1.0, 0.1, 2), "symbol"),
            (Instrument::new("X", "X", 0.0, 0.1, 2), "base_price"),
            (Instrument::new("X", "X", f64::NAN, 0.1, 2), "base_price"),
            (Instrument::new("X", "X", 1.0, 1.5, 2), "daily_volatility"),
            (Instrument::new("X", "X", 1.0, 0.1, 9), "decimals"),
        ] {
            assert!(instrument.check().unwrap_err().contains(expected));
        }
    }
}
