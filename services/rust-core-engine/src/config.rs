//! Settings of the engine: defaults that serve production as they are, or a TOML file.

use std::{fs, net::SocketAddr, path::Path, time::Duration};

use serde::Deserialize;

use crate::market::Instrument;

/// What `--config FILE` may set; an absent key has its default, an unknown key is an error.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub listen: SocketAddr,
    /// Two engines with one seed show the same prices at the same time.
    pub seed: u64,
    /// Time between two messages of a market stream.
    pub tick_milliseconds: u64,
    /// How long requests in flight may take after SIGTERM.
    pub shutdown_seconds: u64,
    /// How many client order ids are kept to recognise duplicates.
    pub remembered_orders: usize,
    pub instruments: Vec<Instrument>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([0, 0, 0, 0], 8080)),
            seed: 20_240_229,
            tick_milliseconds: 1000,
            shutdown_seconds: 10,
            remembered_orders: 500_000,
            instruments: vec![
                Instrument::new("BTC-USD", "Bitcoin", 64_250.0, 0.035, 2),
                Instrument::new("ETH-USD", "Ethereum", 3_140.0, 0.042, 2),
                Instrument::new("SOL-USD", "Solana", 148.5, 0.055, 3),
                Instrument::new("ADA-USD", "Cardano", 0.4625, 0.048, 4),
            ],
        }
    }
}

impl Config {
    /// Reads `path`, or takes the defaults where there is none. The error names the file and what is wrong.
    pub fn load(path: Option<&Path>) -> Result<Self, String> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let text = fs::read_to_string(path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        Self::parse(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let config: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        if self.tick_milliseconds < 50 {
            return Err("tick_milliseconds must be at least 50".to_owned());
        }
        if self.remembered_orders == 0 {
            return Err("remembered_orders must be at least 1".to_owned());
        }
        if self.instruments.is_empty() {
            return Err("instruments needs at least one entry".to_owned());
        }
        self.instruments.iter().try_for_each(Instrument::check)
    }

    pub fn tick(&self) -> Duration {
        Duration::from_millis(self.tick_milliseconds)
    }

    pub fn shutdown(&self) -> Duration {
        Duration::from_secs(self.shutdown_seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        Config::default().check().unwrap();
    }

    #[test]
    fn the_example_file_is_valid() {
        let config = Config::parse(include_str!("../engine.example.toml")).unwrap();
        assert_eq!(config.listen, Config::default().listen);
        assert_eq!(config.instruments.len(), 1);
    }

    #[test]
    fn absent_keys_have_their_defaults() {
        let config = Config::parse("seed = 7").unwrap();
        assert_eq!(config.seed, 7);
        assert_eq!(config.shutdown(), Duration::from_secs(10));
    }

    #[test]
    fn faults_are_named() {
        for (text, expected) in [
            ("sead = 7", "unknown field `sead`"),
            ("listen = \"nowhere\"", "invalid socket address"),
            (
                "tick_milliseconds = 1",
                "tick_milliseconds must be at least 50",
            ),
            (
                "remembered_orders = 0",
                "remembered_orders must be at least 1",
            ),
            ("instruments = []", "at least one entry"),
        ] {
            let error = Config::parse(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Config::load(Some(Path::new("/does/not/exist.toml"))).unwrap_err();
        assert!(error.contains("/does/not/exist.toml"), "{error}");
    }
}
