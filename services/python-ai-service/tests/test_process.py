"""The process itself: its health check and its end."""

import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
import urllib.request

from app import __version__
from app.healthcheck import probe


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class SlowEngine(http.server.BaseHTTPRequestHandler):
    asked = threading.Event()

    def do_GET(self) -> None:
        self.asked.set()
        time.sleep(1)
        body = json.dumps({"points": [{"time": i, "price": 1.0} for i in range(300)]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class ProcessTest(unittest.TestCase):
    def test_it_says_its_version(self) -> None:
        output = subprocess.check_output([sys.executable, "-m", "app", "--version"], text=True)
        self.assertEqual(output, f"python-ai-service {__version__}\n")

    def test_wrong_settings_end_with_2(self) -> None:
        run = subprocess.run(
            [sys.executable, "-m", "app"],
            env=os.environ | {"PORT": "http"},
            capture_output=True,
            text=True,
        )
        self.assertEqual(run.returncode, 2)
        self.assertIn("PORT is 'http'", run.stderr)

    def test_sigterm_finishes_what_is_in_flight(self) -> None:
        engine = http.server.ThreadingHTTPServer(("127.0.0.1", 0), SlowEngine)
        threading.Thread(target=engine.serve_forever, daemon=True).start()
        self.addCleanup(engine.server_close)
        self.addCleanup(engine.shutdown)
        port = free_port()
        service = subprocess.Popen(
            [sys.executable, "-m", "app"],
            env=os.environ
            | {"PORT": str(port), "ENGINE_URL": f"http://127.0.0.1:{engine.server_port}"},
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(service.kill)
        deadline = time.monotonic() + 20
        while probe(port) is not None:
            self.assertLess(time.monotonic(), deadline, "the service does not start")
            time.sleep(0.05)

        statuses: list[int] = []

        def ask() -> None:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/predict", timeout=10) as answer:
                statuses.append(answer.status)

        question = threading.Thread(target=ask)
        question.start()
        self.assertTrue(SlowEngine.asked.wait(10))
        service.send_signal(signal.SIGTERM)
        question.join(10)
        self.assertEqual(statuses, [200])
        self.assertIn(service.wait(10), (0, -signal.SIGTERM))
        self.assertIsNotNone(probe(port))


if __name__ == "__main__":
    unittest.main()
