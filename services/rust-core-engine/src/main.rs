//! bot-core's trading engine: simulated market data and orders over HTTP and WebSocket.

mod api;
#[cfg(test)]
mod api_tests;
mod arguments;
mod config;
mod health;
mod market;
mod orders;
mod server;
mod stream;

use std::process::ExitCode;

use arguments::Action;
use config::Config;

/// Exit codes: 0 fine, 1 unhealthy or failed, 2 wrong arguments or settings.
fn main() -> ExitCode {
    let arguments = match arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(reason) => {
            eprintln!("{reason}\n{}", arguments::USAGE);
            return ExitCode::from(2);
        }
    };
    match arguments.action {
        Action::Version => {
            println!("{} {}", api::SERVICE, api::VERSION);
            return ExitCode::SUCCESS;
        }
        Action::Help => {
            print!("{}", arguments::USAGE);
            return ExitCode::SUCCESS;
        }
        Action::Serve | Action::Health => {}
    }
    let config = match Config::load(arguments.config.as_deref()) {
        Ok(config) => config,
        Err(reason) => {
            eprintln!("{reason}");
            return ExitCode::from(2);
        }
    };
    let result = if arguments.action == Action::Health {
        health::probe(config.listen)
    } else {
        server::run(config)
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}
