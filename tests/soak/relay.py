# SPDX-License-Identifier: Apache-2.0
"""A network between a sink and its receiver, that can be cut: a relay of TCP connections on a port of its own."""

import socket
import threading


class Relay:
    """Open from the start to the end of a with block; `port` stays."""

    def __init__(self, to_port):
        self.to_port = to_port
        self.lock = threading.Lock()
        self.listener, self.port, self.connections = None, 0, set()
        self.open()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.cut()

    def open(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(50)
        self.listener, self.port = listener, listener.getsockname()[1]
        threading.Thread(target=self.accept, args=[listener], daemon=True).start()

    def cut(self):
        """Connections are reset, new ones refused, until it is opened again."""
        with self.lock:
            listener, self.listener = self.listener, None
            connections, self.connections = self.connections, set()
        if listener:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for connection in connections:
            self.end(connection)

    @staticmethod
    def end(connection):
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        connection.close()

    def accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.to_port), timeout=5)
                far.settimeout(None)
            except OSError:
                near.close()
                continue
            with self.lock:
                is_open = self.listener is listener
                self.connections |= {near, far} if is_open else set()
            if not is_open:
                self.end(near)
                self.end(far)
                return
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self.pump, args=[a, b], daemon=True).start()

    def pump(self, a, b):
        try:
            while data := a.recv(65536):
                b.sendall(data)
        except OSError:
            pass
        with self.lock:
            self.connections -= {a, b}
        for connection in (a, b):
            self.end(connection)
