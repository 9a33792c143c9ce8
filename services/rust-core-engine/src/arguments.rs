//! The command line.

use std::path::PathBuf;

pub const USAGE: &str = "\
Usage: rust-core-engine [--config FILE] [--health | --version | --help]

  --config FILE  settings in TOML (default: built-in settings)
  --health       ask the engine that runs with these settings; exit code 0 when it is healthy
  --version      print name and version
";

#[derive(Debug, PartialEq)]
pub enum Action {
    Serve,
    Health,
    Version,
    Help,
}

#[derive(Debug, PartialEq)]
pub struct Arguments {
    pub action: Action,
    pub config: Option<PathBuf>,
}

/// Understands the arguments after the program's name.
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Arguments, String> {
    let mut parsed = Arguments {
        action: Action::Serve,
        config: None,
    };
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--config" => {
                let file = rest.next().ok_or("--config needs a file")?;
                parsed.config = Some(file.into());
            }
            "--health" => parsed.action = Action::Health,
            "--version" => parsed.action = Action::Version,
            "--help" => parsed.action = Action::Help,
            other => match other.strip_prefix("--config=") {
                Some(file) if !file.is_empty() => parsed.config = Some(file.into()),
                _ => return Err(format!("unknown argument {other:?}")),
            },
        }
    }
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_all(arguments: &[&str]) -> Result<Arguments, String> {
        parse(arguments.iter().map(|&argument| argument.to_owned()))
    }

    #[test]
    fn no_argument_serves() {
        let parsed = parse_all(&[]).unwrap();
        assert_eq!((parsed.action, parsed.config), (Action::Serve, None));
    }

    #[test]
    fn both_forms_of_config_work_with_an_action() {
        for arguments in [
            &["--config", "a.toml", "--health"][..],
            &["--health", "--config=a.toml"][..],
        ] {
            let parsed = parse_all(arguments).unwrap();
            assert_eq!(parsed.action, Action::Health);
            assert_eq!(parsed.config, Some("a.toml".into()));
        }
    }

    #[test]
    fn faults_are_named() {
        for (arguments, expected) in [
            (&["--config"][..], "needs a file"),
            (&["--config="][..], "unknown argument"),
            (&["--port"][..], "\"--port\""),
        ] {
            assert!(parse_all(arguments).unwrap_err().contains(expected));
        }
    }
}
