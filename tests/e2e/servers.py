# SPDX-License-Identifier: Apache-2.0
"""Real servers for end-to-end tests: mosquitto, VictoriaMetrics, Prometheus and InfluxDB on free loopback ports.

Each is a context manager that starts the server in a directory of its own, waits until it answers and ends
it by its process id. `wait_until` is how every test here waits: for a condition, with a limit.
"""

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request


def free_port():
    """A TCP port of 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, limit_s=30.0):
    """Calls `condition` until what it returns is true, and returns that; else fails, naming `what`. One that takes long
    to find out is asked more seldom: tests beside this one want the processor, too."""
    deadline = time.monotonic() + limit_s
    while True:
        began = time.monotonic()
        result = condition()
        if result:
            return result
        ended = time.monotonic()
        if ended > deadline:
            raise AssertionError(f"after {limit_s} s still not: {what}")
        time.sleep(max(0.02, min(2 * (ended - began), 1)))


def http(url, data=None, timeout_s=10):
    """The body of a successful answer."""
    with urllib.request.urlopen(urllib.request.Request(url, data=data), timeout=timeout_s) as answer:
        return answer.read().decode()


class Server:
    """A server process with a directory and one port. Subclasses say how it starts and when it is ready."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="hallwatch-test-")
        self.port = free_port()
        self.process = None

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def command(self):
        """The command line, after writing what it names."""
        raise NotImplementedError

    def is_ready(self):
        raise NotImplementedError

    def start(self):
        """Starts it, also again after stop() or kill(), on the same port and with the same data."""
        command = self.command()  # once: it writes the configuration
        with open(self.path("log"), "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.directory.name)

        def answers():
            if self.process.poll() is not None:
                raise AssertionError(f"{command[0]} ended")
            return self.is_ready()

        try:
            wait_until(answers, f"{command[0]} answers on port {self.port}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log()}") from None
        return self

    def end(self, how):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def stop(self):
        self.end(signal.SIGTERM)

    def kill(self):
        self.end(signal.SIGKILL)

    def log(self):
        with open(self.path("log"), errors="replace") as log:
            return log.read()

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        self.stop()
        self.directory.cleanup()


class Mosquitto(Server):
    """A broker. `options` are further lines of its configuration. With `tls`, further lines for a second listener, that
    speaks TLS at `tls_port`."""

    def __init__(self, options=(), tls=None):
        super().__init__()
        self.options, self.tls = options, tls
        self.tls_port = free_port()

    @property
    def url(self):
        return f"mqtt://127.0.0.1:{self.port}"

    def tls_url(self, host="localhost"):
        return f"mqtts://{host}:{self.tls_port}"

    def command(self):
        lines = [f"listener {self.port} 127.0.0.1", "allow_anonymous true", "max_queued_messages 0"]
        if os.geteuid() == 0:
            lines.append("user root")  # else it gives up the right to read its own directory here
        tls = [f"listener {self.tls_port} 127.0.0.1", *self.tls] if self.tls else []
        with open(self.path("conf"), "w") as conf:
            conf.write("\n".join([*lines, *self.options, *tls]) + "\n")
        return ["/usr/sbin/mosquitto", "-c", self.path("conf")]

    def is_ready(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Subscriber:
    """mosquitto_sub on topic filters. Its session outlives connections, so that nothing is missed."""

    def __init__(self, broker, *topics):
        self.broker, self.topics = broker, topics or ("hallwatch/#",)

    def __enter__(self):
        self.lines = tempfile.NamedTemporaryFile(prefix="hallwatch-test-", suffix=".jsonl")
        arguments = ["-h", "127.0.0.1", "-p", str(self.broker.port), "-V", "5", "-q", "1", "-F", "%j"]
        session = ["-i", f"subscriber-{os.getpid()}-{id(self)}", "-c", "-x", "3600"]
        ready = f"ready/{os.getpid()}/{id(self)}"
        self.process = subprocess.Popen(
            ["mosquitto_sub", *arguments, *session, *(word for topic in (*self.topics, ready) for word in ("-t", topic))],
            stdout=self.lines,
        )

        def hears():
            publish = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker.port)]
            subprocess.run([*publish, "-t", ready, "-m", "1"], check=True)
            return self.everything()

        wait_until(hears, "the subscriber hears the broker")
        return self

    def everything(self):
        """Read at once: of a line that is being written, the end is not taken for a line of its own."""
        with open(self.lines.name, "rb") as lines:
            whole = lines.read().split(b"\n")[:-1]
        return [json.loads(line) for line in whole if line.endswith(b"}")]

    def messages(self):
        """What came so far, oldest first, as (topic, payload, was retained)."""
        return [
            (one["topic"], one["payload"], bool(one["retain"]))
            for one in self.everything()
            if not one["topic"].startswith("ready/")
        ]

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=10)
        self.lines.close()


class TimeSeriesServer(Server):
    """What VictoriaMetrics and Prometheus have in common."""

    health = "/health"

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def write_url(self):
        return self.base + "/api/v1/write"

    def is_ready(self):
        try:
            http(self.base + self.health, timeout_s=2)
            return True
        except OSError:
            return False

    def query(self, expression, **parameters):
        """The result of an instant query."""
        parameters["query"] = expression
        text = http(self.base + "/api/v1/query?" + urllib.parse.urlencode(parameters))
        return json.loads(text)["data"]["result"]


class VictoriaMetrics(TimeSeriesServer):
    """`options` are further flags."""

    def __init__(self, options=()):
        super().__init__()
        self.options = options

    def command(self):
        return [
            "victoria-metrics",
            "-storageDataPath=" + self.path("data"),
            f"-httpListenAddr=127.0.0.1:{self.port}",
            "-retentionPeriod=100y",
            "-search.latencyOffset=0s",
            *self.options,
        ]

    def export(self, match='{__name__=~"facility_.+"}'):
        """Everything stored: a list of (labels, times in ms, values)."""
        http(self.base + "/internal/force_flush")
        text = http(self.base + "/api/v1/export?" + urllib.parse.urlencode({"match[]": match}))
        series = [json.loads(line) for line in text.split("\n") if line]
        return [(one["metric"], one["timestamps"], one["values"]) for one in series]


class Prometheus(TimeSeriesServer):
    """`out_of_order` is a window like "48h"; without it old and disordered samples are refused. `config` is a file in its
    place."""

    health = "/-/ready"

    def __init__(self, out_of_order=None, config=None):
        super().__init__()
        self.out_of_order, self.config = out_of_order, config

    def command(self):
        with open(self.path("p.yml"), "w") as conf:
            conf.write(self.config.read_text() if self.config else "global: {scrape_interval: 15s}\n")
            if self.out_of_order:
                conf.write(f"storage: {{tsdb: {{out_of_order_time_window: {self.out_of_order}}}}}\n")
        return [
            "prometheus",
            "--config.file=" + self.path("p.yml"),
            "--storage.tsdb.path=" + self.path("data"),
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--web.enable-remote-write-receiver",
        ]

    def export(self, match='{__name__=~"facility_.+"}', at_s=None, span="1h"):
        """Everything stored in the span before `at_s`: a list of (labels, times in ms, values)."""
        result = self.query(f"{match}[{span}]", **({"time": at_s} if at_s else {}))
        return [
            (
                one["metric"],
                [round(time_s * 1000) for time_s, _ in one["values"]],
                [float(value) for _, value in one["values"]],
            )
            for one in result
        ]


class Alertmanager(Server):
    """Alertmanager, which tells nobody."""

    def command(self):
        with open(self.path("am.yml"), "w") as conf:
            conf.write("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
        return [
            "prometheus-alertmanager",
            "--config.file=" + self.path("am.yml"),
            "--storage.path=" + self.path("data"),
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address=",
        ]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def is_ready(self):
        try:
            http(self.url + "/-/ready", timeout_s=2)
            return True
        except OSError:
            return False

    def alerts(self):
        """The firing ones, by their label "alarm"."""
        return {one["labels"]["alarm"]: one for one in json.loads(http(self.url + "/api/v2/alerts"))}


class InfluxDB(Server):
    """InfluxDB 1 with the database "facility". `options` are further lines of its [http] section."""

    database = "facility"

    def __init__(self, options=(), databases=(database,)):
        super().__init__()
        self.options, self.databases = options, databases

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    def command(self):
        lines = [
            "reporting-disabled = true",
            f'bind-address = "127.0.0.1:{free_port()}"',
            f'[meta]\ndir = "{self.path("meta")}"',
            f'[data]\ndir = "{self.path("data")}"\nwal-dir = "{self.path("wal")}"',
            f'[http]\nbind-address = "127.0.0.1:{self.port}"',
            *self.options,
        ]
        with open(self.path("conf"), "w") as conf:
            conf.write("\n".join(lines) + "\n")
        return ["influxd", "-config", self.path("conf")]

    def is_ready(self):
        try:
            http(self.base + "/ping", timeout_s=2)
        except OSError:
            return False
        for name in self.databases:
            self.query(f'CREATE DATABASE "{name}"')
        return True

    def query(self, statement, **parameters):
        """The series of the answer to one statement."""
        parameters = {"q": statement, "db": self.database, "epoch": "ms", **parameters}
        answer = json.loads(http(f"{self.base}/query?{urllib.parse.urlencode(parameters)}", b""))
        return answer["results"][0].get("series", [])

    def write(self, lines):
        http(f"{self.base}/write?db={self.database}&precision=ms", lines.encode())

    def export(self, match=None):
        """Everything stored: a list of (labels, times in ms, values), named as the other servers do."""
        found = {}
        for one in self.query('SELECT * FROM "facility" GROUP BY *'):
            tags = {name: value for name, value in one["tags"].items() if value}
            for row in one["values"]:
                for field, value in zip(one["columns"][1:], row[1:]):
                    if value is None or (match and match != "facility_" + field):
                        continue
                    key = (field, tuple(sorted(tags.items())))
                    labels, times, values = found.setdefault(key, ({"__name__": "facility_" + field, **tags}, [], []))
                    times.append(row[0])
                    values.append(value)
        return list(found.values())
