//! The binary itself: its arguments, its health check and its end.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

const BINARY: &str = env!("CARGO_BIN_EXE_rust-core-engine");

struct Engine {
    process: Child,
    output: BufReader<ChildStdout>,
    port: u16,
    config: PathBuf,
}

impl Engine {
    fn start(name: &str) -> Self {
        let port = free_port();
        let config = std::env::temp_dir().join(format!("engine-{name}-{port}.toml"));
        let text = format!("listen = \"127.0.0.1:{port}\"\nshutdown_seconds = 2\n");
        std::fs::write(&config, text).unwrap();
        let mut process = Command::new(BINARY)
            .arg("--config")
            .arg(&config)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert!(line.contains("listens on"), "{line}");
        Self {
            process,
            output,
            port,
            config,
        }
    }

    fn health(&self) -> bool {
        let mut command = Command::new(BINARY);
        command.arg("--health").arg("--config").arg(&self.config);
        command.stderr(Stdio::null()).status().unwrap().success()
    }

    fn terminate(&self) {
        let pid = self.process.id().to_string();
        let status = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(status.unwrap().success());
    }

    fn send(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    fn send_order(&self, latency_ms: u32) -> TcpStream {
        let body = format!(
            r#"{{"clientOrderId":"a","symbol":"BTC-USD","side":"buy","quantity":1,"latencyMs":{latency_ms}}}"#
        );
        let stream = self.send(&format!(
            "POST /api/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ));
        while !self.received_an_order() {
            std::thread::sleep(Duration::from_millis(10));
        }
        stream
    }

    fn received_an_order(&self) -> bool {
        let stream =
            self.send("GET /api/orders/stats HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        read_all(stream).contains("\"received\":1")
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_file(&self.config);
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn read_all(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn it_says_its_version() {
    let output = Command::new(BINARY).arg("--version").output().unwrap();
    let expected = format!("rust-core-engine {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

#[test]
fn wrong_arguments_and_settings_end_with_2() {
    for arguments in [&["--port"][..], &["--config", "/does/not/exist"][..]] {
        let output = Command::new(BINARY).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn health_follows_the_process() {
    let mut engine = Engine::start("health");
    assert!(engine.health());
    engine.terminate();
    assert!(engine.process.wait().unwrap().success());
    assert!(!engine.health());
}

#[test]
fn sigterm_finishes_what_is_in_flight() {
    let mut engine = Engine::start("sigterm");
    let stream = engine.send_order(1000);
    let idle = engine.send("");
    engine.terminate();
    let answer = read_all(stream);
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(answer.contains("\"status\":\"filled\""), "{answer}");
    assert!(engine.process.wait().unwrap().success());
    assert!(TcpStream::connect(("127.0.0.1", engine.port)).is_err());
    drop(idle);
}

#[test]
fn a_stream_does_not_hold_up_the_end() {
    let mut engine = Engine::start("stream");
    let mut stream = engine.send("GET /api/market/stream HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut first = [0; 1024];
    assert!(stream.read(&mut first).unwrap() > 0);
    let before = Instant::now();
    engine.terminate();
    assert!(engine.process.wait().unwrap().success());
    assert!(before.elapsed() < Duration::from_secs(1));
}

#[test]
fn an_overdue_request_is_cut_and_said() {
    let mut engine = Engine::start("overdue");
    let _stream = engine.send_order(5000);
    engine.terminate();
    let before = Instant::now();
    assert_eq!(engine.process.wait().unwrap().code(), Some(1));
    assert!(before.elapsed() < Duration::from_millis(3500));
    let mut rest = String::new();
    engine.output.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("stopping"), "{rest}");
}
