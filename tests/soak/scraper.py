# SPDX-License-Identifier: Apache-2.0
"""Who asks an agent for /metrics, twice a second, and beside it somebody who begins a request and never ends it."""

import socket
import threading
import urllib.request

EVERY_S, LIMIT_S = 0.5, 20


class Scraper:
    """Asks until the end of a with block. `pages` are whole answers, `failures` what else came of a request."""

    def __init__(self, port):
        self.port, self.pages, self.failures = port, 0, []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()

    def run(self):
        dawdlers = []
        while not self.stopping.wait(EVERY_S):
            try:
                self.ask()
                dawdlers.append(socket.create_connection(("127.0.0.1", self.port), LIMIT_S))
                dawdlers[-1].sendall(b"GET /metrics HTTP/1.1\r\n")
            except OSError as failure:
                self.failures.append(str(failure))
            if len(dawdlers) > 8:
                dawdlers.pop(0).close()
        for dawdler in dawdlers:
            dawdler.close()

    def ask(self):
        compressed = {"Accept-Encoding": "gzip"} if self.pages % 2 else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/metrics", headers=compressed)
        with urllib.request.urlopen(request, timeout=LIMIT_S) as answer:
            answer.read()
        self.pages += 1
